"""Which language a page is in: the signed-in person's, else the customer's choice."""

from __future__ import annotations

from flask import Flask, Response, g, request
from flask_babel import Babel
from flask_security import current_user

from fieldservice.models.kinds import Language

A_YEAR = 365 * 24 * 3600
LANGUAGES = [language.value for language in Language]


def choose_language() -> str:
    """A link's contact language, a choice made on the page, the account's, the browser's."""
    if "language" in g:
        return str(g.language)
    asked = request.args.get("lang") or request.cookies.get("lang")
    if asked in LANGUAGES:
        return asked
    if current_user and current_user.is_authenticated:
        return str(current_user.language)
    return request.accept_languages.best_match(LANGUAGES) or Language.ENGLISH.value


def init_language(app: Flask) -> None:
    """Give templates their translations."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = "../translations"
    Babel(app, locale_selector=choose_language)
    app.jinja_env.globals["language"] = choose_language

    @app.after_request
    def remember(response: Response) -> Response:
        asked = request.args.get("lang")
        if asked in LANGUAGES:
            response.set_cookie(
                "lang", asked, max_age=A_YEAR, samesite="Lax", secure=request.is_secure
            )
        return response
