"""Visits of a list become work orders; promises keep their window and send no text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select

from fieldservice.models.assets import Asset
from fieldservice.models.customers import PlaceQuality
from fieldservice.models.territories import Territory
from fieldservice.models.work_orders import (
    RequiredSkill,
    Visit,
    VisitState,
    WorkOrder,
    WorkOrderContact,
)
from fieldservice.operations.imports.keys import in_portions
from fieldservice.operations.imports.laying import Promised, lay_promises
from fieldservice.operations.imports.shelf import Codes, Shelf
from fieldservice.operations.imports.visit_rows import VisitRow
from fieldservice.operations.imports.writing import Writing, Written
from fieldservice.operations.references import next_references
from fieldservice.operations.reminders import owe_reminders


def write_visits(writing: Writing, rows: Sequence[VisitRow], codes: Codes) -> Written:
    """Write every row, owe the promised ones their reminders and give them a stop."""
    shelf = Shelf(writing, codes.values())
    assets = _assets(writing, rows)
    references = _references(writing, rows)
    promised: list[Promised] = []
    missing = 0
    for portion in writing.portions(rows):
        made = [
            (row, _order(row, codes[row.line], shelf, assets, references[row.line], writing))
            for row in portion
        ]
        writing.session.flush()
        writing.mark("visit.imported", ((row.key, order.visits[0]) for row, order in made))
        for row, order in made:
            missing += order.site.place_quality == PlaceQuality.MISSING
            if row.when.told_from:
                owe_reminders(writing.session, order.visits[0], writing.now)
                promised.append(Promised(order.visits[0], row.technician_id))
    unlaid = lay_promises(writing, promised)
    return Written(len(rows), tuple(_notes(rows, shelf, missing, unlaid)))


def _order(
    row: VisitRow,
    code: str,
    shelf: Shelf,
    assets: dict[str, Asset],
    reference: str,
    writing: Writing,
) -> WorkOrder:
    customer = shelf.customer(code, row.person)
    contact, site = shelf.contact(customer, row.person), shelf.site(customer, row.address)
    asset = assets.get(row.serial or "")
    order = WorkOrder(
        territory_id=writing.ground.territory_id,
        customer=customer,
        site=site,
        asset=asset if asset is not None and asset.customer_id == customer.id else None,
        reference=reference,
        kind=row.kind,
        summary=row.summary,
        priority=row.priority,
        due_on=row.due_on,
        created_at=writing.now,
        skills=[RequiredSkill(skill_id=skill, level=level) for skill, level in row.skills],
        contacts=[WorkOrderContact(contact=contact)],
        visits=[_visit(row, writing)],
    )
    writing.session.add(order)
    return order


def _visit(row: VisitRow, writing: Writing) -> Visit:
    when = row.when
    return Visit(
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


def _assets(writing: Writing, rows: Sequence[VisitRow]) -> dict[str, Asset]:
    serials = sorted({row.serial for row in rows if row.serial})
    found: dict[str, Asset] = {}
    for some in in_portions(serials):
        for asset in writing.session.scalars(select(Asset).where(Asset.serial.in_(some))):
            found[str(asset.serial)] = asset
    return found


def _references(writing: Writing, rows: Sequence[VisitRow]) -> dict[int, str]:
    """The list's own references, and new ones for rows without."""
    bare = [row.line for row in rows if not row.reference]
    territory = writing.session.get_one(Territory, writing.ground.territory_id)
    own = {row.line: row.reference for row in rows if row.reference}
    given = next_references(
        writing.session, territory, writing.now, len(bare), besides=frozenset(own.values())
    )
    return own | dict(zip(bare, given, strict=True))


def _notes(rows: Sequence[VisitRow], shelf: Shelf, missing: int, unlaid: int) -> Iterable[str]:
    promised = sum(row.when.told_from is not None for row in rows)
    yield f"{promised} already promised keep their window; {len(rows) - promised} wait to be booked."
    if shelf.made:
        yield f"{shelf.made} customers are new."
    if hours := sum(row.when.gave_one_hour for row in rows):
        yield f"{hours} give one hour only: they are promised for the half hour from it."
    if silent := sum(not row.person.phones for row in rows):
        yield f"{silent} have no phone: nobody can be reminded."
    if missing:
        yield f"{missing} have no point on the map and cannot be planned until you place them."
    if unlaid:
        yield f"{unlaid} of the promised found no room on any route: look at their day."
