"""What a technician is shown of a day, and that a change to it is seen."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from fieldservice.errors import NotFound
from fieldservice.models.plans import Publication, Route, ServiceDay, Stop, StopKind
from fieldservice.models.technicians import Activity, ShiftMember
from fieldservice.models.territories import Territory
from fieldservice.models.users import RoleName
from fieldservice.models.work_orders import Visit, VisitState
from fieldservice.operations.road.my_day import my_day
from fieldservice.operations.road.route_changes import Change, see, unseen_changes, unseen_on
from tests.conftest import SessionFactory, SignIn
from tests.factories import (
    NOW,
    TODAY,
    TOMORROW,
    a_publication,
    a_stop,
    a_technician,
    a_visit,
    an_asset,
    at,
)
from tests.integration.road import Road, a_road


@pytest.fixture
def road(write: SessionFactory) -> Road:
    with write() as session:
        return a_road(session)


def route_of(session: Session, road: Road) -> Route:
    return session.get_one(ServiceDay, road.service_day_id).routes[0]


def change_route(session: Session, road: Road) -> Publication:
    """The first visit moves to 11:30, the second goes, a new one comes at 16:00."""
    route = route_of(session, road)
    route.stops[0].starts_at = at(TODAY, 11, 30)
    session.delete(route.stops[1])
    session.flush()
    session.refresh(route)
    a_stop(session, route, a_visit(session, day=TODAY), 16)
    return a_publication(session, route, changes_previous=True)


def test_the_day_shows_visits_activities_and_lunch_in_order(write: SessionFactory) -> None:
    with write() as session:
        road = a_road(session, published=False)
        route = route_of(session, road)
        activity = Activity(
            shift_id=road.shift_id,
            title="Training",
            starts_at=at(TODAY, 16),
            ends_at=at(TODAY, 17),
            lat=42.5,
            lon=1.5,
            place="School",
        )
        session.add(activity)
        session.flush()
        for position, kind, activity_id, hour in (
            (3, StopKind.BREAK, None, 13),
            (4, StopKind.ACTIVITY, activity.id, 16),
        ):
            route.stops.append(
                Stop(
                    position=position,
                    kind=kind,
                    activity_id=activity_id,
                    arrives_at=at(TODAY, hour),
                    starts_at=at(TODAY, hour),
                    ends_at=at(TODAY, hour + 1),
                )
            )
        session.flush()
        a_publication(session, route)
        mine = my_day(session, road.technician_id, TODAY, NOW)
        assert [stop.kind for stop in mine.stops] == ["visit"] * 3 + ["break", "activity"]
        assert mine.stops[4].title == "Training"
        assert mine.next_visit == mine.stops[0]
        assert mine.visits_left == 3


def test_only_what_was_published_is_shown(write: SessionFactory, road: Road) -> None:
    with write() as session:
        a_stop(session, route_of(session, road), a_visit(session, day=TODAY), 16)
        assert len(my_day(session, road.technician_id, TODAY, NOW).stops) == 3
        assert my_day(session, road.technician_id, TOMORROW, NOW).published_at is None


def test_what_was_cancelled_since_is_struck_and_the_next_one_is_next(
    write: SessionFactory, road: Road
) -> None:
    with write() as session:
        session.get_one(Visit, road.visit_ids[0]).state = VisitState.CANCELLED
        session.get_one(Visit, road.visit_ids[1]).service_on = TOMORROW
        session.flush()
        mine = my_day(session, road.technician_id, TODAY, NOW)
        assert [stop.is_gone for stop in mine.stops] == [True, True, False]
        assert mine.next_visit is not None
        assert mine.next_visit.visit_id == road.visit_ids[2]


def test_a_changed_route_is_shown_old_and_new_until_seen(write: SessionFactory, road: Road) -> None:
    with write() as session:
        publication = change_route(session, road)
        (changed,) = unseen_changes(session, road.technician_id, TODAY)
        assert [(one.change, one.was_at, one.is_at) for one in changed.stops] == [
            (Change.MOVED, at(TODAY, 10), at(TODAY, 11, 30)),
            (Change.ADDED, None, at(TODAY, 16)),
            (Change.REMOVED, at(TODAY, 12), None),
        ]
        see(session, NOW, road.technician_id, None, [publication.id])
        session.expire_all()
        assert publication.seen_at == NOW
        assert unseen_changes(session, road.technician_id, TODAY) == ()


def test_two_changes_in_a_row_are_told_against_what_was_last_seen(
    write: SessionFactory, road: Road
) -> None:
    with write() as session:
        route = route_of(session, road)
        for minute in (15, 45):
            route.stops[0].starts_at = at(TODAY, 10, minute)
            a_publication(session, route, changes_previous=True)
        (changed,) = unseen_changes(session, road.technician_id, TODAY)
        assert [(one.was_at, one.is_at) for one in changed.stops] == [
            (at(TODAY, 10), at(TODAY, 10, 45))
        ]


def test_a_change_there_and_back_leaves_nothing_to_tell(write: SessionFactory, road: Road) -> None:
    with write() as session:
        route = route_of(session, road)
        for hour in (11, 10):
            route.stops[0].starts_at = at(TODAY, hour)
            a_publication(session, route, changes_previous=True)
        (changed,) = unseen_changes(session, road.technician_id, TODAY)
        assert changed.stops == ()


def test_what_is_published_while_the_page_is_read_stays_unseen(
    write: SessionFactory, road: Road
) -> None:
    with write() as session:
        read = change_route(session, road)
        newer = a_publication(session, route_of(session, road), changes_previous=True)
        see(session, NOW, road.technician_id, None, [read.id])
        session.expire_all()
        assert newer.seen_at is None


def test_the_dispatcher_is_told_after_ten_minutes(write: SessionFactory, road: Road) -> None:
    with write() as session:
        assert unseen_on(session, road.service_day_id, NOW) == ()
        change_route(session, road)
        almost, then = NOW + timedelta(seconds=599), NOW + timedelta(minutes=10)
        (early,) = unseen_on(session, road.service_day_id, almost)
        assert not early.overdue
        assert unseen_on(session, road.service_day_id, then) == (replace(early, overdue=True),)


def test_nobody_sees_a_route_for_somebody_else(write: SessionFactory, road: Road) -> None:
    with write() as session:
        publication = change_route(session, road)
        with pytest.raises(NotFound):
            see(session, NOW, a_technician(session).id, None, [publication.id])


def sign_in_to(road: Road, client: FlaskClient, sign_in: SignIn) -> FlaskClient:
    sign_in(client, RoleName.TECHNICIAN, technician_id=road.technician_id)
    return client


def test_a_technician_lands_on_their_day_and_drives_it(
    client: FlaskClient, sign_in: SignIn, road: Road, read: SessionFactory, write: SessionFactory
) -> None:
    sign_in_to(road, client, sign_in)
    assert client.get("/").location == "/my-day"
    with write() as session:
        order = session.get_one(Visit, road.visit_ids[0]).work_order
        order.asset_id = an_asset(session, order.customer, serial="SN-77").id
        order.site.access_notes = "Gate code 4711"
    assert "On my way" in client.get("/my-day").text
    visit = f"/my-day/visits/{road.visit_ids[0]}"
    page = client.get(visit).text
    for words in ("Gate code 4711", "SN-77", "geo:42.52", "tel:+3763", "10:00–12:00"):
        assert words in page
    assert client.post(f"{visit}/set-out", data={"version": 1}).status_code == 303
    assert client.post(f"{visit}/set-out", data={"version": 1}).status_code == 303
    assert client.post(f"{visit}/arrive", data={"version": 2}).status_code == 303
    refused = client.post(f"{visit}/finish", data={"outcome": "left", "parts_used": "1 valve"})
    assert refused.status_code == 400
    assert "what is left to do" in refused.text
    assert "1 valve" in refused.text
    assert client.post(f"{visit}/finish", data={"outcome": "done"}).location == "/my-day"
    with read() as session:
        assert session.get_one(Visit, road.visit_ids[0]).state is VisitState.COMPLETED
    assert client.post(f"{visit}/step-back", data={"wrong": "completed"}).status_code == 303
    with read() as session:
        assert session.get_one(Visit, road.visit_ids[0]).state is VisitState.ON_SITE


def test_no_access_by_the_page(
    client: FlaskClient, sign_in: SignIn, road: Road, read: SessionFactory
) -> None:
    sign_in_to(road, client, sign_in)
    visit = f"/my-day/visits/{road.visit_ids[0]}"
    client.post(f"{visit}/set-out")
    assert client.post(f"{visit}/no-access", data={"why": "", "note": ""}).status_code == 400
    answer = {"why": "Nobody at home", "note": "Rang twice"}
    assert client.post(f"{visit}/no-access", data=answer).status_code == 303
    with read() as session:
        assert session.get_one(Visit, road.visit_ids[0]).remarks == "Nobody at home. Rang twice"


@pytest.mark.parametrize("path", ["", "/finish", "/no-access"])
def test_another_technicians_visit_is_not_found(
    client: FlaskClient, sign_in: SignIn, write: SessionFactory, road: Road, path: str
) -> None:
    with write() as session:
        stranger = a_technician(session).id
    sign_in(client, RoleName.TECHNICIAN, technician_id=stranger)
    assert client.get(f"/my-day/visits/{road.visit_ids[0]}{path}").status_code == 404


@pytest.mark.parametrize(("address", "status"), [("/my-day", 200), ("/outbox", 403)])
def test_a_technicians_pages_are_titled_after_the_company(
    client: FlaskClient,
    sign_in: SignIn,
    write: SessionFactory,
    road: Road,
    address: str,
    status: int,
) -> None:
    with write() as session:
        session.get_one(Territory, road.territory_id).name = "Calor Pirineu"
    sign_in(client, RoleName.TECHNICIAN, technician_id=road.technician_id)
    page = client.get(address)
    assert page.status_code == status
    assert re.search(r"<title>[^<]*Calor Pirineu</title>", page.text)


@pytest.mark.parametrize("deed", ["set-out", "arrive", "finish", "no-access", "step-back"])
def test_another_technicians_visit_cannot_be_touched(
    client: FlaskClient, sign_in: SignIn, write: SessionFactory, road: Road, deed: str
) -> None:
    with write() as session:
        stranger = a_technician(session).id
    sign_in(client, RoleName.TECHNICIAN, technician_id=stranger)
    answer = {"outcome": "done", "why": "x", "wrong": "en_route"}
    visit = f"/my-day/visits/{road.visit_ids[0]}/{deed}"
    assert client.post(visit, data=answer).status_code == 404


def test_the_change_is_shown_and_seen_on_the_phone(
    client: FlaskClient, sign_in: SignIn, write: SessionFactory, read: SessionFactory, road: Road
) -> None:
    sign_in_to(road, client, sign_in)
    with write() as session:
        publication_id = change_route(session, road).id
    page = client.get("/my-day").text
    assert "Your route changed" in page
    assert "<s>10:00</s>" in page
    answer = {"publication": publication_id, "day": TODAY.isoformat()}
    assert client.post("/my-day/seen", data=answer).status_code == 303
    assert "Your route changed" not in client.get(f"/my-day/{TODAY}").text
    with read() as session:
        assert session.get_one(Publication, publication_id).seen_at == NOW


def test_an_account_without_a_technician_is_told_so(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(client, RoleName.TECHNICIAN)
    answer = client.get("/my-day")
    assert answer.status_code == 404
    assert "No technician belongs to this account" in answer.text


def test_a_mate_sees_the_same_day(write: SessionFactory, road: Road) -> None:
    with write() as session:
        mate = a_technician(session, name="Nil")
        session.add(ShiftMember(shift_id=road.shift_id, technician_id=mate.id))
        session.flush()
        session.expire_all()
        assert len(my_day(session, mate.id, TODAY, NOW).stops) == 3
        assert my_day(session, road.technician_id, TODAY, NOW).with_whom == ("Nil",)


def test_nonsense_in_the_address_is_not_found(
    client: FlaskClient, sign_in: SignIn, road: Road
) -> None:
    sign_in_to(road, client, sign_in)
    assert client.get("/my-day/tomorrow").status_code == 404
