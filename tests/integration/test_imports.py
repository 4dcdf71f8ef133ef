"""Lists become visits, customers and technicians: whole, once, and nobody merged silently."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from fieldservice.errors import Refused
from fieldservice.models.assets import Asset
from fieldservice.models.customers import Contact, Customer, PlaceQuality, Reach, Site
from fieldservice.models.imports import ImportKind
from fieldservice.models.kinds import Kind, Language
from fieldservice.models.messages import Message, MessageKind
from fieldservice.models.plans import Stop
from fieldservice.models.technicians import Technician, WorkingHours
from fieldservice.models.territories import Place, Territory
from fieldservice.models.users import RoleName
from fieldservice.models.work_orders import Visit, VisitState, WorkOrder
from fieldservice.operations.attention import attention
from fieldservice.operations.imports.review import Choices
from tests.conftest import SessionFactory, SignIn
from tests.factories import NOW, TOMORROW, a_customer, a_technician, a_visit, a_work_order
from tests.integration.lists import (
    CATALAN,
    EXAMPLES,
    HEADINGS,
    Importer,
    a_home_of_lists,
    list_of,
    workbook_of,
)

PROMISED = "A1;Maria Puig;331100;Major 1;Ordino;avaria;11/03/2026;9-11;Joan Pla;42,5563;1,5333"
WAITING = "A2;Pere Mas;331200;Nou 2;Encamp;instal·lació;;;;;"
BAD = "A3;Anna Vila;33;Nou 3;Encamp;neteja;;;;;"


@pytest.fixture
def importer(write: SessionFactory) -> Importer:
    with write() as session:
        territory = a_home_of_lists(session)
        a_technician(session, territory, name="Joan Pla")
        return Importer(write, territory.id)


def count(read: SessionFactory, model: Any) -> int:
    with read() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_a_promise_keeps_its_window_and_owes_reminders_but_no_booked_text(
    importer: Importer, read: SessionFactory
) -> None:
    importer(list_of(PROMISED))
    with read() as session:
        visit = session.scalars(select(Visit)).one()
        assert visit.state == VisitState.BOOKED
        assert visit.service_on == TOMORROW
        assert visit.told_from == datetime(2026, 3, 11, 8, tzinfo=UTC)
        assert visit.told_until == datetime(2026, 3, 11, 10, tzinfo=UTC)
        kinds = set(session.scalars(select(Message.kind)))
        assert kinds <= {MessageKind.REMINDER_DAY, MessageKind.REMINDER_HOURS}
        assert MessageKind.REMINDER_HOURS in kinds


def test_a_promise_that_names_the_technician_is_pinned_to_them(
    importer: Importer, read: SessionFactory
) -> None:
    importer(list_of(PROMISED))
    with read() as session:
        stop = session.scalars(select(Stop).where(Stop.visit_id.is_not(None))).one()
        assert stop.pinned
        assert stop.route.shift.lead.name == "Joan Pla"
        assert stop.lateness_seconds == 0
        assert stop.route.service_day.version > 1


def test_a_promise_without_a_technician_gets_a_tentative_stop(
    importer: Importer, read: SessionFactory
) -> None:
    importer(list_of(PROMISED.replace("Joan Pla", "")))
    with read() as session:
        stop = session.scalars(select(Stop).where(Stop.visit_id.is_not(None))).one()
        assert not stop.pinned
        assert not stop.committed


def test_a_whole_list_of_wishes_rings_the_bell_once(
    importer: Importer, write: SessionFactory, client: FlaskClient, sign_in: SignIn
) -> None:
    importer(list_of(WAITING, WAITING.replace("A2;Pere Mas;331200", "A4;Jordi Roca;331400")))
    with write() as session:
        territory = session.get_one(Territory, importer.territory_id)
        before = attention(session, territory, NOW)
        assert (before.requests, before.lists, before.total) == (0, 1, 1)
        order = a_work_order(session, a_customer(session, territory))
        a_visit(session, order, state=VisitState.REQUESTED, day=None, told=None)
        after = attention(session, territory, NOW)
        assert (after.requests, after.lists, after.total) == (1, 1, 2)
    sign_in(client, RoleName.DISPATCHER)
    page = client.get("/attention").text
    assert "Requests without an appointment" in page
    assert "Lists with visits to book" in page


def test_a_row_without_a_promise_waits_with_the_usual_duration(
    importer: Importer, read: SessionFactory
) -> None:
    importer(list_of(WAITING))
    with read() as session:
        visit = session.scalars(select(Visit)).one()
        assert visit.state == VisitState.REQUESTED
        assert visit.duration_minutes == 40
        assert visit.work_order.kind == Kind.INSTALLATION
        assert visit.service_on is None
        assert not session.scalars(select(Message)).all()


def test_a_day_without_hours_bounds_a_visit_that_waits(
    importer: Importer, read: SessionFactory
) -> None:
    importer(list_of(WAITING.replace(";;;;;", ";12/03/2026;;;;")))
    with read() as session:
        visit = session.scalars(select(Visit)).one()
        assert visit.state == VisitState.REQUESTED
        assert visit.earliest_at == datetime(2026, 3, 11, 23, tzinfo=UTC)
        assert visit.latest_at == datetime(2026, 3, 12, 22, 59, tzinfo=UTC)


def test_one_bad_row_means_nothing_is_written(importer: Importer, read: SessionFactory) -> None:
    outcome = importer(list_of(PROMISED, WAITING, BAD))
    assert outcome.written is None
    faults = [(fault.line, fault.column) for fault in outcome.review.faults]
    assert faults == [(4, "Telèfon"), (4, "Tipus")]
    assert count(read, Customer) == count(read, Visit) == count(read, Message) == 0


def test_valid_rows_are_written_where_that_is_wanted(
    importer: Importer, read: SessionFactory
) -> None:
    outcome = importer(list_of(PROMISED, WAITING, BAD), choices=replace(CATALAN, accept_valid=True))
    assert outcome.written
    assert outcome.written.count == 2
    assert count(read, Visit) == 2


def test_the_same_file_twice_creates_nothing_twice(
    importer: Importer, read: SessionFactory
) -> None:
    unnumbered = WAITING.replace("A2", "")
    for wanted in (2, 0):
        outcome = importer(list_of(PROMISED, unnumbered))
        assert outcome.written
        assert outcome.written.count == wanted
    assert outcome.review.already == 2
    assert count(read, Visit) == count(read, Customer) == 2


def test_a_row_without_reference_is_given_one(importer: Importer, read: SessionFactory) -> None:
    importer(list_of(WAITING.replace("A2", ""), PROMISED.replace("A1", "")))
    with read() as session:
        references = list(session.scalars(select(WorkOrder.reference)))
    assert len(set(references)) == 2
    assert all(reference.startswith("AD-26-") for reference in references)


def test_a_reference_taken_by_a_work_order_made_here_is_a_fault(
    importer: Importer, write: SessionFactory
) -> None:
    importer(list_of(WAITING.replace("A2", "")))
    with write() as session:
        session.scalars(select(WorkOrder)).one().reference = "A1"
    outcome = importer(list_of(PROMISED))
    assert [fault.column for fault in outcome.review.faults] == ["Ref"]


@pytest.mark.parametrize(
    ("change", "column"),
    [
        (("11/03/2026", "11/03/2025"), "Data"),
        (("11/03/2026", "11/03/2062"), "Data"),
        (("11/03/2026", "14/03/2026"), "Tècnic"),
        (("11/03/2026", ""), "Data"),
        (("9-11", "11-9"), "Franja"),
        (("Joan Pla", "Joana Plana"), "Tècnic"),
        (("42,5563", "425,563"), "Latitud"),
        (("42,5563", ""), "Latitud"),
        (("42,5563;1,5333", "1,5333;42,5563"), "Latitud"),
        (("Maria Puig", ""), "Client"),
        (("Major 1", ""), "Carrer"),
        (("avaria", ""), "Tipus"),
    ],
)
def test_each_fault_names_its_column(
    importer: Importer, change: tuple[str, str], column: str
) -> None:
    outcome = importer(list_of(PROMISED.replace(*change)))
    assert [(fault.line, fault.column) for fault in outcome.review.faults] == [(2, column)]
    assert outcome.written is None


def test_a_misspelt_technician_is_asked_after(importer: Importer) -> None:
    fault = importer(list_of(PROMISED.replace("Joan Pla", "Juan Pla"))).review.faults[0]
    assert "Is it Joan Pla?" in fault.reason


def test_two_rows_about_the_same_visit_are_a_fault(importer: Importer) -> None:
    faults = importer(list_of(PROMISED, PROMISED)).review.faults
    assert [(fault.line, "line 2" in fault.reason) for fault in faults] == [(3, True)]


@pytest.mark.parametrize(
    "double",
    [
        "A9;M. Puig;331100;Nou 7;Encamp;demo;;;;;",
        "A9;Maria Puig;331999;Nou 7;Ordino;demo;;;;;",
        "A9;Maria Piug;;Major 1;Ordino;demo;;;;;",
    ],
    ids=["same phone", "same name and town", "near spelling, same address"],
)
def test_a_likely_duplicate_is_asked_about_and_never_merged_silently(
    importer: Importer, read: SessionFactory, double: str
) -> None:
    importer(list_of(PROMISED))
    asked = importer(list_of(double))
    assert asked.written is None
    [question] = asked.review.questions
    assert [one.name for one in question.choices] == ["Maria Puig"]
    assert count(read, Customer) == 1

    with read() as session:
        known = session.scalars(select(Customer.id)).one()
    importer(list_of(double), choices=replace(CATALAN, same={2: str(known)}))
    assert (count(read, Customer), count(read, Visit)) == (1, 2)


def test_a_likely_duplicate_can_be_somebody_new(importer: Importer, read: SessionFactory) -> None:
    importer(list_of(PROMISED))
    double = list_of("A9;M. Puig;331100;Nou 7;Encamp;demo;;;;;")
    importer(double, choices=replace(CATALAN, otherwise="new"))
    assert count(read, Customer) == 2


def test_two_spellings_in_one_list_are_asked_about_too(
    importer: Importer, read: SessionFactory
) -> None:
    double = "A9;M. Puig;331100;Major 1;Ordino;demo;;;;;"
    asked = importer(list_of(PROMISED, double))
    assert [one.code for one in asked.review.questions[0].choices] == ["line2"]
    importer(list_of(PROMISED, double), choices=replace(CATALAN, same={3: "line2"}))
    assert (count(read, Customer), count(read, Site)) == (1, 1)


def test_an_answer_that_names_nobody_is_refused(importer: Importer) -> None:
    importer(list_of(PROMISED))
    double = list_of("A9;M. Puig;331100;Nou 7;Encamp;demo;;;;;")
    with pytest.raises(Refused, match="no such customer"):
        importer(double, choices=replace(CATALAN, same={2: "999999"}))


def test_the_same_name_and_phone_is_the_same_customer_with_another_site(
    importer: Importer, read: SessionFactory
) -> None:
    importer(list_of(PROMISED, "A9;PUIG, Maria;+376 331 100;Nou 7;Encamp;demo;;;;;"))
    assert (count(read, Customer), count(read, Contact), count(read, Site)) == (1, 1, 2)


def test_the_language_of_rows_without_one_is_asked_once_and_marked(
    importer: Importer, read: SessionFactory
) -> None:
    assert "language" in (importer(list_of(PROMISED), choices=Choices()).hindrance or "")
    importer(list_of(PROMISED), choices=Choices(language=Language.HUNGARIAN))
    with read() as session:
        contact = session.scalars(select(Contact)).one()
        assert (contact.language, contact.language_confirmed) == (Language.HUNGARIAN, False)


def test_missing_coordinates_are_estimated_or_said_to_be_missing(
    importer: Importer, read: SessionFactory
) -> None:
    importer(list_of(WAITING, WAITING.replace("A2", "A4").replace("Encamp", "Os de Civís")))
    with read() as session:
        found = {site.municipality: site for site in session.scalars(select(Site))}
        assert found["Encamp"].place_quality == PlaceQuality.ESTIMATED
        assert (found["Encamp"].lat, found["Encamp"].lon) == (42.53598, 1.58368)
        assert found["Os de Civís"].place_quality == PlaceQuality.MISSING
        assert found["Os de Civís"].lat is None


def test_headings_nobody_knows_are_said_once_and_remembered(
    importer: Importer, write: SessionFactory, read: SessionFactory
) -> None:
    from fieldservice.operations.imports import importing
    from tests.factories import NOW

    odd = list_of("Maria Puig;Major 1, Ordino;avaria", headings="Wer;Wo;Was")
    with pytest.raises(Refused, match="No column says: Customer; Kind of work"):
        importer(odd)
    sheet = importing.open_sheet(odd, ImportKind.VISITS)
    words = {"customer": "wer", "address": "Wo", "kind": "Was"}
    with write() as session:
        home = importer.territory_id
        importing.say_columns(session, NOW, None, home, ImportKind.VISITS, sheet, words)
    importer(odd)
    with read() as session:
        site = session.scalars(select(Site)).one()
        assert (site.street, site.municipality) == ("Major 1", "Ordino")


def test_a_workbook_with_typed_cells(importer: Importer, read: SessionFactory) -> None:
    heads = ["Client", "Telèfon", "Carrer", "Població", "Tipus", "Data", "Des de", "Fins"]
    row = ["Maria Puig", 331100, "Major 1", "Ordino", "avaria", date(2026, 3, 11), "9:00", 0.5]
    importer(workbook_of([heads, row]))
    with read() as session:
        visit = session.scalars(select(Visit)).one()
        assert visit.told_until == datetime(2026, 3, 11, 11, tzinfo=UTC)
        assert visit.work_order.customer.contacts[0].phone == "+376331100"


def test_an_old_list_can_be_moved_to_a_day_to_try_it(
    importer: Importer, read: SessionFactory
) -> None:
    importer(list_of(PROMISED.replace("11/03/2026", "12/03/2025")), move_to=TOMORROW)
    with read() as session:
        assert session.scalars(select(Visit.service_on)).one() == TOMORROW


def test_a_day_of_a_moved_list_that_stays_past_is_named_as_moved(importer: Importer) -> None:
    second = PROMISED.replace("A1;Maria Puig;331100", "A2;Pere Mas;331200").replace("9-11", "12-14")
    stray = PROMISED.replace("A1;Maria Puig;331100", "A3;Anna Vila;331300")
    rows = (PROMISED, second, stray.replace("11/03/2026", "11/03/2024"))
    faults = importer(list_of(*rows), move_to=date(2026, 3, 12)).review.faults
    assert [(fault.line, "moved as the whole list is" in fault.reason) for fault in faults] == [
        (4, True)
    ]


def test_technicians_come_with_skills_and_weeks(importer: Importer, read: SessionFactory) -> None:
    importer((EXAMPLES / "technicians.csv").read_bytes(), ImportKind.TECHNICIANS)
    again = importer((EXAMPLES / "technicians.csv").read_bytes(), ImportKind.TECHNICIANS)
    assert again.review.already == 13
    with read() as session:
        marc = session.scalars(select(Technician).where(Technician.name == "Marc Riba")).one()
        assert {(held.skill.name, held.level) for held in marc.skills} == {
            ("electricity", 3),
            ("appliances", 2),
            ("gas", 2),
        }
        assert [hours.weekday for hours in marc.working_hours] == [0, 1, 2, 3, 4]
        riding = select(WorkingHours.technician_id).where(WorkingHours.rides_with_id == marc.id)
        biel = session.get_one(Technician, session.scalars(riding).first())
        assert biel.is_trainee


@pytest.mark.parametrize(
    ("row", "mend"),
    [
        ("Ona Roca;;42,5;1,5", "no shift"),
        ("Ona Roca;dl-dv 8-17;;", "no home"),
        ("Ona Roca;dl-dv 17-8;42,5;1,5", "before it starts"),
    ],
)
def test_a_technician_without_shift_or_home_is_refused(
    importer: Importer, row: str, mend: str
) -> None:
    content = list_of(row, headings="Nom;Horari;Latitud;Longitud")
    faults = importer(content, ImportKind.TECHNICIANS).review.faults
    assert [mend in fault.reason for fault in faults] == [True]


def test_assets_find_their_customer_or_say_whom_they_miss(
    importer: Importer, read: SessionFactory
) -> None:
    importer(list_of(PROMISED))
    heads = "Núm sèrie;Model;Marca;Client;Data factura;Garantia"
    rows = ("S1;Therm 20;Calda;Maria Puig;01/02/2026;24", "S2;Therm 20;Calda;Nobody Here;;")
    outcome = importer(
        list_of(*rows, headings=heads), ImportKind.ASSETS, replace(CATALAN, accept_valid=True)
    )
    assert [(fault.line, fault.column) for fault in outcome.review.faults] == [(3, "Client")]
    with read() as session:
        asset = session.scalars(select(Asset)).one()
        assert asset.customer.name == "Maria Puig"
        assert asset.warranty_until == date(2028, 2, 1)


def test_customers_come_with_contact_and_site(importer: Importer, read: SessionFactory) -> None:
    heads = "Codi client;Nom;Contacte;Mòbil;Idioma;Adreça completa;Notes d'accés"
    row = "C7;Hotel Neu;Rosa Font;331300;es;Major 4, AD300 Ordino;Clau a la porta"
    for _ in range(2):
        importer(list_of(row, headings=heads), ImportKind.CUSTOMERS)
    with read() as session:
        customer = session.scalars(select(Customer)).one()
        assert (customer.external_id, customer.contacts[0].name) == ("C7", "Rosa Font")
        assert customer.contacts[0].language_confirmed
        assert customer.sites[0].postcode == "AD300"
        assert customer.sites[0].access_notes == "Clau a la porta"


def test_a_new_place_gives_waiting_addresses_their_point(
    importer: Importer, read: SessionFactory
) -> None:
    importer(list_of(WAITING.replace("Encamp", "Os de Civís")))
    places = list_of("Os de Civís;42,51;1,44", headings="Municipi;Latitud;Longitud")
    importer(places, ImportKind.PLACES)
    assert importer(places, ImportKind.PLACES).review.already == 1
    assert count(read, Place) == 3
    with read() as session:
        assert session.scalars(select(Site.place_quality)).one() == PlaceQuality.ESTIMATED


def test_a_cell_that_begins_like_a_formula_is_data(
    importer: Importer, read: SessionFactory
) -> None:
    importer(list_of(WAITING.replace("Pere Mas", "=HYPERLINK(1)")))
    with read() as session:
        assert session.scalars(select(Customer.name)).one() == "=HYPERLINK(1)"


def test_the_example_list_with_the_faults_real_ones_have(
    importer: Importer, read: SessionFactory
) -> None:
    importer((EXAMPLES / "places.csv").read_bytes(), ImportKind.PLACES)
    importer((EXAMPLES / "technicians.csv").read_bytes(), ImportKind.TECHNICIANS)
    content = (EXAMPLES / "visits.csv").read_bytes()
    first = importer(content, move_to=date(2026, 3, 17))
    assert first.review.lines == 128
    assert first.review.bad_lines == 20
    assert [question.line for question in first.review.questions] == [127, 128, 129]
    choices = Choices(accept_valid=True, language=Language.CATALAN, otherwise="same")
    written = importer(content, choices=choices, move_to=date(2026, 3, 17)).written
    assert written
    assert written.count == 108
    with read() as session:
        promised = select(func.count()).select_from(Visit).where(Visit.told_from.is_not(None))
        stops = select(func.count()).select_from(Stop).where(Stop.visit_id.is_not(None))
        assert session.scalar(promised) == session.scalar(stops) == 53
        late = select(func.max(Stop.lateness_seconds)).where(~Stop.pinned)
        assert session.scalar(late) == 0


def test_a_list_says_in_four_languages_how_people_want_to_be_reached(
    importer: Importer, read: SessionFactory
) -> None:
    headings = HEADINGS + ";Correu electrònic;Contactar per"
    rows = (
        PROMISED + ";;trucada",
        "A2;Pere Mas;331200;Nou 2;Encamp;avaria;;;;;;pere@example.org;correo electrónico",
        "A3;Anna Vila;331300;Nou 3;Encamp;avaria;;;;;;;levél",
        "A4;Joan Sala;331400;Nou 4;Encamp;avaria;;;;;;;",
    )
    importer(list_of(*rows, headings=headings))
    with read() as session:
        reached = session.scalars(select(Contact.prefers).order_by(Contact.name)).all()
        assert reached == [Reach.BY_HAND, None, Reach.CALL, Reach.EMAIL]
        names = session.scalars(select(Contact.folded_name).order_by(Contact.name)).all()
        assert names[0] == "anna vila"


@pytest.mark.parametrize(
    ("said", "sentence"),
    [(";correu", "Write the e-mail address"), (";colom", "is no way to reach somebody")],
)
def test_a_way_to_reach_somebody_that_leads_nowhere_is_told_by_its_column(
    importer: Importer, said: str, sentence: str
) -> None:
    headings = HEADINGS + ";Correu electrònic;Contactar per"
    outcome = importer(list_of(PROMISED + ";" + said, headings=headings))
    (fault,) = outcome.review.faults
    assert (fault.column, sentence in fault.reason) == ("Contactar per", True)
