"""Which language a page is in: the signed-in person's, else the customer's choice."""

from __future__ import annotations

from gettext import find
from pathlib import Path

from flask import Flask, Response, g, request
from flask_babel import Babel
from flask_security import current_user

from fieldservice.models.kinds import Language
from fieldservice.web.api.place import is_api

A_YEAR = 365 * 24 * 3600
LANGUAGES = [language.value for language in Language]


class LanguageMissing(RuntimeError):
    """The words of a language were not compiled, so its pages would speak English unseen."""


def choose_language() -> str:
    """What a customer's page settled on, the account's, a choice made, or the browser's."""
    if "language" in g:
        return str(g.language)
    if is_api():
        return Language.ENGLISH.value
    if current_user and current_user.is_authenticated:
        return str(current_user.language)
    return chosen_language() or browsers_language()


def chosen_language() -> str | None:
    """What the reader chose, on this page or on one before."""
    asked = (request.args.get("lang"), request.cookies.get("lang"))
    return next((one for one in asked if one in LANGUAGES), None)


def browsers_language() -> str:
    """What the browser asks for, as far as we speak it."""
    return request.accept_languages.best_match(LANGUAGES) or Language.ENGLISH.value


def init_language(app: Flask) -> None:
    """Give templates their translations."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = "../translations"
    _check_compiled(Path(app.root_path, app.config["BABEL_TRANSLATION_DIRECTORIES"]))
    Babel(app, locale_selector=choose_language)
    app.jinja_env.globals["language"] = choose_language

    @app.after_request
    def remember(response: Response) -> Response:
        asked = request.args.get("lang")
        if asked in LANGUAGES and not is_api():
            response.set_cookie(
                "lang",
                asked,
                max_age=A_YEAR,
                samesite="Lax",
                secure=request.is_secure,
                httponly=True,
            )
        return response


def _check_compiled(folder: Path) -> None:
    for language in LANGUAGES:
        if language != Language.ENGLISH and find("messages", str(folder), [language]) is None:
            raise LanguageMissing(
                f"The words of “{language}” are not compiled. Run “make install” in the "
                "project's folder, then start again."
            )
