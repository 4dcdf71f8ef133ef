"""The office's form about new work, and what was said in it."""

from __future__ import annotations

import secrets

from flask import request
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import (
    Form,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional

from fieldservice.errors import Refused
from fieldservice.models.customers import Channel, Contact
from fieldservice.models.kinds import Kind
from fieldservice.operations.bookings.work_orders import NewOrder
from fieldservice.operations.customers.customer_file import CustomerFile
from fieldservice.operations.customers.phones import shown_phone
from fieldservice.operations.messages.recipients import usual_way
from fieldservice.web.offering import LONGEST_KEY

KINDS = (
    SelectChoice(Kind.REPAIR.value, _("Repair")),
    SelectChoice(Kind.MAINTENANCE.value, _("Maintenance")),
    SelectChoice(Kind.INSTALLATION.value, _("Installation")),
    SelectChoice(Kind.DEMONSTRATION.value, _("Demonstration")),
    SelectChoice(Kind.INSPECTION.value, _("Inspection")),
)
PRIORITIES = (
    SelectChoice("0", _("Normal")),
    SelectChoice("40", _("Urgent")),
    SelectChoice("80", _("Emergency")),
)
FIELDS = {"duration": "minutes"}
"""Fields the operation calls differently from the form."""


def _number(text: str | int | None) -> int | None:
    try:
        return int(text) if text else None
    except ValueError:
        return -1


class OrderFields(Form):  # type: ignore[misc]
    """What is wanted, of which appliance, where, and who gets the texts."""

    kind = RadioField(_("What is it?"), choices=KINDS, validate_choice=False)
    summary = TextAreaField(_("What is wrong or wanted?"), [InputRequired()], render_kw={"rows": 2})
    asset = SelectField(_("Appliance"), coerce=_number, validate_choice=False)
    site = SelectField(_("Where"), [InputRequired()], coerce=_number, validate_choice=False)
    minutes = IntegerField(
        _("Minutes on site"),
        [Optional()],
        description=_("Empty: what its kind usually takes."),
        render_kw={"min": 5, "step": 5},
    )
    priority = SelectField(
        _("Priority"), [InputRequired()], choices=PRIORITIES, coerce=_number, validate_choice=False
    )
    contact = SelectField(_("Who is told"), coerce=_number, validate_choice=False)
    form_key = HiddenField()
    offer = HiddenField()

    def order(self, customer_id: int) -> NewOrder:
        """The order as it was asked for."""
        return NewOrder(
            customer_id=customer_id,
            site_id=self.site.data or 0,
            kind=kind_said(self.kind.data),
            summary=self.summary.data or "",
            form_key=(self.form_key.data or new_key())[:LONGEST_KEY],
            asset_id=self.asset.data,
            duration_minutes=self._minutes(),
            priority=self.priority.data or 0,
            text_contact_id=self.contact.data,
        )

    def _minutes(self) -> int | None:
        written = "".join(self.minutes.raw_data or ()).strip()
        if not written:
            return None
        if self.minutes.process_errors:
            sentence = gettext("Write the duration in whole minutes, or leave it empty.")
            raise Refused(sentence, "duration")
        minutes: int | None = self.minutes.data
        return minutes


def kind_said(text: str | None) -> Kind:
    """The kind chosen, or the sentence that asks for it."""
    try:
        return Kind(text or "")
    except ValueError as error:
        raise Refused(gettext("Choose what kind of visit it is."), "kind") from error


def new_key() -> str:
    """What a form is known by, so that sending it twice does nothing twice."""
    return secrets.token_urlsafe(18)


def order_fields(file: CustomerFile) -> OrderFields:
    """The form with this customer's appliances, sites and contacts to choose from."""
    form = OrderFields(request.form) if request.form else OrderFields(request.args)
    form.site.choices = [SelectChoice(str(site.id), site.address) for site in file.customer.sites]
    form.asset.choices = [SelectChoice("", _("None of them"))] + [
        SelectChoice(str(one.asset_id), f"{one.product} · {one.serial or '–'}")
        for one in file.assets
    ]
    form.contact.choices = [
        SelectChoice(str(person.id), f"{person.name} · {_reached(person)}")
        for person in file.customer.contacts
    ]
    if not request.form:
        _begin(form, file)
    form.form_key.data = form.form_key.data or new_key()
    return form


def _reached(person: Contact) -> str:
    """How and where somebody is told of a visit."""
    way = usual_way(person)
    where = person.email if way == Channel.EMAIL else person.phone and shown_phone(person.phone)
    words = {
        Channel.SMS: gettext("by text"),
        Channel.CALL: gettext("by telephone call"),
        Channel.EMAIL: gettext("by e-mail"),
        Channel.BY_HAND: gettext("by a person of the office"),
    }
    return f"{words[way]} {where}" if where else words[way]


def _begin(form: OrderFields, file: CustomerFile) -> None:
    """The asset asked about decides the site; a single appliance is the one that is meant."""
    if form.asset.data is None and len(file.assets) == 1:
        form.asset.data = file.assets[0].asset_id
    of_asset = [one.site_id for one in file.assets if one.asset_id == form.asset.data]
    form.site.data = next(iter(of_asset), None) or next(
        (site.id for site in file.customer.sites), None
    )
