"""What goes with a letter beside its words: the way to end them, and the visit for a calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from fieldservice.models.customers import Channel
from fieldservice.models.messages import Message, MessageKind
from fieldservice.models.territories import Territory
from fieldservice.notify.calendar import Entry, entry_file
from fieldservice.notify.texts import work_words
from fieldservice.operations.customers.mail_opt_out import opt_out_address

IN_A_CALENDAR = (MessageKind.BOOKED, MessageKind.CHANGED, MessageKind.CANCELLED)


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a channel is given for a letter beyond its body; nothing of it for texts and calls."""

    subject: str = ""
    unsubscribe: str = ""
    calendar: str = ""


def envelope(
    session: Session, message: Message, secret: str, base_url: str, now: datetime
) -> Envelope:
    """What goes with this message."""
    if message.channel != Channel.EMAIL or message.contact is None:
        return Envelope()
    return Envelope(
        subject=message.subject,
        unsubscribe=opt_out_address(message.contact, secret, base_url),
        calendar=_calendar(session, message, base_url, now),
    )


def _calendar(session: Session, message: Message, base_url: str, now: datetime) -> str:
    visit = message.visit
    if visit is None or message.kind not in IN_A_CALENDAR:
        return ""
    is_cancelled = message.kind == MessageKind.CANCELLED
    begins = message.instead_of_from if is_cancelled else message.tells_from
    ends = message.instead_of_until if is_cancelled else message.tells_until
    if begins is None or ends is None:
        return ""
    order = visit.work_order
    company = session.get_one(Territory, visit.territory_id).name
    entry = Entry(
        visit_id=visit.id,
        sequence=visit.version,
        begins_at=begins,
        ends_at=ends,
        summary=f"{company}: {work_words(order.kind, message.language)}",
        place=order.site.address,
        is_cancelled=is_cancelled,
    )
    return entry_file(entry, base_url, now)
