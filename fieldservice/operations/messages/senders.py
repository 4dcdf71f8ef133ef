"""The addresses a territory's messages leave from, and which of them serves whom."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from fieldservice.errors import NotFound, Refused
from fieldservice.models.customers import Channel
from fieldservice.models.senders import Sender
from fieldservice.models.territories import Territory
from fieldservice.operations import audit
from fieldservice.operations.customers.phones import phone_number

NAME = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}", re.ASCII)
"""A name on the display instead of a number: nobody can answer it."""
SERVICE = re.compile(r"MG[0-9a-f]{32}", re.ASCII)
"""A pool of numbers at the provider, which chooses among them."""
NAMES_REGISTERED_IN = frozenset({"ES"})
"""Countries whose networks block names that are not in their register."""
_ACTIVE = (
    select(Sender)
    .where(
        Sender.territory_id == bindparam("territory_id"),
        Sender.medium == bindparam("medium"),
        Sender.active,
    )
    .order_by(Sender.id)
)
SLOWEST, FASTEST = 0.01, 100.0
MEDIA = (Channel.SMS, Channel.CALL)


@dataclass(frozen=True, slots=True)
class SenderEntry:
    """A sender as an admin writes it down."""

    medium: Channel
    address: str
    serves: str | None = None
    per_second: float = 1.0
    can_be_answered: bool = True
    registered: bool = False
    voice: bool = False


def senders(session: Session, territory_id: int) -> list[Sender]:
    """Those of a territory, retired ones last."""
    rows = select(Sender).where(Sender.territory_id == territory_id)
    order = (Sender.active.desc(), Sender.medium.desc(), Sender.serves, Sender.id)
    return list(session.scalars(rows.order_by(*order)).all())


def choose_sender(
    session: Session, territory_id: int, medium: Channel, phone: str
) -> Sender | None:
    """What a message to this number leaves by; None where nothing may write there."""
    return sender_for(session, territory_id, medium, country_of(phone))


def sender_for(
    session: Session, territory_id: int, medium: Channel, country: str | None
) -> Sender | None:
    """What serves a country: a sender of its own comes before one for all countries."""
    asked = {"territory_id": territory_id, "medium": medium}
    fit = [
        one
        for one in session.scalars(_ACTIVE, asked)
        if one.serves in (None, country) and not is_blocked(one, country)
    ]
    return min(fit, key=lambda one: one.serves is None, default=None)


def serves(session: Session, territory: Territory, phone: str) -> bool:
    """Whether this territory texts the country of a number: its own, or one a sender serves."""
    if territory.console_only or country_of(phone) == territory.country:
        return True
    return choose_sender(session, territory.id, Channel.SMS, phone) is not None


def can_be_answered(session: Session, territory: Territory, phone: str) -> bool:
    """Whether a customer at this number can answer our text, so that it may ask for an answer."""
    if territory.console_only:
        return True
    sender = choose_sender(session, territory.id, Channel.SMS, phone)
    return sender is not None and sender.can_be_answered


@lru_cache(maxsize=4096)
def country_of(phone: str) -> str | None:
    """The country whose number it is, as two letters."""
    try:
        number = phonenumbers.parse(phone, None)
    except NumberParseException:
        return None
    # A number that is dealt out to nobody still says by its code where it would ring.
    code = phonenumbers.region_code_for_country_code(number.country_code or 0)
    found = phonenumbers.region_code_for_number(number) or code
    return None if found == phonenumbers.UNKNOWN_REGION else found


def is_name(address: str) -> bool:
    """Whether it is a name on the display rather than a number."""
    return not address.startswith("+") and not SERVICE.fullmatch(address)


def is_blocked(sender: Sender, country: str | None) -> bool:
    """Whether that country's networks throw away what it sends."""
    return is_name(sender.address) and not sender.registered and country in NAMES_REGISTERED_IN


def add_sender(
    session: Session, now: datetime, actor_id: int | None, territory: Territory, entry: SenderEntry
) -> Sender:
    """One more sender of a territory."""
    sender = Sender(territory_id=territory.id, active=True)
    _write(session, sender, territory, entry)
    session.add(sender)
    audit.record(session, now, actor_id, "sender.added", sender, territory_id=territory.id)
    return sender


def change_sender(
    session: Session, now: datetime, actor_id: int | None, sender_id: int, entry: SenderEntry
) -> Sender:
    """What is known of it, put right."""
    sender = sender_by_id(session, sender_id)
    _write(session, sender, sender.territory, entry)
    audit.record(session, now, actor_id, "sender.changed", sender)
    return sender


def retire_sender(session: Session, now: datetime, actor_id: int | None, sender_id: int) -> Sender:
    """Nothing leaves by it any more; what it sent stays known."""
    sender = sender_by_id(session, sender_id)
    sender.active = False
    audit.record(session, now, actor_id, "sender.retired", sender)
    return sender


def bring_back_sender(
    session: Session, now: datetime, actor_id: int | None, sender_id: int
) -> Sender:
    """A retired one is used again."""
    sender = sender_by_id(session, sender_id)
    sender.active = True
    audit.record(session, now, actor_id, "sender.brought_back", sender)
    return sender


def sender_by_id(session: Session, sender_id: int) -> Sender:
    """The sender, or the sentence for who asked."""
    sender = session.get(Sender, sender_id)
    if sender is None:
        raise NotFound("This sender does not exist.")
    return sender


def _write(session: Session, sender: Sender, territory: Territory, entry: SenderEntry) -> None:
    if entry.medium not in MEDIA:
        raise Refused("Choose texts or calls.", "medium")
    if not SLOWEST <= entry.per_second <= FASTEST:
        raise Refused(
            "Messages a second: give %(slowest)s to %(fastest)s.",
            "per_second",
            slowest=SLOWEST,
            fastest=f"{FASTEST:g}",
        )
    address = _address(entry, territory)
    serves = _country(entry.serves)
    _refuse_double(session, sender, (territory.id, entry.medium, address, serves))
    named = is_name(address)
    sender.medium, sender.address, sender.serves = entry.medium, address, serves
    sender.per_second = entry.per_second
    sender.can_be_answered = entry.can_be_answered and not named
    sender.registered = entry.registered
    sender.voice = entry.medium == Channel.CALL or (entry.voice and not named)


def _address(entry: SenderEntry, territory: Territory) -> str:
    written = entry.address.strip()
    if entry.medium == Channel.SMS and (SERVICE.fullmatch(written) or NAME.fullmatch(written)):
        return written
    try:
        return phone_number(written, territory.country, "address")
    except Refused as refusal:
        if entry.medium == Channel.CALL:
            raise Refused("Calls leave from a number. Write it with its +.", "address") from refusal
        raise Refused(
            "Write a number with its +, or a name of up to 11 letters and digits.", "address"
        ) from refusal


def _country(written: str | None) -> str | None:
    country = (written or "").strip().upper()
    if not country:
        return None
    if country not in phonenumbers.SUPPORTED_REGIONS:
        raise Refused(
            "%(country)s is no country. Write two letters, such as AD or ES.",
            "serves",
            country=country,
        )
    return country


def _refuse_double(
    session: Session, sender: Sender, key: tuple[int, Channel, str, str | None]
) -> None:
    territory_id, medium, address, serves = key
    same = select(Sender.id).where(
        Sender.territory_id == territory_id,
        Sender.medium == medium,
        Sender.address == address,
        Sender.serves.is_(None) if serves is None else Sender.serves == serves,
    )
    if session.scalar(same.where(Sender.id != (sender.id or 0))) is not None:
        raise Refused("This sender is there already. Change that one.", "address")
