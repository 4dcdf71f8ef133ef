"""The pages of an import, and what their forms say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import current_app, render_template, request, url_for
from flask_babel import gettext

from fieldservice import clock
from fieldservice.db import db
from fieldservice.models.imports import ImportKind
from fieldservice.models.kinds import Language
from fieldservice.models.territories import Territory
from fieldservice.operations.imports import importing
from fieldservice.operations.imports.columns import Columns
from fieldservice.operations.imports.fields import FIELDS, NEEDED
from fieldservice.operations.imports.review import Choices
from fieldservice.operations.imports.sheets import Sheet
from fieldservice.operations.imports.uploads import Upload
from fieldservice.web.bounds import is_record_number

SHOWN = 200
"""Faults and questions on one page; the rest is counted."""
ANSWER = "answer-"
COLUMN = "column-"


@dataclass(frozen=True, slots=True)
class Way:
    """Where to look at what was written."""

    label: str
    url: str


def check_page(
    found: Upload,
    sheet: Sheet,
    columns: Columns,
    choices: Choices,
    hindrance: str | None = None,
) -> str:
    """What importing this list would do."""
    parsed = importing.read_list(db.session(), found.territory_id, found.kind, sheet, clock.now())
    # Answers given already are shown beside their questions, so nothing is answered here.
    review = importing.check_list(db.session(), parsed, Choices())
    return render_template(
        "imports/check.html",
        upload=found,
        review=review,
        faults=review.faults[:SHOWN],
        questions=review.questions[:SHOWN],
        columns=columns,
        choices=choices,
        hindrance=hindrance,
        languages=list(Language),
        house_language=db.session.get_one(Territory, found.territory_id).default_language,
    )


def columns_page(found: Upload, sheet: Sheet, columns: Columns, refusal: str | None = None) -> str:
    """The form that says which column is what."""
    needed = {name for group in NEEDED[found.kind] for name in group}
    return render_template(
        "imports/columns.html",
        upload=found,
        fields=sorted(FIELDS[found.kind], key=lambda field: field.name not in needed),
        needed=needed,
        columns=columns,
        samples=[_sample(sheet, place) for place in range(len(sheet.headers))],
        refusal=refusal,
    )


def _sample(sheet: Sheet, place: int) -> str:
    values = (str(line.cell(place) or "") for line in sheet.lines[:20])
    return next((value for value in values if value.strip()), "")[:40]


def said_columns(kind: ImportKind) -> dict[str, str]:
    """Headings by field, as the form says."""
    return {field.name: request.form.get(COLUMN + field.name, "") for field in FIELDS[kind]}


def choices_of(form: Mapping[str, str]) -> Choices:
    """What the sender has decided on the page of the check."""
    answers = {
        int(name.removeprefix(ANSWER)): answer
        for name, answer in form.items()
        if name.startswith(ANSWER) and is_record_number(name.removeprefix(ANSWER)) and answer
    }
    language = form.get("language")
    return Choices(
        accept_valid=form.get("accept_valid") == "yes",
        language=Language(language) if language in set(Language) else None,
        same=answers,
        otherwise=form.get("otherwise") if form.get("otherwise") in ("new", "same") else None,
    )


def result_page(found: Upload) -> str:
    """What came of a list, and where to look at it."""
    return render_template(
        "imports/result.html", upload=found, result=found.result, ways=_ways(found.kind)
    )


def _ways(kind: ImportKind) -> list[Way]:
    day = (gettext("Look at the day"), "day.show_today")
    places = (gettext("Place addresses on the map"), "places.index")
    customers = (gettext("Find a customer"), "search.index")
    pages = {
        ImportKind.VISITS: [
            day,
            (gettext("Requests without an appointment"), "requests.index"),
            places,
        ],
        ImportKind.CUSTOMERS: [customers, places],
        ImportKind.ASSETS: [customers],
        ImportKind.PLACES: [places],
        ImportKind.TECHNICIANS: [day],
    }[kind]
    return [
        Way(label, url_for(endpoint))
        for label, endpoint in pages
        if endpoint in current_app.view_functions
    ]
