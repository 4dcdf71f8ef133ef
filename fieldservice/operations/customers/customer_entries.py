"""People and addresses as somebody writes them down, and what is made of that."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice.errors import Refused
from fieldservice.models.customers import Contact, ContactRole, PlaceQuality, Reach, Site
from fieldservice.models.kinds import Language
from fieldservice.models.territories import Place, Territory
from fieldservice.operations.customers.folding import fold
from fieldservice.operations.customers.phones import NumberKind, number_kind, phone_number
from fieldservice.operations.customers.points import Point, point_from
from fieldservice.operations.visible import visible
from fieldservice.smtp_settings import is_mail_address

LONGEST = 200


@dataclass(frozen=True, slots=True)
class ContactForm:
    """A person as somebody wrote them down."""

    name: str
    phone: str = ""
    email: str = ""
    language: str = ""
    role: str = ContactRole.RESIDENT.value
    prefers: str = ""
    """How they asked to be reached; empty where nobody asked."""


@dataclass(frozen=True, slots=True)
class SiteForm:
    """An address as somebody wrote it down; `point` is a map link or coordinates, or nothing."""

    street: str
    municipality: str
    postcode: str = ""
    point: str = ""
    access_notes: str = ""


def contact_from(form: ContactForm, territory: Territory, kept: str | None = None) -> Contact:
    """A contact that is not anybody's yet, or a refusal naming the field; `kept` is a number
    that stands in the books already and is not judged anew."""
    name = written(form.name, "name", "Write the name of the person to speak to.")
    prefers = reach_from(form.prefers)
    if not form.phone.strip() and not form.email.strip() and prefers != Reach.BY_HAND:
        raise Refused("Give a phone, or at least an e-mail address.", "phone")
    phone = form.phone.strip() or None
    if phone and phone != kept:
        phone = phone_number(phone, territory.country)
    email = mail_address(form.email)
    check_reach(prefers, phone, email)
    try:
        role = ContactRole(form.role)
    except ValueError as error:
        raise Refused("Choose what this person is to the customer.", "role") from error
    return Contact(
        name=name,
        folded_name=fold(name),
        role=role,
        phone=phone,
        email=email,
        prefers=prefers,
        language=language_from(form.language),
        language_confirmed=True,
    )


def mail_address(text: str) -> str | None:
    """The e-mail address as mail servers take it; None where nothing was written."""
    address = text.strip()
    if address and not is_mail_address(address):
        raise Refused(
            "%(address)s is not an e-mail address. Write it as name@example.org.",
            "email",
            address=repr(address),
        )
    return address or None


def reach_from(text: str) -> Reach | None:
    """How somebody asked to be reached; None where nobody asked."""
    try:
        return Reach(text) if text else None
    except ValueError as error:
        raise Refused("Choose how they want to be reached.", "prefers") from error


def check_reach(prefers: Reach | None, phone: str | None, email: str | None) -> None:
    """Refuse a way to reach somebody that leads nowhere, naming what is missing."""
    if prefers == Reach.EMAIL and email is None:
        raise Refused("Write the e-mail address they want the letters at.", "email")
    if prefers in (Reach.SMS, Reach.CALL) and phone is None:
        raise Refused("Write the phone they want to be reached at.", "phone")
    if prefers == Reach.SMS and phone and number_kind(phone) == NumberKind.LANDLINE:
        raise Refused(
            "This is a landline, and no text reaches it. Give a mobile number, or choose calls.",
            "prefers",
        )


def language_from(code: str) -> Language:
    """The language chosen; nobody chooses it for them."""
    try:
        return Language(code)
    except ValueError as error:
        raise Refused(
            "Ask which language they want to be written to in, and choose it.", "language"
        ) from error


def site_from(session: Session, form: SiteForm, territory: Territory) -> Site:
    """A site that is not anybody's yet; without a point it gets that of its municipality."""
    street = written(form.street, "street", "Write the street and the number.")
    town = written(form.municipality, "municipality", "Write the municipality.")
    found = session.scalar(
        select(Place).where(Place.territory_id == territory.id, Place.folded_name == fold(town))
    )
    at, quality = _point(form, found)
    postcode = form.postcode.strip() or (found.postcode if found else None) or None
    if postcode and len(postcode) > 12:
        raise Refused(
            "%(postcode)s is too long for a postcode. Check it.",
            "postcode",
            postcode=repr(postcode),
        )
    return Site(
        street=street,
        municipality=town,
        postcode=postcode,
        folded_address=fold(" ".join((street, postcode or "", town))),
        lat=at.lat if at else None,
        lon=at.lon if at else None,
        place_quality=quality,
        zone=territory.zone,
        access_notes=form.access_notes.strip() or None,
    )


def _point(form: SiteForm, found: Place | None) -> tuple[Point | None, PlaceQuality]:
    if form.point.strip():
        return point_from(form.point), PlaceQuality.EXACT
    if found is not None:
        return Point(found.lat, found.lon), PlaceQuality.ESTIMATED
    return None, PlaceQuality.MISSING


def written(text: str, field: str, mend: str) -> str:
    """The text without what surrounds it, or the sentence that asks for it."""
    kept = " ".join(visible(text).split())
    if not kept:
        raise Refused(mend, field)
    if len(kept) > LONGEST:
        raise Refused(
            "This is longer than %(longest)s letters. Shorten it.", field, longest=LONGEST
        )
    return kept
