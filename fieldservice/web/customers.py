"""The office's page of one customer, and the forms that keep it right."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from flask_security import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import Form

from fieldservice import clock
from fieldservice.clock import local_day
from fieldservice.db import db, transaction
from fieldservice.errors import NotFound, Refused
from fieldservice.models.customers import Channel, Contact, Customer
from fieldservice.models.territories import Territory
from fieldservice.models.users import RoleName
from fieldservice.operations import audit
from fieldservice.operations.customers import records as customers
from fieldservice.operations.customers.customer_file import customer_file, visit_line
from fieldservice.operations.customers.links import (
    VISIT_PATH,
    make_link,
    open_links,
    revoke_all,
    token_of,
)
from fieldservice.operations.customers.phones import shown_phone
from fieldservice.operations.messages.recipients import usual_way
from fieldservice.web.customer_forms import (
    TONGUES,
    ContactFields,
    CustomerFields,
    NewCustomerFields,
    SiteFields,
    contact_fields,
    place_names,
    site_fields,
)
from fieldservice.web.forms import blame
from fieldservice.web.here import current_territory
from fieldservice.web.offering import settings
from fieldservice.web.roles import open_to

blueprint = Blueprint("customers", __name__)
blueprint.add_app_template_filter(local_day, "local_day")
blueprint.add_app_template_filter(shown_phone, "phone_words")

LINK_LASTS = timedelta(days=60)
Page = str | Response | tuple[str, int]


@blueprint.get("/customers/<int:customer_id>")
@open_to(RoleName.DISPATCHER)
def show(customer_id: int) -> str:
    """Everything about one customer: next visits, appliances, people, history."""
    file = customer_file(db.session(), customer_id, clock.now())
    people = file.customer.contacts
    return render_template(
        "customers/show.html",
        file=file,
        tongues={one.value: one.label for one in TONGUES},
        consents={person.id: _words_on(person) for person in people},
        ways={person.id: usual_way(person) for person in people},
        links=open_links(db.session(), customer_id, clock.now()),
    )


def _words_on(person: Contact) -> dict[str, bool | None]:
    """The last yes or no on each channel; None where nobody asked."""
    said: dict[str, bool | None] = {channel.value: None for channel in customers.WORDINGS}
    return said | {word.channel.value: word.granted for word in person.consents}


@blueprint.get("/customers/new")
@open_to(RoleName.DISPATCHER)
def ask_new() -> str:
    """An empty form, begun with what was searched for."""
    return _new_page(NewCustomerFields(data=_begun_with(request.args.get("q", ""))))


@blueprint.post("/customers/new")
@open_to(RoleName.DISPATCHER)
def add() -> Page:
    """A new customer; one that looks like another is asked about first."""
    form, territory = NewCustomerFields(request.form), _territory()
    try:
        alike = customers.alike(db.session(), territory, form.said())
        if alike and not form.seen_alike.data:
            return _new_page(form, alike), 409
        new = _taken_on(form, territory.id)
    except Refused as refused:
        blame(form, refused)
        return _new_page(form), 400
    return redirect(url_for("customers.show", customer_id=new.id), 303)


def _taken_on(form: NewCustomerFields, territory_id: int) -> Customer:
    with transaction() as session:
        territory = session.get_one(Territory, territory_id)
        note = form.note.data or ""
        return customers.take_on(
            session, territory, form.said(), form.site(), clock.now(), current_user.id, note
        )


def _new_page(form: NewCustomerFields, alike: object = ()) -> str:
    places = place_names(customers.places_of(db.session(), _territory()))
    return render_template("customers/new.html", form=form, places=places, alike=alike)


def _begun_with(text: str) -> dict[str, str]:
    digits = sum(sign.isdigit() for sign in text)
    return {"phone": text} if digits >= 4 else {"name": text}


@blueprint.route("/customers/<int:customer_id>/edit", methods=["GET", "POST"])
@open_to(RoleName.DISPATCHER)
def edit(customer_id: int) -> Page:
    """The customer's name and the office's note."""
    customer = customers.known_customer(db.session(), customer_id)
    form = CustomerFields(request.form, obj=customer)

    def change(session: Session) -> None:
        name, note = form.name.data or "", form.note.data or ""
        customers.rename(session, customer_id, name, note, clock.now(), current_user.id)

    return _form_page(gettext("Name and note"), form, customer, change)


@blueprint.route("/customers/<int:customer_id>/contacts/new", methods=["GET", "POST"])
@blueprint.route("/customers/<int:customer_id>/contacts/<int:contact_id>", methods=["GET", "POST"])
@open_to(RoleName.DISPATCHER)
def contact(customer_id: int, contact_id: int | None = None) -> Page:
    """A contact, changed or added."""
    customer = customers.known_customer(db.session(), customer_id)
    known = contact_id and customers.known_contact(db.session(), customer_id, contact_id)
    form = ContactFields(request.form) if request.form else contact_fields(known or None)

    def change(session: Session) -> None:
        now, who = clock.now(), current_user.id
        customers.set_contact(session, customer_id, contact_id, form.said(), now, who)

    return _form_page(gettext("Contact"), form, customer, change)


@blueprint.route("/customers/<int:customer_id>/sites/new", methods=["GET", "POST"])
@blueprint.route("/customers/<int:customer_id>/sites/<int:site_id>", methods=["GET", "POST"])
@open_to(RoleName.DISPATCHER)
def site(customer_id: int, site_id: int | None = None) -> Page:
    """A site, changed or added."""
    customer = customers.known_customer(db.session(), customer_id)
    known = site_id and customers.known_site(db.session(), customer_id, site_id)
    form = SiteFields(request.form) if request.form else site_fields(known or None)

    def change(session: Session) -> None:
        now, who = clock.now(), current_user.id
        customers.set_site(session, customer_id, site_id, form.site(), now, who)

    return _form_page(gettext("Site"), form, customer, change)


def _form_page(
    title: str, form: Form, customer: Customer, change: Callable[[Session], None]
) -> Page:
    """The form as it stands; sent, what it says is done, or blamed on the field it names."""
    status = 200
    if request.method == "POST":
        try:
            with transaction() as session:
                change(session)
            return _back(customer.id)
        except Refused as refused:
            blame(form, refused)
            status = 400
    places = place_names(customers.places_of(db.session(), customer.territory))
    page = render_template(
        "customers/form.html", title=title, form=form, customer=customer, places=places
    )
    return page, status


@blueprint.post("/customers/<int:customer_id>/contacts/<int:contact_id>/language")
@open_to(RoleName.DISPATCHER)
def language(customer_id: int, contact_id: int) -> Response:
    """The customer was asked: this is their language."""
    with transaction() as session:
        person = customers.known_contact(session, customer_id, contact_id)
        said = request.form.get("language", "")
        customers.confirm_language(session, person, said, clock.now(), current_user.id)
    flash(gettext("Language noted."), "success")
    return _back(customer_id)


@blueprint.post("/customers/<int:customer_id>/contacts/<int:contact_id>/consent")
@open_to(RoleName.DISPATCHER)
def consent(customer_id: int, contact_id: int) -> Response:
    """A yes or no to texts or calls, said on the phone."""
    channel = _channel(request.form.get("channel", ""))
    granted = request.form.get("granted") == "yes"
    with transaction() as session:
        person = customers.known_contact(session, customer_id, contact_id)
        customers.record_consent(
            session, person, channel, granted, "office", clock.now(), current_user.id
        )
    flash(gettext("Consent noted."), "success")
    return _back(customer_id)


@blueprint.post("/visits/<int:visit_id>/link")
@open_to(RoleName.DISPATCHER)
def link(visit_id: int) -> str:
    """A fresh address with which the customer sees, moves or cancels visits."""
    now = clock.now()
    customer, line = visit_line(db.session(), visit_id)
    secret, customer_id = settings().secret_key, customer.id
    with transaction() as session:
        made = make_link(session, secret, customer_id, visit_id, now, now + LINK_LASTS)
        audit.record(session, now, current_user.id, "link.made", made, visit_id=visit_id)
    address = settings().public_base_url + VISIT_PATH + token_of(made, secret)
    return render_template(
        "customers/link.html", customer=customer, address=address, until=made.expires_at, line=line
    )


@blueprint.post("/customers/<int:customer_id>/links/revoke")
@open_to(RoleName.DISPATCHER)
def revoke_links(customer_id: int) -> Response:
    """Shut every address that opens this customer's own page."""
    with transaction() as session:
        customers.known_customer(session, customer_id)
        count = revoke_all(session, customer_id, clock.now(), current_user.id)
    words = ngettext("%(num)s link is shut.", "%(num)s links are shut.", count)
    flash(words if count else gettext("No link was open."), "success")
    return _back(customer_id)


def _back(customer_id: int) -> Response:
    return redirect(url_for("customers.show", customer_id=customer_id), 303)


def _channel(text: str) -> Channel:
    try:
        return Channel(text)
    except ValueError as error:
        raise Refused(gettext("Choose texts, calls or e-mails."), "channel") from error


def _territory() -> Territory:
    territory = current_territory()
    if territory is None:
        raise NotFound(gettext("There is no territory yet. Set one up first."))
    return territory
