"""What messages leave by, how it is today, and what waits because of it."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask_babel import gettext
from flask_security import current_user
from werkzeug.wrappers import Response

from fieldservice import clock
from fieldservice.config import Settings
from fieldservice.db import db, transaction
from fieldservice.errors import NotFound
from fieldservice.models.senders import Carrier
from fieldservice.models.users import RoleName
from fieldservice.operations.customers.records import known_contact
from fieldservice.operations.messages import breaker, consequences, spending, waiting
from fieldservice.web.here import current_territory
from fieldservice.web.roles import open_to

blueprint = Blueprint("carriers", __name__, url_prefix="/carriers")


@blueprint.get("")
@open_to(RoleName.DISPATCHER)
def index() -> str:
    """Carriers in trouble, today's spending, and the messages that wait for either."""
    territory, now, session = current_territory(), clock.now(), db.session()
    if territory is None:
        raise NotFound(gettext("There is no territory yet. Set one up first."))
    settings: Settings = current_app.extensions["fieldservice_settings"]
    return render_template(
        "carriers/index.html",
        place=territory,
        carriers=breaker.known(session),
        troubled=breaker.closed_carriers(session, now),
        by_twilio=settings.twilio is not None,
        prices=settings.prices,
        spent=spending.spent_today(session, territory, now),
        waits=waiting.what_waits(session, territory.id),
    )


@blueprint.post("/<carrier>/resume")
@open_to(RoleName.DISPATCHER)
def resume(carrier: str) -> Response:
    """What stood in the way was put right: hand messages over again."""
    if carrier not in set(Carrier):
        raise NotFound(gettext("There is no such carrier."))
    with transaction() as session:
        breaker.resume(session, Carrier(carrier), clock.now(), current_user.id)
    flash(gettext("Messages are handed over again. Look here in a minute."), "success")
    return redirect(url_for("carriers.index"), 303)


@blueprint.post("/customers/<int:customer_id>/contacts/<int:contact_id>/text-again")
@open_to(RoleName.DISPATCHER)
def text_again(customer_id: int, contact_id: int) -> Response:
    """The number takes texts after all, says somebody who knows."""
    with transaction() as session:
        contact = known_contact(session, customer_id, contact_id)
        consequences.try_texts_again(session, contact, clock.now(), current_user.id)
    flash(gettext("Texts go to this number again, until one is refused."), "success")
    return redirect(url_for("customers.show", customer_id=customer_id), 303)
