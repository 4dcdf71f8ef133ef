"""Service days with their routes, plan runs with their proposals, and publishing."""

from __future__ import annotations

from fieldservice.models.plans import MoveState, PlanRunState, StopKind
from fieldservice.web.api.schemas import base
from fieldservice.web.bounds import LARGEST as NUMBERS

SECONDS = (1, 600)
SEEDS = (0, 2**31 - 1)
LARGEST = 2**53
"""What every JSON reader keeps exactly."""


class StopSchema(base.Read):
    """A visit, a break or an activity at its place on a route."""

    kind = base.choice(StopKind)
    visit_id = base.record_id(allow_none=True)
    activity_id = base.record_id(allow_none=True)
    arrives_at = base.moment()
    starts_at = base.moment()
    ends_at = base.moment()
    travel_seconds = base.whole(0, LARGEST)
    lateness_seconds = base.whole(0, LARGEST)
    committed = base.yes_or_no(metadata={"description": "Whether it was published so."})
    pinned = base.yes_or_no()


class RouteSchema(base.Read):
    """One van's day on the working plan."""

    shift_id = base.record_id()
    technician_ids = base.some(
        base.record_id(), 20, metadata={"description": "Who drives comes first."}
    )
    starts_at = base.moment()
    ends_at = base.moment()
    departs_at = base.moment(allow_none=True)
    returns_at = base.moment(allow_none=True)
    travel_seconds = base.whole(0, LARGEST)
    overtime_seconds = base.whole(0, LARGEST)
    stops = base.some(base.inside(StopSchema), 1000)


class ServiceDaySchema(base.Read):
    """One territory on one date."""

    id = base.record_id()
    territory_id = base.record_id()
    day = base.day()
    version = base.whole(1, NUMBERS)
    published_at = base.moment(allow_none=True)
    published_version = base.whole(1, NUMBERS, allow_none=True)


class PlanSchema(ServiceDaySchema):
    """A service day with its working plan."""

    routes = base.some(base.inside(RouteSchema), 1000)


class ServiceDaysSchema(base.Read):
    """The days there are in a span, in order."""

    items = base.some(base.inside(ServiceDaySchema), 200)


class ServiceDaysAsked(base.Wanted):
    """Which days to list: at most 92 of one territory."""

    territory_id = base.record_id(required=True, from_text=True)
    first = base.day(required=True, data_key="from")
    last = base.day(required=True, data_key="until")


class DayWanted(base.Wanted):
    """The day that is to be open for planning."""

    territory_id = base.record_id(required=True)
    day = base.day(required=True)


class RunWanted(base.Wanted):
    """How long to search."""

    seconds = base.whole(*SECONDS, metadata={"description": "20 where nothing is said."})
    seed = base.whole(
        *SEEDS, metadata={"description": "The same question and seed give the same plan."}
    )


class MoveSchema(base.Read):
    """One visit's old and new place, acceptable by itself."""

    id = base.record_id()
    visit_id = base.record_id()
    state = base.choice(MoveState)
    from_shift_id = base.record_id(allow_none=True)
    from_starts_at = base.moment(allow_none=True)
    to_shift_id = base.record_id(allow_none=True)
    to_starts_at = base.moment(allow_none=True)
    retells = base.yes_or_no(
        metadata={"description": "Whether the customer would be told a new window."}
    )
    note = base.text(200, 0, allow_none=True)


class FixSchema(base.Read):
    """What would let a visit be planned, and its price."""

    change = base.text(2000, 0)
    cost = base.whole(-LARGEST, LARGEST, allow_none=True)


class ReasonSchema(base.Read):
    """Why a visit is left out."""

    rule = base.text(60)
    text = base.text(5000, 0)
    proved = base.yes_or_no(metadata={"description": "No plan at all could serve it."})
    fixes = base.some(base.inside(FixSchema), 100)


class UnassignedSchema(base.Read):
    """A visit the proposal leaves out."""

    visit_id = base.record_id()
    reasons = base.some(base.inside(ReasonSchema), 100)


class PlanRunSchema(base.Read):
    """One call of the planner over a service day, and what it proposes."""

    id = base.record_id()
    service_day_id = base.record_id()
    state = base.choice(PlanRunState)
    asked_at = base.moment()
    started_at = base.moment(allow_none=True)
    ended_at = base.moment(allow_none=True)
    budget_seconds = base.whole(0, LARGEST)
    seed = base.whole(*SEEDS)
    progress_seconds = base.whole(0, LARGEST)
    progress_cost = base.whole(-LARGEST, LARGEST, allow_none=True)
    progress_unserved = base.whole(0, LARGEST, allow_none=True)
    cost_before = base.whole(-LARGEST, LARGEST, allow_none=True)
    cost = base.whole(-LARGEST, LARGEST, allow_none=True)
    travel_seconds_before = base.whole(0, LARGEST, allow_none=True, attribute="travel_before")
    travel_seconds_after = base.whole(0, LARGEST, allow_none=True, attribute="travel_after")
    failure = base.text(5000, 0, allow_none=True)
    moves = base.some(base.inside(MoveSchema), 10_000)
    unassigned = base.some(base.inside(UnassignedSchema), 10_000, allow_none=True)
    updated_at = base.moment()


class PlanRunsAsked(base.PageAsked):
    """Which plan runs to list."""

    service_day_id = base.record_id(from_text=True)
    state = base.choice(PlanRunState)


class PublishWanted(base.Wanted):
    """What was seen before the routes are given out."""

    version = base.whole(1, NUMBERS, metadata={"description": "The day's, as the preview told it."})


class TellingSchema(base.Read):
    """A customer who is told a window."""

    visit_id = base.record_id(attribute="visit.id")
    window_from = base.moment()
    window_until = base.moment()
    contacts = base.whole(0, 1000)


class BreachSchema(base.Read):
    """A rule the plan breaks; who publishes it accepts that."""

    rule = base.text(60)
    text = base.text(5000, 0)
    visit_id = base.record_id(allow_none=True)
    shift_id = base.record_id(allow_none=True)


class PublicationSchema(base.Read):
    """What publishing does, or would do."""

    service_day_id = base.record_id()
    version = base.whole(1, NUMBERS, metadata={"description": "Of the day as looked at."})
    shift_ids = base.some(
        base.record_id(), 1000, metadata={"description": "Routes that are given out anew."}
    )
    texts = base.whole(0, 100_000, metadata={"description": "How many are owed at once."})
    calls = base.whole(0, 100_000)
    emails = base.whole(0, 100_000)
    by_hand = base.whole(
        0, 100_000, metadata={"description": "Customers the office calls or writes to."}
    )
    tellings = base.some(base.inside(TellingSchema), 10_000)
    broken = base.some(base.inside(BreachSchema), 10_000)
    unassigned_visit_ids = base.some(base.record_id(), 10_000)
    hold_minutes = base.whole(0, 10_000)
