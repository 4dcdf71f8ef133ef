"""The page behind a survey's link: one question, and thanks."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from fieldservice import clock
from fieldservice.db import db, transaction
from fieldservice.errors import Conflict, LinkExpired, NotFound, Refused
from fieldservice.models.kinds import Language
from fieldservice.models.work_orders import Visit, VisitState
from fieldservice.notify.texts import WORDINGS, day_words, work_words
from fieldservice.notify.voice.survey import LOW
from fieldservice.notify.wording.form import SurveyPage
from fieldservice.operations.customers.links import open_link
from fieldservice.operations.customers.phones import shown_phone
from fieldservice.operations.messages.surveys import answer_survey, response_of
from fieldservice.operations.messages.surveys_owed import asked_over
from fieldservice.web.customer_frame import init_customer_language
from fieldservice.web.language import choose_language
from fieldservice.web.roles import open_to_anybody

blueprint = Blueprint("survey", __name__, url_prefix="/s")
init_customer_language(blueprint)


@blueprint.get("/<token>")
@open_to_anybody
def show(token: str) -> str:
    """The question, or thanks where it was answered; looking changes nothing."""
    return _page(_visit(db.session(), token))


@blueprint.post("/<token>")
@open_to_anybody
def answer(token: str) -> Response | tuple[str, int]:
    """Keep the score; a second one changes nothing."""
    try:
        with transaction() as session:
            visit = _visit(session, token)
            comment, channel = request.form.get("comment"), asked_over(session, visit.id)
            answer_survey(session, visit.id, _score(), comment, channel, clock.now())
    except Refused:
        return _page(_visit(db.session(), token), wrong=_words().choose), 400
    return redirect(url_for("survey.show", token=token, lang=request.args.get("lang")), 303)


def _visit(session: Session, token: str) -> Visit:
    try:
        link = open_link(session, token, clock.now())
    except LinkExpired as error:
        raise LinkExpired(_words().expired) from error
    except NotFound as error:
        raise NotFound(_words().unknown) from error
    visit = session.get(Visit, link.visit_id) if link.visit_id else None
    if visit is None:
        raise NotFound(_words().unknown)
    if visit.state != VisitState.COMPLETED:
        raise Conflict(_words().too_early)
    return visit


def _page(visit: Visit, wrong: str | None = None) -> str:
    order, language = visit.work_order, Language(choose_language())
    response = response_of(db.session(), visit.id)
    product = order.asset.product if order.asset else None
    work = product.full_name if product else work_words(order.kind, language)
    day = day_words(visit.service_on, language) if visit.service_on else ""
    territory = order.customer.territory
    return render_template(
        "survey/show.html",
        words=_words(),
        about=_words().about.format(work=work[:1].upper() + work[1:], day=day),
        answered=response is not None,
        was_low=response is not None and response.score <= LOW,
        wrong=wrong,
        said=request.form,
        company_name=territory.name,
        company_phone=shown_phone(territory.phone) if territory.phone else None,
    )


def _words() -> SurveyPage:
    return WORDINGS[Language(choose_language())].survey_page


def _score() -> int:
    written = request.form.get("score", "")
    return int(written) if written.isascii() and written.isdecimal() and len(written) < 3 else 0
