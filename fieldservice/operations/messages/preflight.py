"""Before the first message leaves: by what each country is reached, and what stands in the way."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice.config import TWILIO_BASE, Settings
from fieldservice.models.customers import Channel, Contact, Customer
from fieldservice.models.senders import Sender
from fieldservice.models.territories import Territory
from fieldservice.notify.twilio.account import Account, OwnedNumber, read_account
from fieldservice.notify.twilio.addresses import inbound_sms_address, inbound_voice_address
from fieldservice.notify.twilio.client import client_of
from fieldservice.notify.twilio.knocking import is_private, knock
from fieldservice.operations.customers.phones import shown_phone
from fieldservice.operations.messages.senders import (
    country_of,
    is_blocked,
    is_name,
    sender_for,
    senders,
)


class Grade(enum.StrEnum):
    """How much something matters."""

    GOOD = "good"
    WARN = "warn"
    BAD = "bad"


GRAVEST_FIRST = (Grade.BAD, Grade.WARN, Grade.GOOD)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    grade: Grade
    about: str
    words: str


@dataclass(frozen=True, slots=True)
class CountryLine:
    """By what the numbers of one country are reached."""

    country: str
    numbers: int
    texts_by: Sender | None
    calls_by: Sender | None

    @property
    def can_be_answered(self) -> bool:
        """Whether a text there may ask for an answer."""
        return self.texts_by is not None and self.texts_by.can_be_answered


def country_lines(session: Session, territory: Territory) -> list[CountryLine]:
    """Every country the territory's contacts have numbers of, and its own, the most used first."""
    return [
        CountryLine(
            country,
            count,
            sender_for(session, territory.id, Channel.SMS, country),
            sender_for(session, territory.id, Channel.CALL, country),
        )
        for country, count in _countries(session, territory).most_common()
    ]


@dataclass(frozen=True, slots=True)
class Outside:
    """What was heard at the provider and at our own public door."""

    account: Account
    door: str | None
    """What is wrong with it, if anything."""
    is_private: bool
    is_trial: bool
    """Whether the provider is a local one, for trials."""


def ask_outside(settings: Settings) -> Outside | None:
    """Ask the provider and knock at our own door; None where messages stay on the console."""
    if settings.twilio is None:
        return None
    return Outside(
        account=read_account(client_of(settings.twilio)),
        door=knock(settings.twilio, settings.public_base_url, settings.secret_key).trouble,
        is_private=is_private(settings.public_base_url),
        is_trial=settings.twilio.api_base != TWILIO_BASE,
    )


def findings(
    session: Session, territory: Territory, base_url: str, outside: Outside | None
) -> list[Finding]:
    """All that can be said; more where the provider was asked."""
    if territory.console_only:
        words = "Only for trying: its texts and calls stay on simulated phones."
        return [Finding(Grade.GOOD, territory.name, words)]
    found: list[Finding] = []
    if outside is not None:
        found += _of_account(outside.account) + _of_door(base_url, outside)
    for line in country_lines(session, territory):
        found += _of_country(line)
    for sender in senders(session, territory.id):
        if sender.active:
            found += _of_sender(sender, outside.account if outside else None, base_url)
    return sorted(found, key=lambda one: GRAVEST_FIRST.index(one.grade))


def worst(found: Iterable[Finding]) -> Grade:
    """The gravest of them."""
    grades = {one.grade for one in found}
    return next((grade for grade in GRAVEST_FIRST if grade in grades), Grade.GOOD)


def _of_account(account: Account) -> list[Finding]:
    about = "Account"
    if account.trouble:
        return [Finding(Grade.BAD, about, account.trouble)]
    if not account.is_active:
        return [Finding(Grade.BAD, about, f"The account is {account.status}: nothing leaves.")]
    found = [Finding(Grade.GOOD, about, "The provider accepts the account and its password.")]
    if account.is_on_trial:
        words = (
            "The account is on trial: only numbers confirmed at the provider are reached, and it "
            "puts words of its own before every text, so that one whose answer was lost is not "
            "found again. Upgrade it before customers are written to."
        )
        found.append(Finding(Grade.WARN, about, words))
    return found


def _of_door(base_url: str, outside: Outside) -> list[Finding]:
    about = "Public address"
    words = outside.door or f"Signed callbacks reach {base_url}, unsigned ones are refused."
    found = [Finding(Grade.BAD if outside.door else Grade.GOOD, about, words)]
    if outside.is_private and not outside.is_trial:
        words = f"{base_url} is a private address: the provider cannot call it."
        found.append(Finding(Grade.BAD, about, words))
    if not base_url.startswith("https://") and not outside.is_trial:
        words = "Callbacks travel openly. Put a TLS proxy in front and use https://."
        found.append(Finding(Grade.WARN, about, words))
    return found


def _of_country(line: CountryLine) -> list[Finding]:
    about = line.country
    if line.texts_by is None:
        words = f"No text arrives there (numbers known: {line.numbers}). Add a sender."
        return [Finding(Grade.BAD, about, words)]
    found = []
    if not line.can_be_answered:
        words = "Texts there cannot be answered, so they ask for no answer and carry a link."
        found.append(Finding(Grade.WARN, about, words))
    if line.calls_by is None:
        found.append(Finding(Grade.WARN, about, "Nobody there can be called: no sender calls."))
    return found or [Finding(Grade.GOOD, about, "Texts can be answered, and calls can be made.")]


def _of_sender(sender: Sender, account: Account | None, base_url: str) -> list[Finding]:
    what = "texts" if sender.medium == Channel.SMS else "calls"
    about = f"{shown_phone(sender.address)}, {what}"
    if is_name(sender.address):
        blocked = is_blocked(sender, sender.serves)
        words = f"{sender.serves} throws away names that are not registered. Register it."
        return [Finding(Grade.BAD, about, words)] if blocked else []
    if account is None or account.trouble or not sender.address.startswith("+"):
        return []
    owned = account.owns(sender.address)
    if owned is None:
        words = "The account does not own this number, so nothing can leave by it."
        return [Finding(Grade.BAD, about, words)]
    return [Finding(grade, about, words) for grade, words in _of_number(sender, owned, base_url)]


def _of_number(sender: Sender, owned: OwnedNumber, base_url: str) -> list[tuple[Grade, str]]:
    found = []
    if sender.medium == Channel.SMS and not owned.sms:
        found.append((Grade.BAD, "The provider says that this number sends no texts."))
    if (sender.medium == Channel.CALL or sender.voice) and not owned.voice:
        found.append((Grade.BAD, "The provider says that this number cannot call."))
    told_at = inbound_sms_address(base_url)
    if sender.medium == Channel.SMS and sender.can_be_answered and owned.sms_url != told_at:
        words = f"Answers to it go elsewhere. At the provider, set its texts to {told_at}."
        found.append((Grade.BAD, words))
    rung_at = inbound_voice_address(base_url)
    if owned.voice and owned.voice_url != rung_at:
        words = f"Who calls it reaches nobody here. At the provider, set its calls to {rung_at}."
        found.append((Grade.WARN, words))
    return found or [(Grade.GOOD, "The account owns it, and what comes in to it is told here.")]


def _countries(session: Session, territory: Territory) -> Counter[str]:
    phones = session.scalars(
        select(Contact.phone)
        .join(Customer, Customer.id == Contact.customer_id)
        .where(Customer.territory_id == territory.id, Contact.phone.is_not(None))
        .distinct()
    )
    counts: Counter[str] = Counter({territory.country: 0})
    counts.update(country for phone in phones if (country := country_of(phone or "")))
    return counts
