"""What customers were told and what they said: read, never written."""

from __future__ import annotations

from marshmallow import fields

from fieldservice.models.customers import Channel
from fieldservice.models.kinds import Language
from fieldservice.models.messages import MessageKind, MessageState
from fieldservice.web.api.schemas import base
from fieldservice.web.bounds import LARGEST


class MessageSchema(base.Read):
    """One text, call, e-mail or letter owed to one contact; its words stay here."""

    id = base.record_id()
    territory_id = base.record_id()
    visit_id = base.record_id(allow_none=True)
    visit_version = base.whole(0, LARGEST, allow_none=True)
    contact_id = base.record_id(allow_none=True)
    kind = base.choice(MessageKind)
    channel = base.choice(Channel)
    state = base.choice(MessageState)
    language = base.choice(Language)
    tells_from = base.moment(
        allow_none=True, metadata={"description": "The arrival window it tells."}
    )
    tells_until = base.moment(allow_none=True)
    due_at = base.moment()
    not_after = base.moment()
    sent_at = base.moment(allow_none=True)
    ended_because = base.text(200, 0, allow_none=True)
    created_at = base.moment()
    updated_at = base.moment()


class MessagesAsked(base.PageAsked):
    """Which messages to list."""

    territory_id = base.record_id(from_text=True)
    visit_id = base.record_id(from_text=True)
    contact_id = base.record_id(from_text=True)
    state = base.choice(MessageState)
    kind = base.choice(MessageKind)


class SurveySchema(base.Read):
    """What a customer said after a visit."""

    id = base.record_id()
    visit_id = base.record_id()
    score = base.whole(0, 10)
    comment = base.text(10_000, 0, allow_none=True)
    channel = base.choice(Channel)
    answered_at = base.moment()
    updated_at = base.moment()


class SurveysAsked(base.PageAsked):
    """Which answers to list."""

    visit_id = base.record_id(from_text=True)


class EventSchema(base.Read):
    """One thing that happened, as webhooks tell it."""

    number = base.whole(1, LARGEST)
    id = base.text(40, attribute="uid")
    type = base.text(60, attribute="kind")
    timestamp = base.moment(attribute="happened_at")
    object = base.text(40, attribute="subject_kind")
    object_id = base.record_id(attribute="subject_id")
    detail = fields.Dict(
        keys=fields.String(),
        allow_none=True,
        metadata={"description": "Further ids and states; which ones depends on the type."},
    )


class EventsSchema(base.Read):
    """Events in the order of their numbers."""

    items = base.some(base.inside(EventSchema), 200)


class EventsAsked(base.Wanted):
    """Which events to list."""

    after = base.whole(
        0, LARGEST, from_text=True, metadata={"description": "Those behind this number."}
    )
    limit = base.whole(1, 200, from_text=True)
