"""Opting out of texts or calls, and in again: at once, for everybody at that number."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select, true, update
from sqlalchemy.orm import Session

from fieldservice.models.conversations import NumberOptOut
from fieldservice.models.customers import Channel, Consent, Contact
from fieldservice.models.messages import Message, MessageKind, MessageState
from fieldservice.operations import audit
from fieldservice.operations.messages.rewriting import rewrite
from fieldservice.said import said

OPTED_OUT = said("the customer opted out")


def opt_out(
    session: Session, phone: str, channel: Channel, wording: str, source: str, now: datetime
) -> list[Contact]:
    """Nothing more to this number over this channel; those who had not said so before.

    `wording` is what was said, `source` where: sms, call, link, provider.
    """
    if not has_opted_out(session, phone, channel):
        session.add(
            NumberOptOut(phone=phone, channel=channel, since=now, wording=wording, source=source)
        )
    people = contacts_at(session, phone)
    changed = [one for one in people if one.consents_to(channel)]
    for contact in changed:
        _note(session, contact, channel, granted=False, said=(wording, source), now=now)
    _reach_anew(session, people, now)
    _take_back(session, phone, channel)
    if channel == Channel.SMS:
        # Nobody who says STOP wants a machine to call and ask how it was.
        _take_back(session, phone, Channel.CALL, MessageKind.SURVEY_CALL)
    return changed


def opt_in(
    session: Session,
    phone: str,
    channel: Channel,
    wording: str,
    source: str,
    now: datetime,
    *,
    only: Contact | None = None,
) -> list[Contact]:
    """Texts or calls again, for everybody at this number or for one of them."""
    free_number(session, phone, channel)
    people = [only] if only else contacts_at(session, phone)
    changed = [one for one in people if not one.consents_to(channel)]
    for contact in changed:
        _note(session, contact, channel, granted=True, said=(wording, source), now=now)
    _reach_anew(session, people, now)
    return changed


def has_opted_out(session: Session, phone: str, channel: Channel) -> bool:
    """Whether nothing may be sent to this number over this channel."""
    known = select(NumberOptOut.id).where(
        NumberOptOut.phone == phone, NumberOptOut.channel == channel
    )
    return session.scalar(known) is not None


def free_number(session: Session, phone: str, channel: Channel) -> None:
    """The number itself is closed no more; what each person said still stands."""
    session.execute(
        delete(NumberOptOut).where(NumberOptOut.phone == phone, NumberOptOut.channel == channel)
    )


def contacts_at(session: Session, phone: str) -> list[Contact]:
    """Everybody who is reached at this number, the first noted first."""
    return list(session.scalars(select(Contact).where(Contact.phone == phone).order_by(Contact.id)))


def _note(
    session: Session,
    contact: Contact,
    channel: Channel,
    *,
    granted: bool,
    said: tuple[str, str],
    now: datetime,
) -> None:
    wording, source = said
    contact.consents.append(
        Consent(channel=channel, granted=granted, given_at=now, wording=wording, source=source)
    )
    deed = "consent.given" if granted else "consent.withdrawn"
    audit.record(session, now, None, deed, contact, channel=channel.value, source=source)


def _reach_anew(session: Session, people: list[Contact], now: datetime) -> None:
    """What waits for them goes by the way that is open to them now."""
    session.flush()
    for contact in people:
        session.expire(contact, ["opt_outs"])
        rewrite(session, contact, now)


def _take_back(session: Session, phone: str, channel: Channel, *kinds: MessageKind) -> None:
    """What waits for this number over this channel; only of these kinds, where any are named."""
    session.flush()
    session.execute(
        update(Message)
        .where(
            Message.to_address == phone,
            Message.channel == channel,
            Message.state == MessageState.PENDING,
            Message.kind.in_(kinds) if kinds else true(),
        )
        .values(state=MessageState.VOID, ended_because=OPTED_OUT)
        .execution_options(synchronize_session="fetch")
    )
