"""One import from the file to the rows: read it, check it, and write all of it or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from fieldservice.clock import is_within_reach
from fieldservice.errors import Refused
from fieldservice.models.imports import ImportKind
from fieldservice.models.territories import Territory
from fieldservice.operations import audit
from fieldservice.operations.bulk import Bulk
from fieldservice.operations.imports.columns import (
    Columns,
    chosen_columns,
    refuse_missing,
    remember,
    remembered,
    understand,
)
from fieldservice.operations.imports.fields import known_headings
from fieldservice.operations.imports.ground import ground_of
from fieldservice.operations.imports.parsing import (
    Parsed,
    Progress,
    busiest_day,
    no_progress,
    parse,
)
from fieldservice.operations.imports.review import Choices, Review, review
from fieldservice.operations.imports.sheets import Sheet, read_sheet
from fieldservice.operations.imports.write_assets import write_assets
from fieldservice.operations.imports.write_customers import write_customers
from fieldservice.operations.imports.write_places import write_places
from fieldservice.operations.imports.write_technicians import write_technicians
from fieldservice.operations.imports.write_visits import write_visits
from fieldservice.operations.imports.writing import Writing, Written


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an import found and what it wrote."""

    review: Review
    written: Written | None
    hindrance: str | None
    """Why nothing was written."""


def open_sheet(content: bytes, kind: ImportKind) -> Sheet:
    """The list in this file."""
    return read_sheet(content, known_headings(kind))


def read_list(
    session: Session,
    territory_id: int,
    kind: ImportKind,
    sheet: Sheet,
    now: datetime,
    *,
    words: Mapping[str, str] | None = None,
    move_to: date | None = None,
    progress: Progress = no_progress,
) -> Parsed:
    """Read every row, writing nothing; refused where something needed has no column.

    `words` give headings by field for this once. `move_to` tries an old list: all its days
    are taken to be so much later or earlier that its busiest falls on that one.
    """
    if move_to and not is_within_reach(move_to):
        raise Refused(f"{move_to} is too far away to move the list to. Give a day near today.")
    columns = columns_of(session, territory_id, kind, sheet, words)
    refuse_missing(columns)
    ground = ground_of(session, territory_id, now)
    busiest = busiest_day(sheet, columns) if move_to else None
    if move_to and busiest:
        ground = replace(ground, moved=move_to - busiest)
    return parse(sheet, columns, ground, progress)


def columns_of(
    session: Session,
    territory_id: int,
    kind: ImportKind,
    sheet: Sheet,
    words: Mapping[str, str] | None = None,
) -> Columns:
    """What each column says, by its heading or as somebody said now or before."""
    chosen = remembered(session, territory_id, kind, sheet)
    return understand(kind, sheet, chosen | chosen_columns(kind, sheet, words or {}))


def say_columns(
    session: Session,
    now: datetime,
    actor_id: int | None,
    territory_id: int,
    kind: ImportKind,
    sheet: Sheet,
    words: Mapping[str, str],
) -> None:
    """Remember which heading is which field, once everything needed has a column.

    What is not said now stays as it was said before, or as the heading itself says.
    """
    chosen = remembered(session, territory_id, kind, sheet)
    chosen |= chosen_columns(kind, sheet, words)
    refuse_missing(understand(kind, sheet, chosen))
    kept = remember(session, now, territory_id, sheet, kind, chosen)
    audit.record(session, now, actor_id, "import.columns_said", kept, kind=kind.value)


def check_list(session: Session, parsed: Parsed, choices: Choices) -> Review:
    """What importing this list would do; writes nothing."""
    return review(session, parsed, choices)


def import_list(
    session: Session,
    now: datetime,
    actor_id: int | None,
    parsed: Parsed,
    choices: Choices,
    progress: Progress = no_progress,
) -> Outcome:
    """Write every row of the list, or nothing where something stands in the way."""
    found = review(session, parsed, choices)
    hindrance = found.hindrance(choices)
    if hindrance:
        return Outcome(found, None, hindrance)
    bulk = Bulk(session)
    writing = Writing(
        session, now, actor_id, parsed.kind, parsed.ground, choices.language, progress, bulk
    )
    written = _write(writing, found)
    bulk.write()
    territory = session.get_one(Territory, parsed.ground.territory_id)
    audit.record(
        session,
        now,
        actor_id,
        "list.imported",
        territory,
        kind=parsed.kind.value,
        rows=written.count,
    )
    return Outcome(found, written, None)


def _write(writing: Writing, found: Review) -> Written:
    match found.kind:
        case ImportKind.VISITS:
            return write_visits(writing, found.rows, found.codes)
        case ImportKind.CUSTOMERS:
            return write_customers(writing, found.rows, found.codes)
        case ImportKind.TECHNICIANS:
            return write_technicians(writing, found.rows)
        case ImportKind.ASSETS:
            return write_assets(writing, found.rows, found.owners)
        case ImportKind.PLACES:
            return write_places(writing, found.rows)
