"""Customers with their contacts and sites, found or made while rows are written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from fieldservice.models.customers import Contact, ContactRole, Customer, PlaceQuality, Site
from fieldservice.models.kinds import Language
from fieldservice.operations.folding import fold
from fieldservice.operations.imports.keys import in_portions
from fieldservice.operations.imports.people import Address, Person
from fieldservice.operations.imports.writing import Writing


class Shelf:
    """The customers one import is about."""

    def __init__(self, writing: Writing, codes: Iterable[str]) -> None:
        self.writing = writing
        self._customers: dict[str, Customer] = {}
        self.made = 0
        known = sorted({int(code) for code in codes if code.isdecimal()})
        for some in in_portions(known):
            query = select(Customer).where(
                Customer.id.in_(some), Customer.territory_id == writing.ground.territory_id
            )
            whole = (
                selectinload(Customer.contacts).selectinload(Contact.consents),
                selectinload(Customer.sites),
            )
            for customer in writing.session.scalars(query.options(*whole)):
                self._customers[str(customer.id)] = customer

    def customer(self, code: str, person: Person) -> Customer:
        """The customer of that code, made where it is new."""
        customer = self._customers.get(code)
        if customer is None:
            customer = Customer(
                territory_id=self.writing.ground.territory_id,
                name=person.name,
                folded_name=fold(person.name),
                external_id=person.external_id,
                created_at=self.writing.now,
                contacts=[],
                sites=[],
            )
            self.writing.session.add(customer)
            self._customers[code] = customer
            self.made += 1
        elif person.external_id and not customer.external_id:
            customer.external_id = person.external_id
        return customer

    def contact(self, customer: Customer, person: Person) -> Contact:
        """Whom the row says to reach, found by phone or made."""
        known = {contact.phone: contact for contact in reversed(customer.contacts)}
        if person.other_phone and person.other_phone not in known:
            self._add(customer, person, person.other_phone)
        if person.phone in known:
            return known[person.phone]
        if person.phone is None and customer.contacts:
            return customer.contacts[0]
        return self._add(customer, person, person.phone)

    def _add(self, customer: Customer, person: Person, phone: str | None) -> Contact:
        language = person.language or self.writing.language or Language.ENGLISH
        contact = Contact(
            name=person.contact,
            role=ContactRole.RESIDENT,
            phone=phone,
            email=person.email,
            language=language,
            language_confirmed=person.language is not None,
            consents=[],
        )
        if phone == person.phone:
            customer.contacts.insert(0, contact)
        else:
            customer.contacts.append(contact)
        return contact

    def site(self, customer: Customer, address: Address) -> Site:
        """The address the row names, found or made; a better point is kept."""
        folded = address.folded
        for site in customer.sites:
            if site.folded_address == folded:
                _improve(site, address)
                return site
        site = Site(
            street=address.street,
            postcode=address.postcode,
            municipality=address.municipality,
            folded_address=folded,
            lat=address.point.lat if address.point else None,
            lon=address.point.lon if address.point else None,
            place_quality=address.quality,
            zone=self.writing.ground.zone,
            access_notes=address.access_notes,
        )
        customer.sites.append(site)
        return site


_RANK = (PlaceQuality.MISSING, PlaceQuality.ESTIMATED, PlaceQuality.STREET, PlaceQuality.EXACT)


def _improve(site: Site, address: Address) -> None:
    if address.point and _RANK.index(address.quality) > _RANK.index(site.place_quality):
        site.lat, site.lon = address.point.lat, address.point.lon
        site.place_quality = address.quality
    if address.access_notes and not site.access_notes:
        site.access_notes = address.access_notes


def without_language(rows: Iterable[tuple[str, Person]], chosen: Language | None) -> int:
    """How many rows bring a new customer and neither they nor the sender name a language."""
    return 0 if chosen else sum(not code.isdecimal() and not who.language for code, who in rows)


Codes = Mapping[int, str]
"""The code of the household each line is about."""
