"""Customers, the people to speak to and the sites."""

from __future__ import annotations

from fieldservice.models.customers import ContactRole, PlaceQuality, Reach
from fieldservice.models.kinds import Language
from fieldservice.web.api.schemas import base


class CustomerSchema(base.Read):
    """A household or a company that is served."""

    id = base.record_id()
    external_id = base.external_id(allow_none=True)
    territory_id = base.record_id()
    name = base.text()
    note = base.text(5000, allow_none=True)
    contact_ids = base.some(base.record_id(), 10000)
    site_ids = base.some(base.record_id(), 10000)
    created_at = base.moment()
    updated_at = base.moment()


class ContactSchema(base.Read):
    """A person who answers for a customer."""

    id = base.record_id()
    external_id = base.external_id(allow_none=True)
    customer_id = base.record_id()
    name = base.text()
    role = base.choice(ContactRole)
    prefers = base.choice(Reach, allow_none=True)
    phone = base.text(20, allow_none=True, metadata={"description": "E.164: + and digits."})
    email = base.text(allow_none=True)
    language = base.choice(Language)
    language_confirmed = base.yes_or_no()
    updated_at = base.moment()


class SiteSchema(base.Read):
    """An address that is visited."""

    id = base.record_id()
    external_id = base.external_id(allow_none=True)
    customer_id = base.record_id()
    street = base.text()
    postcode = base.text(12, allow_none=True)
    municipality = base.text()
    lat = base.number(-90, 90, allow_none=True)
    lon = base.number(-180, 180, allow_none=True)
    place_quality = base.choice(PlaceQuality)
    zone = base.text(60)
    access_notes = base.text(5000, allow_none=True)
    updated_at = base.moment()


class NewContact(base.Wanted):
    """A person to speak to; a phone or an e-mail address is needed."""

    external_id = base.external_id(allow_none=True)
    name = base.text(required=True)
    phone = base.text(40, allow_none=True)
    email = base.text(allow_none=True)
    language = base.choice(Language, required=True)
    role = base.choice(ContactRole)
    prefers = base.choice(
        Reach, allow_none=True, metadata={"description": "How they asked to be reached."}
    )


class ContactChange(base.Wanted):
    """What is to be different about a person."""

    external_id = base.external_id(allow_none=True)
    name = base.text()
    phone = base.text(40, allow_none=True)
    email = base.text(allow_none=True)
    language = base.choice(Language)
    role = base.choice(ContactRole)
    prefers = base.choice(
        Reach, allow_none=True, metadata={"description": "How they asked to be reached."}
    )


class ContactUpsert(base.Wanted):
    """A person as another system knows them; of a new one all is needed but one of the two
    ways to reach them."""

    customer_id = base.record_id()
    name = base.text()
    phone = base.text(40, allow_none=True)
    email = base.text(allow_none=True)
    language = base.choice(Language)
    role = base.choice(ContactRole)
    prefers = base.choice(
        Reach, allow_none=True, metadata={"description": "How they asked to be reached."}
    )


class NewSite(base.Wanted):
    """An address; without a point it gets that of its municipality."""

    external_id = base.external_id(allow_none=True)
    street = base.text(required=True)
    municipality = base.text(required=True)
    postcode = base.text(12, allow_none=True)
    lat = base.number(-90, 90, allow_none=True)
    lon = base.number(-180, 180, allow_none=True)
    access_notes = base.text(5000, allow_none=True)


class SiteChange(base.Wanted):
    """What is to be different about an address."""

    external_id = base.external_id(allow_none=True)
    street = base.text()
    municipality = base.text()
    postcode = base.text(12, allow_none=True)
    lat = base.number(-90, 90)
    lon = base.number(-180, 180)
    access_notes = base.text(5000, allow_none=True)


class SiteUpsert(base.Wanted):
    """An address as another system knows it; a new one needs street and municipality."""

    customer_id = base.record_id()
    street = base.text()
    municipality = base.text()
    postcode = base.text(12, allow_none=True)
    lat = base.number(-90, 90)
    lon = base.number(-180, 180)
    access_notes = base.text(5000, allow_none=True)


class NewCustomer(base.Wanted):
    """A customer with one person to speak to and one site."""

    external_id = base.external_id(allow_none=True)
    territory_id = base.record_id(required=True)
    name = base.text(metadata={"description": "The contact's name where it is left out."})
    note = base.text(5000, allow_none=True)
    contact = base.inside(NewContact, required=True)
    site = base.inside(NewSite, required=True)


class CustomerChange(base.Wanted):
    """What is to be different about a customer."""

    external_id = base.external_id(allow_none=True)
    name = base.text()
    note = base.text(5000, allow_none=True)


class CustomerUpsert(base.Wanted):
    """A customer as another system knows it; of a new one all but name and note is needed.

    The contact and the site are those it was taken on with.
    """

    territory_id = base.record_id()
    name = base.text()
    note = base.text(5000, allow_none=True)
    contact = base.inside(NewContact)
    site = base.inside(NewSite)


class CustomersAsked(base.PageAsked):
    """Which customers to list."""

    territory_id = base.record_id(from_text=True)
    external_id = base.external_id()
    phone = base.text(40, metadata={"description": "Of any contact, in E.164."})


class ContactsAsked(base.PageAsked):
    """Which contacts to list."""

    customer_id = base.record_id(from_text=True)
    external_id = base.external_id()
    phone = base.text(40, metadata={"description": "In E.164."})


class SitesAsked(base.PageAsked):
    """Which sites to list."""

    customer_id = base.record_id(from_text=True)
    external_id = base.external_id()
