"""Which column of a list says what: by its heading, by the sender's word, remembered."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from fieldservice.errors import Refused
from fieldservice.models.imports import ImportKind, ImportMapping
from fieldservice.operations.customers.folding import fold
from fieldservice.operations.imports.fields import FIELDS, NEEDED, Field, field_titled
from fieldservice.operations.imports.sheets import Sheet


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each field stands in the rows, under which heading."""

    kind: ImportKind
    headers: tuple[str, ...]
    places: Mapping[str, int]

    def header(self, field: str) -> str | None:
        """The heading as the list writes it."""
        place = self.places.get(field)
        return None if place is None else self.headers[place]

    def title(self, field: str) -> str:
        """The field's name for people."""
        return field_titled(self.kind, field)

    @property
    def missing_titles(self) -> str:
        """What is unsaid, for people: “Customer; Street or Whole address”."""
        groups = (" or ".join(map(self.title, group)) for group in self.missing)
        return "; ".join(groups)

    @property
    def unread(self) -> tuple[str, ...]:
        """Headings that mean nothing here."""
        read = set(self.places.values())
        return tuple(name for place, name in enumerate(self.headers) if name and place not in read)

    @property
    def missing(self) -> tuple[tuple[str, ...], ...]:
        """The groups of fields of which one at least is needed and none has a column."""
        return tuple(
            group for group in NEEDED[self.kind] if not any(name in self.places for name in group)
        )


def understand(kind: ImportKind, sheet: Sheet, chosen: Mapping[str, str]) -> Columns:
    """What each column says; `chosen` gives headings by field and comes first.

    A field chosen with no heading has no column.
    """
    places: dict[str, int] = {}
    taken: set[int] = set()
    for name, header in chosen.items():
        if header and header in sheet.headers:
            places[name] = sheet.headers.index(header)
            taken.add(places[name])
    for field in FIELDS[kind]:
        if field.name in chosen:
            continue
        place = _find(field, sheet.headers, taken)
        if place is not None:
            places[field.name] = place
            taken.add(place)
    return Columns(kind, sheet.headers, places)


def _find(field: Field, headers: tuple[str, ...], taken: set[int]) -> int | None:
    for place, header in enumerate(headers):
        bare = re.sub(r"\(.*?\)|\*", "", header)
        if place not in taken and {fold(header), fold(bare)} & field.headings:
            return place
    return None


def refuse_missing(columns: Columns) -> None:
    """Refuse a list whose headings leave something needed unsaid."""
    if not columns.missing:
        return
    found = ", ".join(f"“{name}”" for name in columns.headers if name) or "none"
    raise Refused(
        "No column says: %(missing_titles)s. The headings are %(found)s. Say which it is "
        "(--map %(field_name)s=Heading), or rename the heading.",
        "columns",
        missing_titles=columns.missing_titles,
        found=found,
        field_name=columns.missing[0][0],
    )


def chosen_columns(kind: ImportKind, sheet: Sheet, words: Mapping[str, str]) -> dict[str, str]:
    """Headings by field as somebody typed them, matched however they are written."""
    names = {field.name for field in FIELDS[kind]}
    by_fold = {fold(header): header for header in sheet.headers if header}
    found: dict[str, str] = {}
    for name, header in words.items():
        if name not in names:
            raise Refused(
                "%(name)s is no field. Fields are: %(known)s.",
                "map",
                name=repr(name),
                known=", ".join(sorted(names)),
            )
        if header and fold(header) not in by_fold:
            raise Refused("The list has no heading %(header)s.", "map", header=repr(header))
        found[name] = by_fold[fold(header)] if header else ""
    twice = [
        header for header in found.values() if header and list(found.values()).count(header) > 1
    ]
    if twice:
        raise Refused(
            "The column “%(column)s” was given to two fields. Choose one.", "map", column=twice[0]
        )
    return found


def remembered(
    session: Session, territory_id: int, kind: ImportKind, sheet: Sheet
) -> dict[str, str]:
    """What was said about these headings before, in this territory."""
    kept = session.scalar(_mapping(territory_id, kind, sheet))
    return dict(kept.columns) if kept else {}


def remember(
    session: Session,
    now: datetime,
    territory_id: int,
    sheet: Sheet,
    kind: ImportKind,
    columns: Mapping[str, str],
) -> ImportMapping:
    """Keep what was said for the next list with the same headings."""
    kept = session.scalar(_mapping(territory_id, kind, sheet))
    if kept is None:
        kept = ImportMapping(territory_id=territory_id, kind=kind, header_hash=sheet.header_hash)
        session.add(kept)
    kept.columns = dict(columns)
    kept.saved_at = now
    session.flush()
    return kept


def _mapping(territory_id: int, kind: ImportKind, sheet: Sheet) -> Select[ImportMapping]:
    return select(ImportMapping).where(
        ImportMapping.territory_id == territory_id,
        ImportMapping.kind == kind,
        ImportMapping.header_hash == sheet.header_hash,
    )
