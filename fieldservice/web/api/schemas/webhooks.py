"""Webhooks and calendars: addresses that are told, and addresses that may be read."""

from __future__ import annotations

from marshmallow import fields, validate

from fieldservice.models.events import WebhookState
from fieldservice.notify.outgoing import LONGEST_ADDRESS
from fieldservice.operations.events.events import TOPICS
from fieldservice.web.api.schemas import base
from fieldservice.web.bounds import LARGEST


def _topics() -> fields.List[str]:
    wrong = f"is none of: {', '.join(sorted(TOPICS))}."
    one = base.text(40)
    one.validators.append(validate.OneOf(sorted(TOPICS), error=wrong))
    return base.some(
        one, len(TOPICS), metadata={"description": "What it is told of; none means everything."}
    )


class WebhookSchema(base.Read):
    """An address of another system that is told what happens."""

    id = base.record_id()
    url = base.text(LONGEST_ADDRESS)
    topics = _topics()
    active = base.yes_or_no()
    created_at = base.moment()
    failing_since = base.moment(allow_none=True)
    disabled_at = base.moment(allow_none=True)
    disabled_because = base.text(200, 0, allow_none=True)


class WebhooksSchema(base.Read):
    """All there are."""

    items = base.some(base.inside(WebhookSchema), 100)


class WebhookWanted(base.Wanted):
    """Where another system listens, and of what it wants to hear."""

    url = base.text(LONGEST_ADDRESS, required=True)
    topics = _topics()


class SecretSchema(base.Read):
    """What receivers check signatures with."""

    secret = base.text(100)
    old_secret = base.text(
        100, allow_none=True, metadata={"description": "It signs too, until “old_until”."}
    )
    old_until = base.moment(allow_none=True)


class ReplayWanted(base.Wanted):
    """From when on everything is told again."""

    since = base.moment(required=True)


class ReplayedSchema(base.Read):
    """How much is told again."""

    events = base.whole(0, LARGEST)


class DeliverySchema(base.Read):
    """One event on its way to one address."""

    id = base.record_id()
    event_id = base.text(40, attribute="event.uid")
    type = base.text(60, attribute="event.kind")
    state = base.choice(WebhookState)
    is_replay = base.yes_or_no()
    tries = base.whole(0, LARGEST)
    next_try_at = base.moment()
    response_status = base.whole(0, 999, allow_none=True)
    duration_ms = base.whole(0, LARGEST, allow_none=True)
    failure = base.text(200, 0, allow_none=True)
    created_at = base.moment()
    ended_at = base.moment(allow_none=True)


class DeliveriesSchema(base.Read):
    """The newest hundred."""

    items = base.some(base.inside(DeliverySchema), 100)


class CalendarMadeSchema(base.Read):
    """A technician's calendar address; ask for it to see it."""

    technician_id = base.record_id()
    names_customers = base.yes_or_no()
    created_at = base.moment()


class CalendarSchema(CalendarMadeSchema):
    """A technician's calendar address: whoever has it can read the route."""

    address = base.text(LONGEST_ADDRESS)


class CalendarWanted(base.Wanted):
    """Whether the calendar names customers and streets."""

    names_customers = base.yes_or_no()
