"""People and addresses as programs send them, put into the forms operations read."""

from __future__ import annotations

from fieldservice.errors import Refused
from fieldservice.models.customers import Contact, ContactRole, Site
from fieldservice.operations.customers.customer_entries import ContactForm, SiteForm
from fieldservice.web.api.frame import Asked


def contact_form(asked: Asked, known: Contact | None = None) -> ContactForm:
    """A contact as sent; of a known one, what is not sent stays."""
    role = asked.get("role", known.role if known else ContactRole.RESIDENT)
    return ContactForm(
        name=_said(asked, "name", known),
        phone=_said(asked, "phone", known),
        email=_said(asked, "email", known),
        language=_said(asked, "language", known),
        role=role.value,
        prefers=_said(asked, "prefers", known),
    )


def site_form(asked: Asked, known: Site | None = None) -> SiteForm:
    """An address as sent; of a known one, what is not sent stays."""
    return SiteForm(
        street=_said(asked, "street", known),
        municipality=_said(asked, "municipality", known),
        postcode=_said(asked, "postcode", known),
        point=point_of(asked),
        access_notes=_said(asked, "access_notes", known),
    )


def _said(asked: Asked, name: str, known: Contact | Site | None) -> str:
    value = asked[name] if name in asked else getattr(known, name, None)
    return "" if value is None else str(value)


def point_of(asked: Asked) -> str:
    """The point as operations read one, or nothing where none is sent."""
    lat, lon = asked.get("lat"), asked.get("lon")
    if lat is None and lon is None:
        return ""
    if lat is None or lon is None:
        raise Refused("A point has both “lat” and “lon”. Send both, or neither.", "lat")
    return f"{lat:.7f}, {lon:.7f}"
