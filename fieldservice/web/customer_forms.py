"""The office's forms about customers, their contacts and sites."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _
from wtforms import (
    EmailField,
    Form,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TelField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from fieldservice.models.customers import Contact, ContactRole, Reach, Site
from fieldservice.models.kinds import Language
from fieldservice.models.territories import Place
from fieldservice.operations.customers.customer_entries import ContactForm, SiteForm

TONGUES = (
    SelectChoice(Language.CATALAN.value, "Català"),
    SelectChoice(Language.SPANISH.value, "Español"),
    SelectChoice(Language.ENGLISH.value, "English"),
    SelectChoice(Language.HUNGARIAN.value, "Magyar"),
)
ROLES = (
    SelectChoice(ContactRole.RESIDENT.value, _("Lives there")),
    SelectChoice(ContactRole.OWNER.value, _("Owner")),
    SelectChoice(ContactRole.PAYER.value, _("Pays")),
    SelectChoice(ContactRole.KEY_HOLDER.value, _("Has the key")),
    SelectChoice(ContactRole.RELATIVE.value, _("Relative")),
)
WAYS = (
    SelectChoice("", _("Not asked: text a mobile, call a landline")),
    SelectChoice(Reach.SMS.value, _("Text")),
    SelectChoice(Reach.CALL.value, _("Telephone call")),
    SelectChoice(Reach.EMAIL.value, _("E-mail")),
    SelectChoice(Reach.BY_HAND.value, _("A person of the office")),
)
needed = [InputRequired()]


class ContactFields(Form):  # type: ignore[misc]
    """A person to speak to."""

    name = StringField(_("Name"), needed, render_kw={"autocomplete": "off"})
    phone = TelField(_("Phone"), render_kw={"autocomplete": "off"})
    email = EmailField(_("E-mail"), render_kw={"autocomplete": "off"})
    language = RadioField(
        _("Language"),
        choices=TONGUES,
        validate_choice=False,
        description=_("Ask: in which language may we write to you?"),
    )
    role = SelectField(_("Role"), needed, choices=ROLES, validate_choice=False)
    prefers = SelectField(
        _("Contact by"),
        choices=WAYS,
        validate_choice=False,
        description=_("For confirmations, reminders and changes of visits."),
    )

    def said(self) -> ContactForm:
        """What was written, as it was written."""
        return ContactForm(
            name=self.name.data or "",
            phone=self.phone.data or "",
            email=self.email.data or "",
            language=self.language.data or "",
            role=self.role.data or ContactRole.RESIDENT.value,
            prefers=self.prefers.data or "",
        )


class SiteFields(Form):  # type: ignore[misc]
    """An address that is visited."""

    street = StringField(_("Street and number"), needed, render_kw={"autocomplete": "off"})
    municipality = StringField(
        _("Municipality"), needed, render_kw={"list": "places", "autocomplete": "off"}
    )
    postcode = StringField(_("Postcode"), render_kw={"autocomplete": "off"})
    point = StringField(
        _("Point on the map"),
        description=_("A map link or coordinates. Empty: the middle of the municipality."),
        render_kw={"autocomplete": "off"},
    )
    access_notes = TextAreaField(_("Getting in"), render_kw={"rows": 2})

    def site(self) -> SiteForm:
        """What was written, as it was written."""
        return SiteForm(
            street=self.street.data or "",
            municipality=self.municipality.data or "",
            postcode=self.postcode.data or "",
            point=self.point.data or "",
            access_notes=self.access_notes.data or "",
        )


class NewCustomerFields(ContactFields, SiteFields):
    """A customer, the person to speak to and the address, all on one page."""

    note = TextAreaField(_("Note for the office"), render_kw={"rows": 2})
    seen_alike = HiddenField()


class CustomerFields(Form):  # type: ignore[misc]
    """What a customer is called, and a note."""

    name = StringField(_("Name"), needed)
    note = TextAreaField(_("Note for the office"), render_kw={"rows": 3})


def contact_fields(contact: Contact | None) -> ContactFields:
    """The form about a contact as it stands; a language nobody asked for is not chosen."""
    if contact is None:
        return ContactFields()
    return ContactFields(
        data={
            "name": contact.name,
            "phone": contact.phone,
            "email": contact.email,
            "language": contact.language.value if contact.language_confirmed else None,
            "role": contact.role.value,
            "prefers": contact.prefers.value if contact.prefers else "",
        }
    )


def site_fields(site: Site | None) -> SiteFields:
    """The form about a site as it stands."""
    return SiteFields(obj=site) if site else SiteFields()


def place_names(places: Sequence[Place]) -> list[str]:
    """Municipalities to choose from."""
    return [place.name for place in places]
