"""Visits of a list become work orders; promises keep their window and send no text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from fieldservice.models.assets import Asset
from fieldservice.models.territories import Territory
from fieldservice.models.work_orders import (
    RequiredSkill,
    Visit,
    VisitState,
    WorkOrder,
    WorkOrderContact,
)
from fieldservice.operations.bookings.references import next_references
from fieldservice.operations.imports.keys import in_portions
from fieldservice.operations.imports.laying import Promised, keep_promises
from fieldservice.operations.imports.shelf import Codes, Shelf
from fieldservice.operations.imports.visit_rows import VisitRow
from fieldservice.operations.imports.writing import Writing, Written


@dataclass(frozen=True, slots=True)
class _Known:
    """What all rows of the list are written against."""

    shelf: Shelf
    assets: Mapping[tuple[str, int], int]
    references: Mapping[int, str]


def write_visits(writing: Writing, rows: Sequence[VisitRow], codes: Codes) -> Written:
    """Write every row; owe the promised ones their reminders and give them a stop."""
    shelf = Shelf(writing, codes.values())
    known = _Known(shelf, _assets(writing, rows), _references(writing, rows))
    promised: list[Promised] = []
    for portion in writing.portions(rows):
        for row in portion:
            visit_id = _write(row, codes[row.line], known, writing)
            writing.mark("visit.imported", row.key, Visit, visit_id)
            if row.when.service_on:
                promised.append(Promised(visit_id, row.when.service_on, row.technician_id))
    unlaid = keep_promises(writing, promised)
    return Written(len(rows), tuple(_notes(rows, shelf.made, unlaid)) if rows else ())


def _write(row: VisitRow, code: str, known: _Known, writing: Writing) -> int:
    bulk, kept = writing.bulk, known.shelf.customer(code, row.person)
    contact_id = known.shelf.contact(kept, row.person)
    order_id = bulk.add(
        WorkOrder,
        territory_id=writing.ground.territory_id,
        customer_id=kept.id,
        site_id=known.shelf.site(kept, row.address),
        asset_id=known.assets.get((row.serial or "", kept.id)),
        reference=known.references[row.line],
        kind=row.kind,
        summary=row.summary,
        priority=row.priority,
        due_on=row.due_on,
        created_at=writing.now,
    )
    bulk.also(WorkOrderContact, work_order_id=order_id, contact_id=contact_id)
    for skill_id, level in row.skills:
        bulk.also(RequiredSkill, work_order_id=order_id, skill_id=skill_id, level=level)
    return _visit(row, order_id, writing)


def _visit(row: VisitRow, order_id: int, writing: Writing) -> int:
    when = row.when
    return writing.bulk.add(
        Visit,
        work_order_id=order_id,
        territory_id=writing.ground.territory_id,
        state=VisitState.BOOKED if when.told_from else VisitState.REQUESTED,
        duration_minutes=row.minutes,
        service_on=when.service_on,
        earliest_at=when.earliest_at,
        latest_at=when.latest_at,
        told_from=when.told_from,
        told_until=when.told_until,
        preferred_technician_id=row.technician_id,
        created_at=writing.now,
    )


def _assets(writing: Writing, rows: Sequence[VisitRow]) -> dict[tuple[str, int], int]:
    """Assets by serial number and owner."""
    found: dict[tuple[str, int], int] = {}
    for some in in_portions(sorted({row.serial for row in rows if row.serial})):
        query = select(Asset.serial, Asset.customer_id, Asset.id).where(Asset.serial.in_(some))
        for serial, customer_id, asset_id in writing.session.execute(query):
            found[str(serial), customer_id] = asset_id
    return found


def _references(writing: Writing, rows: Sequence[VisitRow]) -> dict[int, str]:
    """The list's own references, and new ones for rows without."""
    own = {row.line: row.reference for row in rows if row.reference}
    bare = [row.line for row in rows if not row.reference]
    territory = writing.session.get_one(Territory, writing.ground.territory_id)
    taken = frozenset(own.values())
    given = next_references(writing.session, territory, writing.now, len(bare), taken)
    return own | dict(zip(bare, given, strict=True))


def _notes(rows: Sequence[VisitRow], new_customers: int, unlaid: int) -> Iterable[str]:
    promised = sum(row.when.told_from is not None for row in rows)
    yield f"Promised already: {promised}. They keep their window; nothing is texted for that."
    yield f"Waiting to be booked: {len(rows) - promised}."
    if new_customers:
        yield f"New customers: {new_customers}."
    if hours := sum(row.when.gave_one_hour for row in rows):
        yield f"With one hour only: {hours}. They are promised for the half hour from it."
    if silent := sum(not row.person.phones for row in rows):
        yield f"Without a phone: {silent}. Nobody can be reminded of these."
    if missing := sum(row.address.point is None for row in rows):
        yield f"Without a point on the map: {missing}. Place them, or they cannot be planned."
    if unlaid:
        yield f"Promised but on no route yet: {unlaid}. Look at their day and plan it."
