"""`fieldservice import`: lists as a dispatcher has them."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
from rich.progress import Progress as Bar
from rich.table import Table

from fieldservice import clock
from fieldservice.cli.application import opened
from fieldservice.db import db, transaction
from fieldservice.errors import Refused
from fieldservice.models.imports import ImportKind
from fieldservice.models.kinds import Language
from fieldservice.operations.imports import importing
from fieldservice.operations.imports.limits import MOST_BYTES
from fieldservice.operations.imports.matching import NEW, SAME, Likely, Question
from fieldservice.operations.imports.parsing import Parsed, Progress
from fieldservice.operations.imports.review import Choices, Review
from fieldservice.operations.imports.sheets import Sheet
from fieldservice.operations.plans.days import territory_by_slug

SHOWN = 200
NOTHING_WRITTEN = 1
languages = click.Choice([language.value for language in Language])


@click.command("import")
@click.argument("kind", type=click.Choice([kind.value for kind in ImportKind]))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--territory", required=True, help="The territory's short name.")
@click.option("--dry-run", is_flag=True, help="Check the list and write nothing.")
@click.option("--accept-valid", is_flag=True, help="Write the good rows, leave the bad ones out.")
@click.option("--language", type=languages, help="For customers whose row names none.")
@click.option("--map", "maps", multiple=True, metavar="FIELD=HEADING", help="What a column says.")
@click.option(
    "--move-to",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Try an old list: move its days so that the busiest falls on this one.",
)
@click.option(
    "--same-customer",
    "same",
    multiple=True,
    metavar="LINE=ID",
    help="The row's customer is this one; line7 for an earlier row, new for nobody known.",
)
@click.option("--new-customers", "otherwise", flag_value=NEW, help="Every likely duplicate is new.")
@click.option(
    "--same-customers", "otherwise", flag_value=SAME, help="Every likely duplicate is the same."
)
def command(
    kind: str,
    file: Path,
    territory: str,
    dry_run: bool,
    accept_valid: bool,
    language: str | None,
    maps: tuple[str, ...],
    move_to: datetime | None,
    same: tuple[str, ...],
    otherwise: str | None,
) -> None:
    """Read KIND (visits, technicians, customers, assets, places) from FILE, .csv or .xlsx."""
    choices = Choices(
        accept_valid=accept_valid,
        language=Language(language) if language else None,
        same={_line(line): answer for line, answer in _pairs(same, "--same-customer").items()},
        otherwise=otherwise,
    )
    # What a list holds is shown as it is, whatever signs are in it.
    console = Console(markup=False, highlight=False, emoji=False)
    with opened(), Watched(console) as progress:
        words = _pairs(maps, "--map")
        sheet = _sheet(ImportKind(kind), file)
        home = territory_by_slug(db.session(), territory).id
        parsed = importing.read_list(
            db.session(),
            home,
            ImportKind(kind),
            sheet,
            clock.now(),
            words=words,
            move_to=move_to.date() if move_to else None,
            progress=progress,
        )
        review = importing.check_list(db.session(), parsed, choices)
        choices = _asked(review, choices)
        if dry_run:
            hindrance = _only_checked(console, review, choices)
        else:
            _remember(home, parsed.kind, sheet, words)
            hindrance = _write(console, parsed, choices, progress)
    if hindrance:
        console.print(hindrance, style="bold", soft_wrap=True)
        sys.exit(NOTHING_WRITTEN)


def _only_checked(console: Console, review: Review, choices: Choices) -> str | None:
    _show(console, review)
    console.print(f"{len(review.rows)} of {review.lines} rows can be written. Dry run.")
    return review.hindrance(choices)


def _remember(territory_id: int, kind: ImportKind, sheet: Sheet, words: dict[str, str]) -> None:
    """Keep what the columns were said to mean, for the next list with the same headings."""
    if words:
        with transaction() as session:
            importing.say_columns(session, clock.now(), None, territory_id, kind, sheet, words)


def _sheet(kind: ImportKind, file: Path) -> Sheet:
    if file.stat().st_size > MOST_BYTES:
        raise Refused(f"The file is larger than {MOST_BYTES // 1024**2} MB. Split the list in two.")
    return importing.open_sheet(file.read_bytes(), kind)


def _asked(review: Review, choices: Choices) -> Choices:
    """Ask once which language rows without one get, where somebody is there to answer."""
    if not review.without_language or not sys.stdin.isatty():
        return choices
    question = f"{review.without_language} rows name no language. Which do these customers get"
    answer = click.prompt(question, type=languages)
    return replace(choices, language=Language(answer))


def _write(console: Console, parsed: Parsed, choices: Choices, progress: Progress) -> str | None:
    with transaction() as session:
        outcome = importing.import_list(session, clock.now(), None, parsed, choices, progress)
    _show(console, outcome.review)
    if outcome.written:
        console.print(f"{outcome.written.count} of {outcome.review.lines} rows written.")
        for note in outcome.written.notes:
            console.print(f"  {note}", soft_wrap=True)
    return outcome.hindrance


def _show(console: Console, review: Review) -> None:
    if review.faults:
        table = Table("Line", "Column", "Written", "What is wrong", title_justify="left")
        for fault in review.faults[:SHOWN]:
            table.add_row(str(fault.line), fault.column or "", fault.written, fault.reason)
        console.print(table)
    if len(review.faults) > SHOWN:
        console.print(f"… and {len(review.faults) - SHOWN} more.")
    for question in review.questions[:SHOWN]:
        console.print(_question(question), soft_wrap=True)
    if review.questions:
        console.print(
            "Answer with --same-customer LINE=ID, LINE=line7 or LINE=new for each, or with "
            "--same-customers or --new-customers for all.",
            soft_wrap=True,
        )
    if review.already:
        console.print(f"{review.already} rows were written before and stay as they are.")
    if review.unread:
        console.print(f"Columns not read: {', '.join(review.unread)}.", soft_wrap=True)


def _question(question: Question) -> str:
    likely = "; or ".join(_likely(one) for one in question.choices)
    return f"Line {question.line}: is {question.name}, {question.street}, the same as {likely}?"


def _likely(one: Likely) -> str:
    where = f"in line {one.line} ({one.code})" if one.line else f"here as customer {one.code}"
    phone = " with the same phone" if one.same_phone else ""
    return f"{one.name}, {one.street},{phone} {where}"


def _pairs(words: Iterable[str], option: str) -> dict[str, str]:
    pairs = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals:
            raise Refused(f"{option} {word!r} has no equals sign. Write it as name=value.")
        pairs[name.strip()] = value.strip()
    return pairs


def _line(text: str) -> int:
    if not text.isdecimal():
        raise Refused(f"--same-customer: {text!r} is no line number. Write it as 14=231.")
    return int(text)


class Watched:
    """A bar on the terminal while something is counted."""

    def __init__(self, console: Console) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        self._bar = Bar(*columns, console=console, transient=True)
        self._task = self._bar.add_task("Reading", total=None)

    def __enter__(self) -> Progress:
        self._bar.start()
        return self._show

    def __exit__(self, *_error: object) -> None:
        self._bar.stop()

    def _show(self, doing: str, done: int, total: int) -> None:
        self._bar.update(self._task, description=doing, completed=done, total=total)
