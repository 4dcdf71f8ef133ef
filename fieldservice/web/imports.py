"""Lists uploaded by a dispatcher: checked before anything is written, then written whole."""

from __future__ import annotations

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_security import current_user
from werkzeug.wrappers import Response

from fieldservice import clock
from fieldservice.config import Settings
from fieldservice.db import db, transaction
from fieldservice.errors import NotFound, Refused
from fieldservice.models.imports import ImportKind
from fieldservice.models.territories import Territory
from fieldservice.models.users import RoleName
from fieldservice.operations.imports import importing
from fieldservice.operations.imports.parsing import Progress
from fieldservice.operations.imports.review import Choices
from fieldservice.operations.imports.uploads import Result, Stage, Upload, Uploads
from fieldservice.web.here import current_territory
from fieldservice.web.import_pages import (
    check_page,
    choices_of,
    columns_page,
    result_page,
    said_columns,
)
from fieldservice.web.roles import open_to
from fieldservice.web.sentences import in_words

blueprint = Blueprint("imports", __name__, url_prefix="/imports")


@blueprint.get("")
@open_to(RoleName.DISPATCHER)
def index() -> str:
    """The form that takes a list."""
    return render_template("imports/index.html", kinds=list(ImportKind), kind=ImportKind.VISITS)


@blueprint.post("")
@open_to(RoleName.DISPATCHER)
def upload() -> Response | tuple[str, int]:
    """Keep a list that can be read; nothing is written yet."""
    try:
        kind = _kind(request.form.get("kind", ""))
        content = _sent()
        importing.open_sheet(content, kind)
    except Refused as error:
        return _form_again(error)
    name = request.files["file"].filename or ""
    kept = _uploads().keep(content, current_user.id, _territory().id, kind, name, clock.now())
    return redirect(url_for(".show", token=kept.token))


@blueprint.get("/<token>")
@open_to(RoleName.DISPATCHER)
def show(token: str) -> str:
    """What came of the list, or what would come of it, or which column says what."""
    found = _mine(token)
    if found.result:
        return result_page(found)
    sheet = importing.open_sheet(_uploads().content(found), found.kind)
    columns = importing.columns_of(db.session(), found.territory_id, found.kind, sheet)
    if columns.missing:
        return columns_page(found, sheet, columns)
    return check_page(found, sheet, columns, Choices())


@blueprint.get("/<token>/columns")
@open_to(RoleName.DISPATCHER)
def ask_columns(token: str) -> str:
    """The form that says which column is what."""
    found = _mine(token)
    sheet = importing.open_sheet(_uploads().content(found), found.kind)
    columns = importing.columns_of(db.session(), found.territory_id, found.kind, sheet)
    return columns_page(found, sheet, columns)


@blueprint.post("/<token>/columns")
@open_to(RoleName.DISPATCHER)
def say_columns(token: str) -> Response | tuple[str, int]:
    """Remember which column is what, for this list and the next ones like it."""
    found = _mine(token)
    sheet = importing.open_sheet(_uploads().content(found), found.kind)
    words = said_columns(found.kind)
    home, now = found.territory_id, clock.now()
    try:
        with transaction() as session:
            importing.say_columns(session, now, current_user.id, home, found.kind, sheet, words)
    except Refused as error:
        columns = importing.columns_of(db.session(), home, found.kind, sheet, words)
        return columns_page(found, sheet, columns, in_words(error)), 400
    return redirect(url_for(".show", token=token))


@blueprint.post("/<token>/write")
@open_to(RoleName.DISPATCHER)
def write(token: str) -> Response | tuple[str, int]:
    """Write the whole list, or say what stands in the way."""
    found = _mine(token)
    if found.result:
        return redirect(url_for(".show", token=token))
    choices = choices_of(request.form)
    hindrance = _written(found, choices)
    if hindrance:
        sheet = importing.open_sheet(_uploads().content(found), found.kind)
        columns = importing.columns_of(db.session(), found.territory_id, found.kind, sheet)
        return check_page(found, sheet, columns, choices, hindrance), 400
    return redirect(url_for(".show", token=token))


@blueprint.post("/<token>/discard")
@open_to(RoleName.DISPATCHER)
def discard(token: str) -> Response:
    """Forget the list and start again."""
    _uploads().discard(_mine(token))
    return redirect(url_for(".index"))


@blueprint.get("/<token>/progress")
@open_to(RoleName.DISPATCHER)
def progress(token: str) -> str:
    """How far the writing is, for the page that waits for it."""
    return render_template("imports/_progress.html", stage=_uploads().stage(_mine(token)))


def _written(found: Upload, choices: Choices) -> str | None:
    """Write the list; why not, where it was not."""
    uploads = _uploads()
    content = uploads.claim(found)
    try:
        outcome = _import(found, content, choices, _telling(found))
    except BaseException:
        uploads.give_back(found)
        raise
    if outcome.written is None:
        uploads.give_back(found)
        return outcome.hindrance
    review, written = outcome.review, outcome.written
    uploads.finish(
        found, Result(written.count, review.lines, review.already, review.bad_lines, written.notes)
    )
    return None


def _import(found: Upload, content: bytes, choices: Choices, told: Progress) -> importing.Outcome:
    sheet, now = importing.open_sheet(content, found.kind), clock.now()
    parsed = importing.read_list(
        db.session(), found.territory_id, found.kind, sheet, now, progress=told
    )
    with transaction() as session:
        return importing.import_list(session, now, current_user.id, parsed, choices, told)


def _telling(found: Upload) -> Progress:
    def tell(doing: str, done: int, total: int) -> None:
        _uploads().tell(found, Stage(doing, done, total))

    return tell


def _kind(name: str) -> ImportKind:
    if name not in set(ImportKind):
        raise Refused(gettext("Choose what the list holds."), "kind")
    return ImportKind(name)


def _sent() -> bytes:
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Refused(gettext("Choose the file with your list."), "file")
    content: bytes = file.read()
    return content


def _form_again(error: Refused) -> tuple[str, int]:
    wanted = request.form.get("kind", "")
    kind = wanted if wanted in set(ImportKind) else ImportKind.VISITS
    page = render_template(
        "imports/index.html", kinds=list(ImportKind), kind=kind, refusal=in_words(error)
    )
    return page, 400


def _territory() -> Territory:
    territory = current_territory()
    if territory is None:
        raise NotFound(gettext("There is no territory yet. Set one up first."))
    return territory


def _mine(token: str) -> Upload:
    return _uploads().find(token, current_user.id)


def _uploads() -> Uploads:
    settings: Settings = current_app.extensions["fieldservice_settings"]
    return Uploads(settings.var_dir / "uploads")
