"""Customers, their contacts and sites: taking them on and keeping them right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from fieldservice.errors import NotFound, Refused
from fieldservice.models.customers import (
    Channel,
    Consent,
    Contact,
    ContactRole,
    Customer,
    PlaceQuality,
    Site,
)
from fieldservice.models.kinds import Language
from fieldservice.models.territories import Place, Territory
from fieldservice.operations import audit
from fieldservice.operations.folding import fold
from fieldservice.operations.phones import phone_number
from fieldservice.operations.points import Point, point_from

LONGEST = 200
WORDINGS = {
    Channel.SMS: "May we send you text messages about your visits?",
    Channel.CALL: "May we call you after a visit to ask how it went?",
}
"""What is asked when somebody says yes or no."""


@dataclass(frozen=True, slots=True)
class ContactForm:
    """A person as somebody wrote them down."""

    name: str
    phone: str = ""
    email: str = ""
    language: str = ""
    role: str = ContactRole.RESIDENT.value


@dataclass(frozen=True, slots=True)
class SiteForm:
    """An address as somebody wrote it down; `point` is a map link or coordinates, or nothing."""

    street: str
    municipality: str
    postcode: str = ""
    point: str = ""
    access_notes: str = ""


def take_on(
    session: Session,
    territory: Territory,
    contact: ContactForm,
    site: SiteForm,
    now: datetime,
    actor_id: int | None,
    note: str = "",
) -> Customer:
    """A new customer with one contact and one site."""
    person = _contact(contact, territory)
    customer = Customer(
        territory_id=territory.id,
        name=person.name,
        folded_name=fold(person.name),
        note=note.strip() or None,
        created_at=now,
        contacts=[person],
        sites=[_site(session, site, territory)],
    )
    session.add(customer)
    session.flush()
    audit.record(session, now, actor_id, "customer.added", customer)
    return customer


def rename(
    session: Session, customer_id: int, name: str, note: str, now: datetime, actor_id: int | None
) -> Customer:
    """Another name or note for a customer."""
    customer = known_customer(session, customer_id)
    customer.name = written(name, "name", "Write the customer's name.")
    customer.folded_name = fold(customer.name)
    customer.note = note.strip() or None
    audit.record(session, now, actor_id, "customer.changed", customer)
    return customer


def set_contact(
    session: Session,
    customer_id: int,
    contact_id: int | None,
    form: ContactForm,
    now: datetime,
    actor_id: int | None,
) -> Contact:
    """A contact as the form says, changed or added."""
    customer = known_customer(session, customer_id)
    said = _contact(form, customer.territory)
    if contact_id is None:
        customer.contacts.append(said)
        contact = said
    else:
        contact = known_contact(session, customer_id, contact_id)
        for name in ("name", "role", "phone", "email", "language", "language_confirmed"):
            setattr(contact, name, getattr(said, name))
    session.flush()
    audit.record(session, now, actor_id, "contact.changed", contact)
    return contact


def set_site(
    session: Session,
    customer_id: int,
    site_id: int | None,
    form: SiteForm,
    now: datetime,
    actor_id: int | None,
) -> Site:
    """A site as the form says, changed or added; its point stays where nothing new is given."""
    customer = known_customer(session, customer_id)
    said = _site(session, form, customer.territory)
    if site_id is None:
        customer.sites.append(said)
        site = said
    else:
        site = known_site(session, customer_id, site_id)
        keeps = not form.point.strip() and site.lat is not None and _same_town(site, said)
        for name in ("street", "postcode", "municipality", "folded_address", "access_notes"):
            setattr(site, name, getattr(said, name))
        if not keeps:
            site.lat, site.lon, site.place_quality = said.lat, said.lon, said.place_quality
    session.flush()
    audit.record(session, now, actor_id, "site.changed", site)
    return site


def _same_town(site: Site, said: Site) -> bool:
    return fold(site.municipality) == fold(said.municipality)


def confirm_language(
    session: Session, contact: Contact, language: str, now: datetime, actor_id: int | None
) -> None:
    """Somebody asked: this is the language the contact wants."""
    contact.language = _language(language)
    contact.language_confirmed = True
    audit.record(session, now, actor_id, "contact.language", contact, language=contact.language)


def record_consent(
    session: Session,
    contact: Contact,
    channel: Channel,
    granted: bool,
    source: str,
    now: datetime,
    actor_id: int | None,
) -> None:
    """A yes or no to a channel, with the words that were asked; the latest one counts."""
    contact.consents.append(
        Consent(
            channel=channel,
            granted=granted,
            given_at=now,
            wording=WORDINGS[channel],
            source=source,
        )
    )
    session.flush()
    audit.record(
        session,
        now,
        actor_id,
        "contact.consent",
        contact,
        channel=channel.value,
        granted=int(granted),
    )


def known_customer(session: Session, customer_id: int) -> Customer:
    """The customer, or the sentence that there is none."""
    customer = session.get(Customer, customer_id)
    if customer is None:
        raise NotFound("This customer is not known.")
    return customer


def known_contact(session: Session, customer_id: int, contact_id: int) -> Contact:
    """That customer's contact."""
    contact = session.get(Contact, contact_id)
    if contact is None or contact.customer_id != customer_id:
        raise NotFound("This contact is not known.")
    return contact


def known_site(session: Session, customer_id: int, site_id: int) -> Site:
    """That customer's site."""
    site = session.get(Site, site_id)
    if site is None or site.customer_id != customer_id:
        raise NotFound("This site is not known.")
    return site


def alike(session: Session, territory: Territory, contact: ContactForm) -> Sequence[Customer]:
    """Customers this one may be already: the same phone, or the same name."""
    same = [Customer.folded_name == fold(contact.name)]
    if contact.phone.strip():
        number = phone_number(contact.phone, territory.country)
        same.append(Customer.contacts.any(Contact.phone == number))
    return session.scalars(
        select(Customer)
        .where(Customer.territory_id == territory.id, or_(*same))
        .order_by(Customer.id)
        .limit(5)
    ).all()


def places_of(session: Session, territory: Territory) -> Sequence[Place]:
    """The municipalities of a territory, as a list to choose from."""
    return session.scalars(
        select(Place).where(Place.territory_id == territory.id).order_by(Place.folded_name)
    ).all()


def _contact(form: ContactForm, territory: Territory) -> Contact:
    name = written(form.name, "name", "Write the name of the person to speak to.")
    if not form.phone.strip() and not form.email.strip():
        raise Refused("Give a phone, or at least an e-mail address.", "phone")
    phone = phone_number(form.phone, territory.country) if form.phone.strip() else None
    email = form.email.strip()
    if email and ("@" not in email[1:-1] or " " in email or len(email) > LONGEST):
        raise Refused(f"{email!r} is not an e-mail address. Write it as name@example.org.", "email")
    try:
        role = ContactRole(form.role)
    except ValueError as error:
        raise Refused("Choose what this person is to the customer.", "role") from error
    return Contact(
        name=name,
        role=role,
        phone=phone,
        email=email or None,
        language=_language(form.language),
        language_confirmed=True,
    )


def _language(code: str) -> Language:
    try:
        return Language(code)
    except ValueError as error:
        raise Refused(
            "Ask which language they want to be written to in, and choose it.", "language"
        ) from error


def _site(session: Session, form: SiteForm, territory: Territory) -> Site:
    street = written(form.street, "street", "Write the street and the number.")
    town = written(form.municipality, "municipality", "Write the municipality.")
    found = session.scalar(
        select(Place).where(Place.territory_id == territory.id, Place.folded_name == fold(town))
    )
    at, quality = _point(form, found)
    postcode = form.postcode.strip() or (found.postcode if found else None) or None
    if postcode and len(postcode) > 12:
        raise Refused(f"{postcode!r} is too long for a postcode. Check it.", "postcode")
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
    kept = " ".join(text.split())
    if not kept:
        raise Refused(mend, field)
    if len(kept) > LONGEST:
        raise Refused(f"This is longer than {LONGEST} letters. Shorten it.", field)
    return kept
