"""Webhooks: an admin says which systems hear what happens, and sees what they were told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from flask_security import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from fieldservice import clock
from fieldservice.config import Settings
from fieldservice.db import db, transaction
from fieldservice.errors import DeliveryError, FieldServiceError, Refused
from fieldservice.models.events import WebhookDelivery
from fieldservice.models.users import RoleName
from fieldservice.notify.outgoing import Outgoing
from fieldservice.operations.events import endpoints
from fieldservice.operations.events.signing import secret_words
from fieldservice.web import entries
from fieldservice.web.here import current_territory
from fieldservice.web.roles import open_to
from fieldservice.web.sentences import in_words

blueprint = Blueprint("webhooks", __name__, url_prefix="/webhooks")

Answer = Response | str | tuple[str, int]
SHOWN = 50
MOST_HOURS = 24 * 30


@blueprint.get("")
@open_to(RoleName.ADMIN)
def index() -> str:
    """Every system that is told, and how that goes."""
    return _index({})


@blueprint.post("")
@open_to(RoleName.ADMIN)
def add() -> Answer:
    """Tell another system from now on; its secret comes next."""
    try:
        url, topics = _address(), request.form.getlist("topics")
        with transaction() as session:
            added = endpoints.add_endpoint(session, clock.now(), current_user.id, url, topics)
    except Refused as refusal:
        return _index(request.form, refusal), 400
    flash(gettext("Added. Give the other system its secret."), "success")
    return redirect(url_for("webhooks.show", endpoint_id=added.id), 303)


@blueprint.get("/<int:endpoint_id>")
@open_to(RoleName.ADMIN)
def show(endpoint_id: int) -> str:
    """One system: what it was told last, and its settings."""
    return _page(endpoint_id)


@blueprint.post("/<int:endpoint_id>")
@open_to(RoleName.ADMIN)
def change(endpoint_id: int) -> Answer:
    """Another address or other topics."""
    try:
        url, topics = _address(), request.form.getlist("topics")
        _do(
            lambda s: endpoints.change_endpoint(
                s, clock.now(), current_user.id, endpoint_id, url, topics
            )
        )
    except Refused as refusal:
        return _page(endpoint_id, refusal), 400
    flash(gettext("Saved."), "success")
    return _back(endpoint_id)


@blueprint.post("/<int:endpoint_id>/secret")
@open_to(RoleName.ADMIN)
def secret(endpoint_id: int) -> Response:
    """The secret its receiver checks signatures with, on a page of its own."""
    settings: Settings = current_app.extensions["fieldservice_settings"]
    endpoint = endpoints.endpoint_by_id(db.session(), endpoint_id)
    words = secret_words(endpoint.nonce, settings.secret_key)
    page = render_template("webhooks/secret.html", endpoint=endpoint, words=words)
    return Response(page, mimetype="text/html", headers={"Cache-Control": "no-store"})


@blueprint.post("/<int:endpoint_id>/rotate")
@open_to(RoleName.ADMIN)
def rotate(endpoint_id: int) -> Response:
    """A new secret; the old one signs for three more days."""
    _do(lambda session: endpoints.rotate(session, clock.now(), current_user.id, endpoint_id))
    flash(gettext("From now on both secrets sign, the old one for 3 more days."), "success")
    return _back(endpoint_id)


@blueprint.post("/<int:endpoint_id>/end-old-secret")
@open_to(RoleName.ADMIN)
def end_old_secret(endpoint_id: int) -> Response:
    """Every receiver has the new one."""
    _do(
        lambda session: endpoints.end_old_secret(session, clock.now(), current_user.id, endpoint_id)
    )
    flash(gettext("The old secret signs no more."), "success")
    return _back(endpoint_id)


@blueprint.post("/<int:endpoint_id>/pause")
@open_to(RoleName.ADMIN)
def pause(endpoint_id: int) -> Response:
    """Tell it nothing."""
    _do(lambda session: endpoints.pause(session, clock.now(), current_user.id, endpoint_id))
    flash(gettext("Paused. What happens meanwhile can be told again later."), "info")
    return _back(endpoint_id)


@blueprint.post("/<int:endpoint_id>/resume")
@open_to(RoleName.ADMIN)
def resume(endpoint_id: int) -> Response:
    """Tell it again."""
    _do(lambda session: endpoints.resume(session, clock.now(), current_user.id, endpoint_id))
    flash(gettext("It is told again from now on. Tell again what it missed below."), "success")
    return _back(endpoint_id)


@blueprint.post("/<int:endpoint_id>/remove")
@open_to(RoleName.ADMIN)
def remove(endpoint_id: int) -> Response:
    """Forget it."""
    _do(lambda session: endpoints.remove(session, clock.now(), current_user.id, endpoint_id))
    flash(gettext("Removed."), "success")
    return redirect(url_for("webhooks.index"), 303)


@blueprint.post("/<int:endpoint_id>/ping")
@open_to(RoleName.ADMIN)
def ping(endpoint_id: int) -> Response:
    """A test event."""
    return _tried(
        endpoint_id,
        lambda session: endpoints.ping(session, clock.now(), endpoint_id),
        gettext("A test event is on its way. Reload this page in a few seconds."),
    )


@blueprint.post("/<int:endpoint_id>/replay")
@open_to(RoleName.ADMIN)
def replay_since(endpoint_id: int) -> Response:
    """Tell again what happened in the last hours."""
    now, many = clock.now(), 0

    def deed(session: Session) -> None:
        nonlocal many
        hours = entries.whole(request.form, "hours", gettext("Hours"), 1, MOST_HOURS)
        many = endpoints.replay_since(session, now, endpoint_id, now - timedelta(hours=hours))

    answer = _tried(endpoint_id, deed, None)
    words = ngettext("%(num)s event is told again.", "%(num)s events are told again.", many)
    flash(words, "success" if many else "info")
    return answer


@blueprint.post("/deliveries/<int:delivery_id>/replay")
@open_to(RoleName.ADMIN)
def replay(delivery_id: int) -> Response:
    """Tell one event once more."""
    with transaction() as session:
        again: WebhookDelivery = endpoints.replay(session, clock.now(), delivery_id)
    flash(gettext("It is told again. Reload this page in a few seconds."), "success")
    return _back(again.endpoint_id)


def _do(deed: Callable[[Session], object]) -> None:
    with transaction() as session:
        deed(session)


def _tried(endpoint_id: int, deed: Callable[[Session], object], said: str | None) -> Response:
    try:
        _do(deed)
    except FieldServiceError as error:
        flash(in_words(error), "error")
    else:
        if said:
            flash(said, "success")
    return _back(endpoint_id)


def _back(endpoint_id: int) -> Response:
    return redirect(url_for("webhooks.show", endpoint_id=endpoint_id), 303)


def _address() -> str:
    """The address as written, refused where nothing could ever be sent there."""
    settings: Settings = current_app.extensions["fieldservice_settings"]
    url = entries.words(request.form, "url", gettext("Address"), 2000)
    try:
        Outgoing(settings.outgoing_allow).refuse_unfit(url)
    except DeliveryError as error:
        raise Refused(error.sentence, "url") from error
    return url


def _index(said: entries.Form, refusal: Refused | None = None) -> str:
    return render_template(
        "webhooks/index.html",
        lines=endpoints.endpoints(db.session()),
        said=said,
        chosen=request.form.getlist("topics"),
        refusal=refusal,
        topics=topic_words(),
    )


def _page(endpoint_id: int, refusal: Refused | None = None) -> str:
    endpoint = endpoints.endpoint_by_id(db.session(), endpoint_id)
    now, territory = clock.now(), current_territory()
    return render_template(
        "webhooks/show.html",
        endpoint=endpoint,
        deliveries=endpoints.newest_deliveries(db.session(), endpoint_id, SHOWN),
        said=request.form if refusal else {"url": endpoint.url},
        chosen=request.form.getlist("topics") if refusal else endpoint.topics,
        refusal=refusal,
        topics=topic_words(),
        zone=territory.zone if territory else "UTC",
        rotating=bool(endpoint.old_nonce and endpoint.old_until and now < endpoint.old_until),
    )


def topic_words() -> dict[str, str]:
    """What can be told, in words."""
    return {
        "customer": gettext("Customers"),
        "contact": gettext("Contacts"),
        "site": gettext("Sites"),
        "asset": gettext("Appliances"),
        "work_order": gettext("Work orders"),
        "visit": gettext("Visits"),
        "service_day": gettext("Published days"),
        "route": gettext("Routes"),
        "plan_run": gettext("Plan runs"),
        "plan_move": gettext("Moves of a proposal"),
        "technician": gettext("Technicians"),
        "shift": gettext("Shifts"),
        "absence": gettext("Absences"),
        "activity": gettext("Activities"),
        "survey": gettext("Surveys"),
        "follow_up": gettext("Follow-ups"),
    }
