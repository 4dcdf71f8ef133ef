"""A territory that lists are imported into, and the importing itself as tests do it."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from sqlalchemy.orm import Session

from fieldservice.models.imports import ImportKind
from fieldservice.models.kinds import Kind, Language
from fieldservice.models.territories import KindDefault, Place, Territory
from fieldservice.operations.customers.folding import fold
from fieldservice.operations.imports import importing
from fieldservice.operations.imports.importing import Outcome
from fieldservice.operations.imports.review import Choices
from tests.conftest import SessionFactory
from tests.factories import NOW, a_territory

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
PLACES = {"Ordino": (42.55615, 1.53349), "Encamp": (42.53598, 1.58368)}
CATALAN = Choices(language=Language.CATALAN)

HEADINGS = "Ref;Client;Telèfon;Carrer;Municipi;Tipus;Data;Franja;Tècnic;Latitud;Longitud"


def list_of(*rows: str, headings: str = HEADINGS) -> bytes:
    """A list as Windows writes it."""
    return "\r\n".join((headings, *rows)).encode("cp1252")


def workbook_of(rows: Iterable[list[Any]]) -> bytes:
    """The same as an .xlsx file."""
    book = Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def a_home_of_lists(session: Session) -> Territory:
    """A territory with usual durations and two known municipalities."""
    territory = a_territory(session)
    session.add_all(
        KindDefault(territory_id=territory.id, kind=kind, duration_minutes=40) for kind in Kind
    )
    session.add_all(
        Place(territory_id=territory.id, name=name, folded_name=fold(name), lat=lat, lon=lon)
        for name, (lat, lon) in PLACES.items()
    )
    session.flush()
    return territory


@dataclass(frozen=True)
class Importer:
    """Imports lists into one territory."""

    write: SessionFactory
    territory_id: int

    def __call__(
        self,
        content: bytes,
        kind: ImportKind = ImportKind.VISITS,
        choices: Choices = CATALAN,
        words: Mapping[str, str] | None = None,
        **options: Any,
    ) -> Outcome:
        sheet = importing.open_sheet(content, kind)
        with self.write() as session:
            parsed = importing.read_list(
                session, self.territory_id, kind, sheet, NOW, words=words, **options
            )
            return importing.import_list(session, NOW, None, parsed, choices)
