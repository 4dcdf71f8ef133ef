"""Requests of people nobody knows yet: kept at once, booked after their phone is confirmed."""

from __future__ import annotations

import hashlib
from dataclasses import astuple, dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice.errors import Refused
from fieldservice.models.kinds import Kind, Language
from fieldservice.models.territories import Territory
from fieldservice.models.work_orders import Visit, WorkOrder
from fieldservice.operations.bookings.work_orders import LONGEST_SUMMARY, NewOrder, take_order
from fieldservice.operations.customers.customer_entries import ContactForm, SiteForm, written
from fieldservice.operations.customers.phone_codes import LANDLINE
from fieldservice.operations.customers.phones import (
    NumberKind,
    is_personal,
    number_kind,
    phone_number,
)
from fieldservice.operations.customers.records import take_on
from fieldservice.operations.messages.senders import serves

ELSEWHERE = (
    "No code is sent to numbers of this country or kind. Give another mobile number, or call."
)


@dataclass(frozen=True, slots=True)
class Stranger:
    """What somebody wrote on the public page, as it was written."""

    kind: str
    summary: str
    street: str
    municipality: str
    postcode: str
    name: str
    phone: str
    language: str
    form_key: str


def check_step(session: Session, territory: Territory, step: str, said: Stranger) -> None:
    """Refuse what this step of the page cannot take, naming the field."""
    if step == "what":
        _kind(said)
        if not said.summary.strip() or len(said.summary) > LONGEST_SUMMARY:
            raise Refused("Say in a few words what is wrong or wanted.", "summary")
    elif step == "where":
        written(said.street, "street", "Write the street and the number.")
        written(said.municipality, "municipality", "Choose the municipality.")
    else:
        written(said.name, "name", "Write your name.")
        _check_phone(session, territory, phone_number(said.phone, territory.country))
        if said.language not in {one.value for one in Language}:
            raise Refused("Choose a language.", "language")


def _check_phone(session: Session, territory: Territory, phone: str) -> None:
    if number_kind(phone) == NumberKind.LANDLINE:
        raise Refused(LANDLINE, "phone")
    # A code costs money, and whoever asks for it is not known yet.
    if not is_personal(phone) or not serves(session, territory, phone):
        raise Refused(ELSEWHERE, "phone")


def _kind(said: Stranger) -> Kind:
    try:
        return Kind(said.kind)
    except ValueError as error:
        raise Refused("Choose what kind of visit it is.", "kind") from error


def take_request(
    session: Session, territory: Territory, said: Stranger, now: datetime
) -> tuple[Visit, bool]:
    """The requested visit, and whether it is new: the same answers sent twice ask once.

    Whoever writes is a new customer, even under a number we know: only the office decides
    that two are the same, and the page tells nobody which numbers are known.
    """
    for step in ("what", "where", "who"):
        check_step(session, territory, step, said)
    key = _key(said)
    known = session.scalar(select(WorkOrder).where(WorkOrder.form_key == key))
    if known is not None:
        return known.visits[0], False
    customer = take_on(
        session,
        territory,
        ContactForm(said.name, said.phone, language=said.language),
        SiteForm(said.street, said.municipality, said.postcode),
        now,
        None,
    )
    wanted = NewOrder(
        customer_id=customer.id,
        site_id=customer.sites[0].id,
        kind=_kind(said),
        summary=said.summary,
        form_key=key,
        text_contact_id=customer.contacts[0].id,
    )
    return take_order(session, wanted, now, None).visits[0], True


def _key(said: Stranger) -> str:
    """Of the form as it was filled in: whoever goes back and corrects a number asks anew."""
    return hashlib.sha256("\0".join(astuple(said)).encode()).hexdigest()
