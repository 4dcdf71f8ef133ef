"""Customers, their contacts and sites: taking them on and keeping them right."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from fieldservice.errors import NotFound, Refused
from fieldservice.models.customers import (
    Channel,
    Consent,
    Contact,
    Customer,
    Site,
)
from fieldservice.models.territories import Place, Territory
from fieldservice.operations import audit
from fieldservice.operations.customers.customer_entries import (
    ContactForm,
    SiteForm,
    check_reach,
    contact_from,
    language_from,
    reach_from,
    site_from,
    written,
)
from fieldservice.operations.customers.folding import fold
from fieldservice.operations.customers.phones import phone_number
from fieldservice.operations.messages.opting import free_number
from fieldservice.operations.messages.rewriting import rewrite

CONTACT_FACTS = (
    *("name", "folded_name", "role", "phone", "email", "prefers"),
    *("language", "language_confirmed"),
)
WORDINGS = {
    Channel.SMS: "May we send you text messages about your visits?",
    Channel.CALL: "May we call you about your visits, and afterwards to ask how it went?",
    Channel.EMAIL: "May we write to you by e-mail about your visits?",
}
"""What is asked when somebody says yes or no."""


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
    person = contact_from(contact, territory)
    customer = Customer(
        territory_id=territory.id,
        name=person.name,
        folded_name=fold(person.name),
        note=note.strip() or None,
        created_at=now,
        contacts=[person],
        sites=[site_from(session, site, territory)],
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
    known = known_contact(session, customer_id, contact_id) if contact_id is not None else None
    said = contact_from(form, customer.territory, known.phone if known else None)
    contact = known or said
    if known is None:
        customer.contacts.append(said)
    else:
        for name in CONTACT_FACTS:
            setattr(contact, name, getattr(said, name))
    session.flush()
    _follow(session, contact, now)
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
    said = site_from(session, form, customer.territory)
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
    contact.language = language_from(language)
    contact.language_confirmed = True
    session.flush()
    rewrite(session, contact, now)
    audit.record(session, now, actor_id, "contact.language", contact, language=contact.language)


def set_reach(
    session: Session, contact: Contact, prefers: str, now: datetime, actor_id: int | None
) -> None:
    """Somebody said how they want to be reached; it holds for what waits for them already."""
    wanted = reach_from(prefers)
    check_reach(wanted, contact.phone, contact.email)
    contact.prefers = wanted
    session.flush()
    rewrite(session, contact, now)
    audit.record(session, now, actor_id, "contact.reach", contact, reach=prefers)


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
    if channel not in WORDINGS:
        raise Refused("Nobody can be asked about that.", "channel")
    contact.consents.append(
        Consent(
            channel=channel,
            granted=granted,
            given_at=now,
            wording=WORDINGS[channel],
            source=source,
        )
    )
    if granted and contact.phone:
        free_number(session, contact.phone, channel)
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
    _follow(session, contact, now)


def _follow(session: Session, contact: Contact, now: datetime) -> None:
    # Another number may be closed to texts, or open to them.
    session.expire(contact, ["untextable", "opt_outs"])
    rewrite(session, contact, now)


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
