"""A list judged against what is here already: written before, taken, unclear, or ready."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice.errors import Refused
from fieldservice.models.customers import PlaceQuality
from fieldservice.models.imports import ImportKind
from fieldservice.models.kinds import Language
from fieldservice.models.territories import Place
from fieldservice.models.work_orders import WorkOrder
from fieldservice.operations.customers.folding import fold
from fieldservice.operations.imports.columns import Columns
from fieldservice.operations.imports.faults import Fault
from fieldservice.operations.imports.fields import field_titled
from fieldservice.operations.imports.ground import Ground
from fieldservice.operations.imports.households import households_of
from fieldservice.operations.imports.keys import in_portions, written_keys
from fieldservice.operations.imports.matching import Matches, Question, match
from fieldservice.operations.imports.owners import Owner, Owners
from fieldservice.operations.imports.parsing import Parsed
from fieldservice.operations.imports.place_rows import PlaceRow
from fieldservice.operations.imports.shelf import without_language
from fieldservice.operations.imports.technician_rows import TechnicianRow

WITH_CUSTOMERS = (ImportKind.VISITS, ImportKind.CUSTOMERS)


@dataclass(frozen=True, slots=True)
class Choices:
    """What the sender has decided."""

    accept_valid: bool = False
    language: Language | None = None
    same: Mapping[int, str] = field(default_factory=dict)
    """By line: “new”, a customer's id, or an earlier line as “line7”."""
    otherwise: str | None = None
    """“new” or “same” for every likely duplicate nobody answered."""


@dataclass(frozen=True, slots=True)
class Review:
    """What would be written, and what stands in the way."""

    kind: ImportKind
    lines: int
    rows: tuple[Any, ...]
    faults: tuple[Fault, ...]
    already: int
    """Rows an earlier import has written, or that name a technician who is here."""
    questions: tuple[Question, ...]
    without_language: int
    codes: Mapping[int, str]
    owners: Mapping[int, Owner]
    unread: tuple[str, ...]
    known_customers: int = 0
    to_place: int = 0
    """Rows whose point is only their municipality's."""
    unplaceable: int = 0
    """Rows with no point at all."""

    @property
    def bad_lines(self) -> int:
        """How many rows have a fault."""
        return len({fault.line for fault in self.faults})

    def hindrance(self, choices: Choices) -> str | None:
        """Why nothing can be written yet, with the mend; None where all is clear."""
        if self.faults and not choices.accept_valid:
            return (
                f"{_rows(self.bad_lines)} cannot be read, so nothing "
                "was written. Mend them and send the list again, or accept the valid rows only."
            )
        if self.questions:
            return (
                f"{len(self.questions)} customers may be here already. Say for each whether it is "
                "the same or a new one."
            )
        if self.without_language:
            return (
                f"{_rows(self.without_language)} name no language. Choose the one these customers "
                "are written to in; it is marked as not confirmed."
            )
        return None


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count} rows"


def review(session: Session, parsed: Parsed, choices: Choices) -> Review:
    """Judge every row that can be read against the database."""
    rows, already = _not_yet_written(session, parsed)
    rows, taken = _not_taken(session, parsed, rows)
    rows, ownerless, owners = _owned(session, parsed, rows)
    matches = _matched(session, parsed, rows, choices)
    faults = sorted((*parsed.faults, *taken, *ownerless), key=lambda fault: fault.line)
    codes = matches.code_of
    people = [(codes[row.line], row.person) for row in rows] if codes else []
    return Review(
        kind=parsed.kind,
        lines=parsed.lines,
        rows=tuple(rows),
        faults=tuple(faults),
        already=already,
        questions=tuple(matches.questions),
        without_language=without_language(people, choices.language),
        codes=codes,
        owners=owners,
        unread=parsed.columns.unread,
        known_customers=matches.known,
        to_place=_of_quality(parsed, rows, PlaceQuality.ESTIMATED),
        unplaceable=_of_quality(parsed, rows, PlaceQuality.MISSING),
    )


def _of_quality(parsed: Parsed, rows: Sequence[Any], quality: PlaceQuality) -> int:
    if parsed.kind not in WITH_CUSTOMERS:
        return 0
    return sum(row.address.quality == quality for row in rows)


def _not_yet_written(session: Session, parsed: Parsed) -> tuple[list[Any], int]:
    if parsed.kind == ImportKind.PLACES:
        rows = _changed_places(session, parsed.ground, parsed.rows)
        return rows, len(parsed.rows) - len(rows)
    keys = [row.key for row in parsed.rows]
    known = written_keys(session, parsed.ground.territory_id, parsed.kind, keys)
    rows = [row for row in parsed.rows if row.key not in known]
    if parsed.kind == ImportKind.TECHNICIANS:
        rows = [row for row in rows if fold(row.name) not in parsed.ground.technicians]
    return rows, len(parsed.rows) - len(rows)


def _changed_places(session: Session, ground: Ground, rows: Sequence[PlaceRow]) -> list[PlaceRow]:
    known = {
        place.folded_name: place
        for place in session.scalars(select(Place).where(Place.territory_id == ground.territory_id))
    }
    return [row for row in rows if not _says_nothing_new(row, known.get(fold(row.name)))]


def _says_nothing_new(row: PlaceRow, known: Place | None) -> bool:
    if known is None:
        return False
    same_point = (known.lat, known.lon) == (row.point.lat, row.point.lon)
    return same_point and row.postcode in (None, known.postcode)


def _not_taken(
    session: Session, parsed: Parsed, rows: Sequence[Any]
) -> tuple[list[Any], list[Fault]]:
    """Leave out what clashes with records made otherwise."""
    if parsed.kind == ImportKind.TECHNICIANS:
        return _with_vans(parsed, rows)
    if parsed.kind != ImportKind.VISITS:
        return list(rows), []
    taken: set[str] = set()
    for some in in_portions([row.reference for row in rows if row.reference]):
        taken.update(
            session.scalars(select(WorkOrder.reference).where(WorkOrder.reference.in_(some)))
        )
    reason = "A work order made here has this reference already. Give another or leave it empty."
    return _without(
        rows,
        parsed.columns,
        "reference",
        {row.line: (row.reference, reason) for row in rows if row.reference in taken},
    )


def _with_vans(
    parsed: Parsed, rows: Sequence[TechnicianRow]
) -> tuple[list[TechnicianRow], list[Fault]]:
    """Everybody whose van is their own or a known colleague's."""
    here = {fold(row.name) for row in rows} | set(parsed.ground.technicians)
    reason = "Nobody else is called that. Correct whose van it is."
    vanless = {
        row.line: (row.rides_with, reason)
        for row in rows
        if row.rides_with and fold(row.rides_with) not in here - {fold(row.name)}
    }
    return _without(rows, parsed.columns, "rides_with", vanless)


def _owned(
    session: Session, parsed: Parsed, rows: Sequence[Any]
) -> tuple[list[Any], list[Fault], dict[int, Owner]]:
    if parsed.kind != ImportKind.ASSETS:
        return list(rows), [], {}
    owners = Owners(session, parsed.ground.territory_id)
    found: dict[int, Owner] = {}
    faults: list[Fault] = []
    for row in rows:
        try:
            found[row.line] = owners.of(row)
        except Refused as error:
            name = error.field or "customer"
            column = parsed.columns.header(name) or field_titled(parsed.kind, name)
            written = getattr(row, name) or ""
            faults.append(Fault(row.line, column, written, error.sentence))
    return [row for row in rows if row.line in found], faults, found


def _without(
    rows: Sequence[Any],
    columns: Columns,
    name: str,
    wrong: Mapping[int, tuple[str | None, str]],
) -> tuple[list[Any], list[Fault]]:
    column = columns.header(name) or field_titled(columns.kind, name)
    faults = [
        Fault(line, column, written or "", reason) for line, (written, reason) in wrong.items()
    ]
    return [row for row in rows if row.line not in wrong], faults


def _matched(session: Session, parsed: Parsed, rows: Sequence[Any], choices: Choices) -> Matches:
    if parsed.kind not in WITH_CUSTOMERS:
        return Matches()
    households = households_of(session, parsed.ground.territory_id)
    return match(rows, households, choices.same, choices.otherwise)
