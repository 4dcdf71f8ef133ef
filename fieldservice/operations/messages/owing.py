"""Owing a message: one row in the caller's transaction, written once however often it is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from fieldservice import clock
from fieldservice.models.customers import Channel, Contact
from fieldservice.models.messages import Message, MessageKind, MessageState
from fieldservice.models.territories import Territory
from fieldservice.models.work_orders import Visit
from fieldservice.notify.texts import Window
from fieldservice.operations.messages.phrasing import Phrase, Said, phrase
from fieldservice.operations.messages.recipients import address_of
from fieldservice.operations.messages.reminder_times import Manners, Times
from fieldservice.operations.written import write_new
from fieldservice.said import said

PERHAPS_TOLD = (
    MessageState.SENDING,
    MessageState.SENT,
    MessageState.DELIVERED,
    MessageState.UNKNOWN,
    MessageState.NEEDS_HUMAN,
)
"""States in which the customer may know what a message says."""

SENT_AGAIN = said("sent again by a person")
SENT_AGAIN_BY_ITSELF = said("sent again by itself")
SAID_ANEW = (SENT_AGAIN, SENT_AGAIN_BY_ITSELF)
"""Why a message of unknown outcome does not count as told."""

REMINDERS = (MessageKind.REMINDER_DAY, MessageKind.REMINDER_HOURS)


@dataclass(frozen=True, slots=True)
class News:
    """What a text is about, beyond the visit itself."""

    kind: MessageKind
    channel: Channel = Channel.SMS
    tells: Window | None = None
    instead_of: Window | None = None
    moment: datetime | None = None
    try_number: int = 1


def owe(
    session: Session,
    visit: Visit,
    contact: Contact,
    news: News,
    times: Times,
    now: datetime,
    *,
    at_first: bool = False,
) -> Message:
    """The message this contact is owed about the visit's present version, new or known.

    `at_first` says that nothing was ever owed about this version of the visit: then nobody
    looks, and the caller hands it in, with others at once.
    """
    key, known = _key(visit, contact, news), None
    if not at_first:
        key, known = _free_key(session, visit, contact, news)
    if known is not None:
        return known
    words = words_of(session, visit, contact, news, times.due_at)
    message = Message(
        territory_id=visit.territory_id,
        contact_id=contact.id,
        visit_id=visit.id,
        visit_version=visit.version,
        kind=news.kind,
        channel=news.channel,
        dedupe_key=key,
        to_address=address_of(contact, news.channel),
        language=contact.language,
        greets=contact.name,
        subject=words.subject,
        body=words.body,
        try_number=news.try_number,
        ignores_quiet_hours=times.at_any_hour,
        due_at=times.due_at,
        not_after=times.not_after,
        created_at=now,
        tells_from=news.tells and news.tells.from_at,
        tells_until=news.tells and news.tells.until_at,
        instead_of_from=news.instead_of and news.instead_of.from_at,
        instead_of_until=news.instead_of and news.instead_of.until_at,
    )
    if not at_first:
        message.contact, message.visit = contact, visit
        session.add(message)
        session.flush()
    return message


def hand_in(session: Session, owed: Sequence[Message]) -> None:
    """Write what was owed at first."""
    write_new(session, owed)


def void_unsent(session: Session, visit: Visit, now: datetime, because: str) -> int:
    """Take back every message about the visit that has not begun to leave; how many."""
    session.flush()
    voided = session.execute(
        update(Message)
        .where(Message.visit_id == visit.id, Message.state == MessageState.PENDING)
        .values(state=MessageState.VOID, ended_because=because)
        .execution_options(synchronize_session="fetch")
    )
    return int(voided.rowcount)  # type: ignore[attr-defined]


def told_window(visit: Visit) -> Window | None:
    """The window the visit promises, in its site's zone."""
    if visit.told_from is None or visit.told_until is None:
        return None
    return Window(visit.told_from, visit.told_until, zone_of(visit))


def known_window(
    session: Session,
    visit: Visit,
    contact: Contact,
    otherwise: Window | None,
    but: int | None = None,
) -> Window | None:
    """The window this contact really knows: a text that never left told nothing.

    `otherwise` counts where no text was ever written to them, as for promises made elsewhere;
    the message with the id `but` counts as not written.
    """
    rows = select(Message).where(
        Message.visit_id == visit.id,
        Message.contact_id == contact.id,
        or_(Message.tells_from.is_not(None), Message.kind == MessageKind.CANCELLED),
    )
    newest_first = session.scalars(rows.order_by(Message.id.desc())).all()
    for message in newest_first:
        if message.id == but or message.ended_because in SAID_ANEW:
            continue
        if message.state in PERHAPS_TOLD:
            # A cancellation tells no window: after it the customer expects nobody.
            return window_of(visit, message.tells_from, message.tells_until)
        if message.kind == MessageKind.CHANGED:
            return window_of(visit, message.instead_of_from, message.instead_of_until)
        if message.kind == MessageKind.BOOKED:
            return None
    return otherwise


def window_of(visit: Visit, from_at: datetime | None, until_at: datetime | None) -> Window | None:
    """A kept pair of instants as a window at the visit's site."""
    if from_at is None or until_at is None:
        return None
    return Window(from_at, until_at, zone_of(visit))


def zone_of(visit: Visit) -> str:
    """The zone on whose clock this visit's customer lives."""
    return visit.work_order.site.zone


def manners_for(session: Session, visit: Visit, channel: Channel) -> Manners:
    """The polite hours where this visit's customer lives."""
    country = session.get_one(Territory, visit.territory_id).country
    return Manners(zone_of(visit), country, channel)


def news_of(message: Message, channel: Channel) -> News:
    """What a message is about, to be told once more over that channel."""
    visit = message.visit
    assert visit is not None
    return News(
        kind=message.kind,
        channel=channel,
        tells=window_of(visit, message.tells_from, message.tells_until),
        instead_of=window_of(visit, message.instead_of_from, message.instead_of_until),
        moment=_moment_of(message.kind, visit),
        try_number=message.try_number + 1,
    )


def words_of(
    session: Session, visit: Visit, contact: Contact, news: News, due_at: datetime
) -> Phrase:
    """The words of the news for this contact as they are now, said at that moment."""
    said_on = clock.local_day(due_at, zone_of(visit)) if news.kind in REMINDERS else None
    if news.channel == Channel.BY_HAND:
        said_on = None
    said = Said(news.kind, news.tells, news.instead_of, news.moment, said_on)
    return phrase(session, visit, contact, news.channel, said)


def _moment_of(kind: MessageKind, visit: Visit) -> datetime | None:
    if kind == MessageKind.ON_MY_WAY:
        return visit.eta_at
    return visit.ended_at if kind == MessageKind.NO_ACCESS else None


def _key(visit: Visit, contact: Contact, news: News) -> str:
    return f"{news.kind}:{visit.id}:{visit.version}:{contact.id}:{news.try_number}"


def _free_key(
    session: Session, visit: Visit, contact: Contact, news: News
) -> tuple[str, Message | None]:
    """Return a key that no message has, and the message that says this already, where one does.

    What was taken back may be owed again under the same version. What goes another way since
    then says it still, by a later try.
    """
    written = session.scalars(
        select(Message)
        .where(
            Message.visit_id == visit.id,
            Message.visit_version == visit.version,
            Message.contact_id == contact.id,
            Message.kind == news.kind,
            Message.try_number >= news.try_number,
        )
        .order_by(Message.id)
    ).all()
    living = [message for message in written if message.state != MessageState.VOID]
    again = sum(message.try_number == news.try_number for message in written)
    key = _key(visit, contact, news)
    return f"{key}+{again}" if again else key, living[-1] if living else None
