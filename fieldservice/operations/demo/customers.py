"""Households and companies of the demo, with their appliances and warranties."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from fieldservice.models.assets import Asset, Product
from fieldservice.models.customers import Contact, Customer, Reach, Site
from fieldservice.models.territories import Territory
from fieldservice.operations.customers.folding import fold
from fieldservice.operations.demo.addresses import PARISHES, Parish
from fieldservice.operations.demo.people import Person, a_person

HOW_MANY = 320
PRODUCTS = (
    ("Altherma 8", "Daikin", 36, "refrigerants"),
    ("ecoTEC plus", "Vaillant", 24, "gas"),
    ("Condens 4300", "Bosch", 24, "gas"),
    ("Serie 6 SMS6", "Bosch", 36, "appliances"),
    ("W1 WWD320", "Miele", 36, "appliances"),
    ("HLB 8600", "Teka", 24, "appliances"),
    ("MSZ-AP25", "Mitsubishi", 36, "refrigerants"),
    ("Pulsar Plus", "Wallbox", 24, "electricity"),
    ("Symo 5.0", "Fronius", 60, "electricity"),
)
"""Model, brand, months of warranty, and the skill its service asks for.

Models are called the same in every language, and so in every customer's texts."""
ACCESS = (
    "Ring twice, the bell is quiet.",
    "Key with the concierge until 13:00.",
    "Park in the yard, not on the street.",
    "The dog is friendly, please close the gate.",
    "Boiler room behind the garage, code 4417.",
)
OLDEST_DAYS = 1350


def settle(session: Session, territory: Territory, today: date, now: datetime) -> None:
    """All customers, each with a site and one or two appliances."""
    rng = random.Random("customers")
    products = [
        Product(name=name, brand=brand, warranty_months=months, external_id=skill)
        for name, brand, months, skill in PRODUCTS
    ]
    session.add_all(products)
    session.flush()
    for number in range(HOW_MANY):
        customer = _customer(territory, number, rng, now)
        session.add(customer)
        session.flush()
        for _ in range(rng.choice((1, 1, 2))):
            session.add(_asset(customer, rng.choice(products), today, rng))
    session.flush()


def _customer(territory: Territory, number: int, rng: random.Random, now: datetime) -> Customer:
    person = a_person(rng)
    parish = rng.choices(PARISHES, weights=(26, 20, 14, 8, 14, 8, 10))[0]
    return Customer(
        territory_id=territory.id,
        external_id=f"C{number + 1:04d}",
        name=person.name,
        folded_name=fold(person.name),
        created_at=now - timedelta(days=rng.randrange(30, 900)),
        contacts=[_contact(person, number)],
        sites=[_site(parish, territory, rng)],
    )


def _contact(person: Person, number: int) -> Contact:
    """Most are texted; a few have a landline, want e-mail, or ask for a person."""
    contact = Contact(
        name=person.name,
        folded_name=fold(person.name),
        phone=person.phone,
        language=person.language,
        language_confirmed=True,
    )
    if number % 17 == 4:
        contact.phone = f"+3768{number:05d}"
    elif number % 19 == 6:
        contact.email = f"{fold(person.name).replace(' ', '.')}@example.org"
        contact.prefers = Reach.EMAIL
    elif number % 37 == 8:
        contact.prefers = Reach.BY_HAND
    return contact


def _site(parish: Parish, territory: Territory, rng: random.Random) -> Site:
    street, lat, lon = rng.choice(parish.streets)
    address = f"{street} {rng.randrange(1, 60)}"
    return Site(
        street=address,
        postcode=parish.postcode,
        municipality=parish.name,
        folded_address=fold(f"{address} {parish.postcode} {parish.name}"),
        # House numbers lie within some 150 m of the street's own point.
        lat=round(lat + rng.uniform(-0.0012, 0.0012), 5),
        lon=round(lon + rng.uniform(-0.0012, 0.0012), 5),
        zone=territory.zone,
        access_notes=rng.choice(ACCESS) if rng.random() < 0.3 else None,
    )


def _asset(customer: Customer, product: Product, today: date, rng: random.Random) -> Asset:
    invoiced = today - timedelta(days=rng.randrange(20, OLDEST_DAYS))
    return Asset(
        customer_id=customer.id,
        site_id=customer.sites[0].id,
        product_id=product.id,
        serial=f"{product.brand[:2].upper()}{rng.randrange(10**7):07d}",
        invoiced_on=invoiced,
        installed_on=invoiced + timedelta(days=rng.randrange(1, 14)),
        warranty_until=_months_later(invoiced, product.warranty_months),
    )


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, 28))
