"""The page behind the address at the foot of every letter: no more of them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, redirect, request, url_for
from flask.blueprints import BlueprintSetupState
from werkzeug.wrappers import Response

from fieldservice import clock
from fieldservice.db import db, transaction
from fieldservice.errors import NotFound
from fieldservice.models.customers import Channel
from fieldservice.models.kinds import Language
from fieldservice.notify.letters.writing import LETTERS
from fieldservice.operations.customers.mail_opt_out import OPT_OUT_PATH, end_letters, reader_of
from fieldservice.web.customer_frame import page
from fieldservice.web.language import browsers_language, choose_language, chosen_language
from fieldservice.web.offering import settings
from fieldservice.web.roles import open_to_anybody

blueprint = Blueprint("mail_opt_out", __name__, url_prefix=OPT_OUT_PATH.rstrip("/"))


@blueprint.record_once
def without_form_tokens(state: BlueprintSetupState) -> None:
    """A mail program may send this form by itself: the signed address stands for its token."""
    state.app.extensions["csrf"].exempt(blueprint)


@blueprint.url_value_preprocessor
def settle(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Speak the reader's language, errors too."""
    g.language = chosen_language() or browsers_language()
    try:
        reader = reader_of(db.session(), (values or {}).get("reader", ""), settings().secret_key)
    except NotFound:
        return
    g.language = chosen_language() or reader.language.value


@blueprint.errorhandler(NotFound)
def unknown(_error: NotFound) -> tuple[str, int]:
    """What to do with an address that was not copied whole."""
    said = LETTERS[Language(choose_language())].opt_out.unknown
    return page("customer/note.html", title=said, lead=None), 404


@blueprint.get("/<reader>")
@open_to_anybody
def show(reader: str) -> str:
    """One question, or that it is done; looking changes nothing."""
    contact = reader_of(db.session(), reader, settings().secret_key)
    return page(
        "customer/no_mail.html",
        contact.customer.territory,
        said=LETTERS[Language(choose_language())].opt_out,
        stopped=not contact.consents_to(Channel.EMAIL),
        email=contact.email,
    )


@blueprint.post("/<reader>")
@open_to_anybody
def stop(reader: str) -> Response:
    """No more letters, whether a person pressed the button or their mail program did."""
    with transaction() as session:
        end_letters(session, reader, settings().secret_key, clock.now())
    address = url_for("mail_opt_out.show", reader=reader, lang=request.args.get("lang"))
    return redirect(address, 303)
