"""The one search field: a name, a phone in any writing, a street, a reference or a serial."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, selectinload

from fieldservice.errors import Refused
from fieldservice.models.assets import Asset, Product
from fieldservice.models.customers import Contact, Customer, Site
from fieldservice.models.work_orders import WorkOrder
from fieldservice.operations.customers.folding import fold
from fieldservice.operations.customers.phones import phone_number, shown_phone

MOST = 8
"""How many of a group are shown; whoever sees more types more."""
DIGITS_ENOUGH = 4
COUNTRIES_MOST = 5


@dataclass(frozen=True, slots=True)
class Hit:
    """One customer that was found, and by what."""

    customer_id: int
    name: str
    found: str
    """What matched, as it is kept; an address where it was the name."""
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """The hits of one sort: name, contact, email, phone, address, work_order or asset."""

    kind: str
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """All that one text found."""

    text: str
    groups: tuple[Group, ...]

    @property
    def only(self) -> int | None:
        """The customer meant, where a single one was hit exactly or found at all."""
        hits = [hit for group in self.groups for hit in group.hits]
        exact = {hit.customer_id for hit in hits if hit.exact}
        anyone = {hit.customer_id for hit in hits}
        for ids in (exact, anyone):
            if len(ids) == 1:
                return next(iter(ids))
        return None


def search(session: Session, text: str, countries: Sequence[str]) -> Found:
    """Whoever that text may mean; phones are read as people in these countries write them."""
    words = fold(text)
    if len(words) < 2:
        return Found(text, ())
    sorts = (
        ("phone", _by_phone(session, text, countries)),
        ("work_order", _by_reference(session, text)),
        ("asset", _by_serial(session, text)),
        ("name", _by_name(session, words)),
        ("contact", _by_contact(session, words)),
        ("email", _by_email(session, text)),
        ("address", _by_address(session, words)),
    )
    groups = [Group(kind, tuple(hits)) for kind, hits in sorts if hits]
    return Found(text, tuple(groups))


def _by_phone(session: Session, text: str, countries: Sequence[str]) -> list[Hit]:
    if re.search(r"[^\d\s()+./-]", text):
        return []
    digits = re.sub(r"\D", "", text)
    if len(digits) < DIGITS_ENOUGH:
        return []
    full = _full_numbers(text, countries)
    rows = session.execute(_contacts(Contact.phone.in_(full))).all() if full else []
    if not rows:
        bare = digits.removeprefix("00").lstrip("0") if digits.startswith("0") else digits
        rows = session.execute(_contacts(Contact.phone.endswith(bare, autoescape=True))).all()
    return [
        Hit(customer, name, f"{contact}, {shown_phone(phone)}", phone in full)
        for customer, name, contact, phone in rows
    ]


def _full_numbers(text: str, countries: Sequence[str]) -> set[str]:
    written = re.sub(r"^\s*00", "+", text)
    full: set[str] = set()
    for country in countries[:COUNTRIES_MOST]:
        try:
            full.add(phone_number(written, country))
        except Refused:
            continue
    return full


def _contacts(condition: ColumnElement[bool]) -> Any:
    return (
        select(Customer.id, Customer.name, Contact.name, Contact.phone)
        .join(Contact, Contact.customer_id == Customer.id)
        .where(condition)
        .order_by(Customer.folded_name)
        .limit(MOST)
    )


def _by_reference(session: Session, text: str) -> list[Hit]:
    if not re.search(r"\d{2}", text):
        return []
    wanted = text.strip().upper()
    rows = (
        session.execute(
            select(Customer.id, Customer.name, WorkOrder.reference)
            .join(WorkOrder, WorkOrder.customer_id == Customer.id)
            .where(WorkOrder.reference.in_({wanted, text.strip()}))
            .limit(MOST)
        ).all()
        or session.execute(
            select(Customer.id, Customer.name, WorkOrder.reference)
            .join(WorkOrder, WorkOrder.customer_id == Customer.id)
            .where(WorkOrder.reference.endswith(wanted, autoescape=True))
            .order_by(WorkOrder.id.desc())
            .limit(MOST)
        ).all()
    )
    return [Hit(one, name, ref, ref.upper() == wanted) for one, name, ref in rows]


def _by_serial(session: Session, text: str) -> list[Hit]:
    wanted = text.strip()
    if not re.search(r"\d", wanted) or len(wanted) < DIGITS_ENOUGH:
        return []
    asset = (
        select(Customer.id, Customer.name, Product.name, Asset.serial)
        .join(Asset, Asset.customer_id == Customer.id)
        .join(Product, Product.id == Asset.product_id)
        .limit(MOST)
    )
    folded = func.upper(Asset.serial)
    rows = (
        session.execute(asset.where(Asset.serial.in_({wanted, wanted.upper()}))).all()
        or session.execute(
            asset.where(folded.contains(wanted.upper(), autoescape=True)).order_by(Asset.serial)
        ).all()
    )
    return [
        Hit(one, name, f"{product}, {serial}", (serial or "").upper() == wanted.upper())
        for one, name, product, serial in rows
    ]


def _by_name(session: Session, words: str) -> list[Hit]:
    rows = session.scalars(
        select(Customer)
        .where(*_all_words(Customer.folded_name, words))
        .options(selectinload(Customer.sites))
        .order_by(Customer.folded_name, Customer.id)
        .limit(MOST)
    )
    return [
        Hit(
            customer.id,
            customer.name,
            next((site.address for site in customer.sites), ""),
            customer.folded_name == words,
        )
        for customer in rows
    ]


def _by_contact(session: Session, words: str) -> list[Hit]:
    """People of a customer that bears another name."""
    rows = session.execute(
        select(Customer.id, Customer.name, Contact.name, Contact.folded_name)
        .join(Contact, Contact.customer_id == Customer.id)
        .where(*_all_words(Contact.folded_name, words), Contact.folded_name != Customer.folded_name)
        .order_by(Contact.folded_name, Customer.id)
        .limit(MOST)
    )
    return [Hit(one, name, person, folded == words) for one, name, person, folded in rows]


def _by_email(session: Session, text: str) -> list[Hit]:
    if "@" not in text:
        return []
    wanted = text.strip().lower()
    folded = func.lower(Contact.email)
    rows = session.execute(
        select(Customer.id, Customer.name, Contact.name, Contact.email)
        .join(Contact, Contact.customer_id == Customer.id)
        .where(folded.contains(wanted, autoescape=True))
        .order_by(Customer.folded_name, Customer.id)
        .limit(MOST)
    )
    return [
        Hit(one, name, f"{person}, {email}", (email or "").lower() == wanted)
        for one, name, person, email in rows
    ]


def _by_address(session: Session, words: str) -> list[Hit]:
    rows = session.execute(
        select(Customer.id, Customer.name, Site.street, Site.municipality)
        .join(Site, Site.customer_id == Customer.id)
        .where(*_all_words(Site.folded_address, words))
        .order_by(Site.folded_address)
        .limit(MOST)
    )
    return [Hit(one, name, f"{street}, {town}") for one, name, street, town in rows]


def _all_words(column: Any, words: str) -> list[ColumnElement[bool]]:
    """Each word begins a word of the column, in whatever order they were typed."""
    return [
        or_(
            column.startswith(word, autoescape=True),
            column.contains(f" {word}", autoescape=True),
        )
        for word in words.split()
    ]


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A customer as a list shows them."""

    customer_id: int
    name: str
    phone: str | None
    address: str | None


def newest(session: Session, count: int) -> list[Newcomer]:
    """The customers added last."""
    rows = session.scalars(
        select(Customer)
        .options(selectinload(Customer.contacts), selectinload(Customer.sites))
        .order_by(Customer.id.desc())
        .limit(count)
    )
    return [
        Newcomer(
            customer.id,
            customer.name,
            next((shown_phone(one.phone) for one in customer.contacts if one.phone), None),
            next((site.address for site in customer.sites), None),
        )
        for customer in rows
    ]
