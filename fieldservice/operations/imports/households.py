"""Customers as lists name them, and which known one a row probably means."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice.models.customers import Contact, Customer, Site
from fieldservice.operations.customers.folding import fold
from fieldservice.operations.imports.people import Address, Person

_NEAR = 0.86
_ASKED_ABOUT = 3
LINE = "line"


@dataclass(slots=True)
class Household:
    """A customer here already, or an earlier line of the same list."""

    code: str
    """The customer's id, or “line7”."""
    name: str
    folded: str
    external_id: str | None
    phones: set[str]
    towns: set[str]
    addresses: set[str]
    street: str = ""

    @property
    def customer_id(self) -> int | None:
        """None for a line of the list."""
        return None if self.code.startswith(LINE) else int(self.code)


class Households:
    """Everybody known, found by number, name, phone or address."""

    def __init__(self) -> None:
        self.by_code: dict[str, Household] = {}
        self._by_number: dict[str, Household] = {}
        self._by_phone: dict[str, list[Household]] = defaultdict(list)
        self._by_name: dict[str, list[Household]] = defaultdict(list)
        self._by_address: dict[str, list[Household]] = defaultdict(list)
        self._by_word: dict[tuple[str, str], list[Household]] = defaultdict(list)
        self._phoneless: dict[tuple[str, str], list[Household]] = defaultdict(list)

    def add(self, one: Household) -> None:
        """Make a household findable."""
        self.by_code[one.code] = one
        if one.external_id:
            self._by_number.setdefault(fold(one.external_id), one)
        for phone in one.phones:
            self._by_phone[phone].append(one)
        self._by_name[_sorted(one.folded)].append(one)
        for address in one.addresses:
            self._by_address[address].append(one)
        for town in one.towns:
            self._index_words(one, town)

    def _index_words(self, one: Household, town: str) -> None:
        for word in set(one.folded.split()):
            self._by_word[town, word].append(one)
            if not one.phones:
                self._phoneless[town, word].append(one)

    def also(self, one: Household, person: Person, address: Address) -> None:
        """Note what a further row says about a household."""
        for phone in set(person.phones) - one.phones:
            one.phones.add(phone)
            self._by_phone[phone].append(one)
        town = fold(address.municipality)
        if town not in one.towns:
            one.towns.add(town)
            self._index_words(one, town)
        if address.folded not in one.addresses:
            one.addresses.add(address.folded)
            self._by_address[address.folded].append(one)

    def numbered(self, external_id: str | None) -> Household | None:
        """The household with that customer number."""
        return self._by_number.get(fold(external_id)) if external_id else None

    def surely(self, person: Person, address: Address) -> Household | None:
        """The one that is the same beyond doubt: by number, or by name with phone or address."""
        numbered = self.numbered(person.external_id)
        if numbered:
            return numbered
        for one in self._by_name.get(_sorted(fold(person.name)), ()):
            if _other_number(one, person):
                continue
            same_phone = one.phones & set(person.phones)
            same_address = address.folded in one.addresses and not (one.phones and person.phones)
            if same_phone or same_address:
                return one
        return None

    def likely(self, person: Person, address: Address) -> list[Household]:
        """Those it may be: same phone, same name in the same town, or nearly so at that address."""
        found: dict[str, Household] = {}
        for one in self._suspects(person, address):
            if not _other_number(one, person):
                found.setdefault(one.code, one)
        return list(found.values())[:_ASKED_ABOUT]

    def _suspects(self, person: Person, address: Address) -> Iterable[Household]:
        folded, town = fold(person.name), fold(address.municipality)
        for phone in person.phones:
            yield from self._by_phone.get(phone, ())
        yield from (one for one in self._by_name.get(_sorted(folded), ()) if town in one.towns)
        yield from (
            one for one in self._by_address.get(address.folded, ()) if _is_near(folded, one.folded)
        )
        # Two different phones are two people, unless the address says otherwise.
        comparable = self._phoneless if person.phones else self._by_word
        for word in set(folded.split()):
            for one in comparable.get((town, word), ()):
                if not (one.phones and person.phones) and _is_near(folded, one.folded):
                    yield one

    def called(self, name: str) -> list[Household]:
        """Everybody of exactly that name."""
        return self._by_name.get(_sorted(fold(name)), [])

    def reached_by(self, phone: str) -> list[Household]:
        """Everybody with that phone."""
        return self._by_phone.get(phone, [])


def _sorted(folded: str) -> str:
    """“Puig, Maria” and “Maria Puig” are one name."""
    return " ".join(sorted(folded.split()))


def _other_number(one: Household, person: Person) -> bool:
    """Two customer numbers are two customers, whatever else agrees."""
    if not one.external_id or not person.external_id:
        return False
    return fold(one.external_id) != fold(person.external_id)


def _is_near(one: str, other: str) -> bool:
    if abs(len(one) - len(other)) > 4:
        return False
    matcher = difflib.SequenceMatcher(None, _sorted(one), _sorted(other), autojunk=False)
    return matcher.real_quick_ratio() >= _NEAR and matcher.ratio() >= _NEAR


def named(line: int, person: Person, address: Address) -> Household:
    """The household a line of the list brings."""
    return Household(
        code=f"{LINE}{line}",
        name=person.name,
        folded=fold(person.name),
        external_id=person.external_id,
        phones=set(person.phones),
        towns={fold(address.municipality)},
        addresses={address.folded},
        street=address.street,
    )


def households_of(session: Session, territory_id: int) -> Households:
    """Every customer of the territory, in three queries."""
    found: dict[int, Household] = {}
    mine = Customer.territory_id == territory_id
    people = select(Customer.id, Customer.name, Customer.external_id).where(mine)
    for number, name, external_id in session.execute(people.order_by(Customer.id)):
        found[number] = Household(str(number), name, fold(name), external_id, set(), set(), set())
    phones = select(Contact.customer_id, Contact.phone).join(Customer).where(mine)
    for number, phone in session.execute(phones.where(Contact.phone.is_not(None))):
        found[number].phones.add(str(phone))
    sites = select(Site.customer_id, Site.municipality, Site.folded_address, Site.street)
    for number, town, address, street in session.execute(sites.join(Customer).where(mine)):
        found[number].towns.add(fold(town))
        found[number].addresses.add(address)
        found[number].street = street
    households = Households()
    for one in found.values():
        households.add(one)
    return households
