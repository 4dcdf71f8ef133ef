"""Customers with their contacts and sites, found or made while rows are written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select, update

from fieldservice.models.customers import Contact, ContactRole, Customer, PlaceQuality, Site
from fieldservice.models.kinds import Language
from fieldservice.operations.customers.folding import fold
from fieldservice.operations.imports.keys import in_portions
from fieldservice.operations.imports.people import Address, Person
from fieldservice.operations.imports.writing import Writing

Codes = Mapping[int, str]
"""The code of the household each line is about."""


@dataclass(slots=True)
class Kept:
    """One customer as far as rows need it: contacts by phone, sites by folded address."""

    id: int
    external_id: str | None
    contacts: dict[str | None, int] = field(default_factory=dict)
    sites: dict[str, int] = field(default_factory=dict)
    qualities: dict[int, PlaceQuality] = field(default_factory=dict)


class Shelf:
    """The customers one import is about."""

    def __init__(self, writing: Writing, codes: Iterable[str]) -> None:
        self._writing = writing
        self._kept: dict[str, Kept] = {}
        self.made = 0
        for some in in_portions(sorted({int(code) for code in codes if code.isdecimal()})):
            self._load(some)

    def _load(self, numbers: Sequence[int]) -> None:
        session = self._writing.session
        people = select(Customer.id, Customer.external_id).where(Customer.id.in_(numbers))
        for number, external_id in session.execute(people):
            self._kept[str(number)] = Kept(number, external_id)
        contacts = select(Contact.customer_id, Contact.phone, Contact.id)
        mine = contacts.where(Contact.customer_id.in_(numbers)).order_by(Contact.id)
        for number, phone, contact_id in session.execute(mine):
            self._kept[str(number)].contacts.setdefault(phone, contact_id)
        sites = select(Site.customer_id, Site.folded_address, Site.id, Site.place_quality)
        for number, address, site_id, quality in session.execute(
            sites.where(Site.customer_id.in_(numbers)).order_by(Site.id)
        ):
            self._kept[str(number)].sites.setdefault(address, site_id)
            self._kept[str(number)].qualities[site_id] = quality

    def customer(self, code: str, person: Person, note: str | None = None) -> Kept:
        """The customer of that code, made where it is new."""
        kept = self._kept.get(code)
        if kept is None:
            number = self._writing.bulk.add(
                Customer,
                territory_id=self._writing.ground.territory_id,
                name=person.name,
                folded_name=fold(person.name),
                external_id=person.external_id,
                note=note,
                created_at=self._writing.now,
            )
            kept = self._kept[code] = Kept(number, person.external_id)
            self.made += 1
        elif person.external_id and not kept.external_id:
            kept.external_id = person.external_id
            self._change(Customer, kept.id, external_id=person.external_id)
        return kept

    def contact(self, kept: Kept, person: Person) -> int:
        """Whom the row says to reach, found by phone or made."""
        if person.phone is None and kept.contacts:
            return next(iter(kept.contacts.values()))
        first = self._contact(kept, person, person.phone)
        if person.other_phone:
            self._contact(kept, person, person.other_phone)
        return first

    def _contact(self, kept: Kept, person: Person, phone: str | None) -> int:
        if phone not in kept.contacts:
            kept.contacts[phone] = self._writing.bulk.add(
                Contact,
                customer_id=kept.id,
                name=person.contact,
                folded_name=fold(person.contact),
                role=ContactRole.RESIDENT,
                phone=phone,
                email=person.email,
                prefers=person.prefers,
                language=person.language or self._writing.language or Language.ENGLISH,
                language_confirmed=person.language is not None,
            )
        return kept.contacts[phone]

    def site(self, kept: Kept, address: Address) -> int:
        """The address the row names, found or made; a better point is kept."""
        site_id = kept.sites.get(address.folded)
        if site_id is None:
            site_id = self._new_site(kept, address)
            kept.sites[address.folded] = site_id
        elif _RANK[address.quality] > _RANK[kept.qualities[site_id]] and address.point:
            self._change(
                Site,
                site_id,
                lat=address.point.lat,
                lon=address.point.lon,
                place_quality=address.quality,
            )
        else:
            return site_id
        kept.qualities[site_id] = address.quality
        return site_id

    def _new_site(self, kept: Kept, address: Address) -> int:
        return self._writing.bulk.add(
            Site,
            customer_id=kept.id,
            street=address.street,
            postcode=address.postcode,
            municipality=address.municipality,
            folded_address=address.folded,
            lat=address.point.lat if address.point else None,
            lon=address.point.lon if address.point else None,
            place_quality=address.quality,
            zone=self._writing.ground.zone,
            access_notes=address.access_notes,
        )

    def _change(self, model: type[Customer] | type[Site], number: int, **values: object) -> None:
        # The row may have been collected by this very import.
        self._writing.bulk.write()
        self._writing.session.execute(update(model).where(model.id == number).values(**values))


_RANK = {
    PlaceQuality.MISSING: 0,
    PlaceQuality.ESTIMATED: 1,
    PlaceQuality.STREET: 2,
    PlaceQuality.EXACT: 3,
}


def without_language(rows: Iterable[tuple[str, Person]], chosen: Language | None) -> int:
    """How many rows bring a new customer and neither they nor the sender name a language."""
    return 0 if chosen else sum(not code.isdecimal() and not who.language for code, who in rows)
