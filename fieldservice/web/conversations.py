"""Conversations with customers: what they wrote, and the answer a dispatcher gives."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_security import current_user
from werkzeug.wrappers import Response

from fieldservice import clock
from fieldservice.db import db, transaction
from fieldservice.errors import Conflict, NotFound, Refused
from fieldservice.models.conversations import Thread
from fieldservice.models.kinds import Language
from fieldservice.models.territories import Territory
from fieldservice.models.users import RoleName
from fieldservice.notify.answers import ANSWERS
from fieldservice.notify.segments import segments_of, unaccented
from fieldservice.notify.texts import LINK
from fieldservice.operations.calls.recordings import of_thread
from fieldservice.operations.messages import conversations, office_replies, thread_list
from fieldservice.web.here import current_territory
from fieldservice.web.letters import as_sent
from fieldservice.web.offering import settings
from fieldservice.web.roles import open_to
from fieldservice.web.sentences import in_words

blueprint = Blueprint("conversations", __name__, url_prefix="/conversations")


@blueprint.get("")
@open_to(RoleName.DISPATCHER)
def index() -> str:
    """Those open, what waits longest first; with ?closed=1 those closed."""
    territory, closed = _territory(), request.args.get("closed") == "1"
    text, page = request.args.get("q", "")[:100], request.args.get("page", 1, type=int)
    return render_template(
        "conversations/index.html",
        found=thread_list.threads(db.session(), territory.id, closed=closed, text=text, page=page),
        closed=closed,
        text=text,
        left=thread_list.count_threads(db.session(), territory.id, closed=False),
        done=thread_list.count_threads(db.session(), territory.id, closed=True),
        zone=territory.zone,
    )


@blueprint.get("/<int:thread_id>")
@open_to(RoleName.DISPATCHER)
def show(thread_id: int) -> str:
    """One conversation with the visit beside it."""
    return _page(thread_id)


@blueprint.post("/<int:thread_id>")
@open_to(RoleName.DISPATCHER)
def answer(thread_id: int) -> Response | tuple[str, int]:
    """Send the office's own words."""
    words, key = request.form.get("words", ""), request.form.get("form_key", "")
    now, secret = clock.now(), settings().secret_key
    try:
        with transaction() as session:
            message = office_replies.answer_thread(
                session, thread_id, words, key, secret, now, current_user.id
            )
            waits = message.due_at > now
    except (Refused, Conflict) as refused:
        return _page(thread_id, words, in_words(refused)), 400
    flash(
        gettext("It leaves in the morning.") if waits else gettext("It is on its way."), "success"
    )
    return redirect(url_for("conversations.show", thread_id=thread_id), 303)


@blueprint.post("/segments")
@open_to(RoleName.DISPATCHER)
def measure() -> str:
    """What an answer comes to while it is being written."""
    return render_template(
        "conversations/_segments.html", **_measured(request.form.get("words", "").strip())
    )


@blueprint.post("/<int:thread_id>/close")
@open_to(RoleName.DISPATCHER)
def close(thread_id: int) -> Response:
    """Nothing is left to do."""
    with transaction() as session:
        office_replies.close(session, thread_id, clock.now(), current_user.id)
    flash(gettext("Closed. It opens again by itself when the customer writes."), "success")
    return redirect(url_for("conversations.index"), 303)


@blueprint.post("/<int:thread_id>/reopen")
@open_to(RoleName.DISPATCHER)
def reopen(thread_id: int) -> Response:
    """Something is left to do after all."""
    with transaction() as session:
        office_replies.reopen(session, thread_id, clock.now(), current_user.id)
    return redirect(url_for("conversations.show", thread_id=thread_id), 303)


@blueprint.post("/with/<int:contact_id>")
@open_to(RoleName.DISPATCHER)
def begin(contact_id: int) -> Response:
    """The conversation with a contact, begun where there was none."""
    with transaction() as session:
        thread = office_replies.write_first(session, contact_id, clock.now(), current_user.id)
        thread_id = thread.id
    return redirect(url_for("conversations.show", thread_id=thread_id), 303)


def _page(thread_id: int, words: str = "", wrong: str | None = None) -> str:
    session, now = db.session(), clock.now()
    talk = conversations.conversation(session, thread_id)
    thread = session.get_one(Thread, thread_id)
    leaves_at = office_replies.leaves_at(session, thread, now)
    templates = ANSWERS[Language(talk.language)].templates
    return render_template(
        "conversations/show.html",
        talk=talk,
        spoken=of_thread(session, thread_id),
        zone=thread.territory.zone,
        now=now,
        leaves_at=leaves_at,
        at_any_hour=office_replies.is_fresh(session, thread, now),
        templates=[one for one in templates if talk.has_link or LINK not in one.words],
        words=words,
        wrong=wrong,
        **_measured(words),
        longest=office_replies.LONGEST,
        form_key=secrets.token_hex(16),
    )


def _measured(words: str) -> dict[str, Any]:
    """What the words come to, and the cheaper variant where there is one."""
    segments, plain = segments_of(as_sent(words)), unaccented(words)
    cheaper = segments_of(as_sent(plain)).count < segments.count
    return {"segments": segments, "plain": plain if cheaper else None}


def _territory() -> Territory:
    territory = current_territory()
    if territory is None:
        raise NotFound(gettext("There is no territory yet. Set one up first."))
    return territory
