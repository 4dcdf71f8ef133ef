"""Surveys over the API: what customers said after visits."""

from __future__ import annotations

from flask import Response
from sqlalchemy import select

from fieldservice.db import db
from fieldservice.errors import NotFound
from fieldservice.models.api import Scope
from fieldservice.models.surveys import SurveyResponse
from fieldservice.web.api.frame import Asked, Resource, answers, takes
from fieldservice.web.api.guard import needs
from fieldservice.web.api.pages import Page, filtered, page
from fieldservice.web.api.schemas.base import page_of
from fieldservice.web.api.schemas.reports import SurveysAsked, SurveySchema
from fieldservice.web.api.versions import shown

blueprint = Resource("surveys", "What customers said after visits.")


@blueprint.get("/surveys")
@needs(Scope.SURVEYS_READ)
@takes(SurveysAsked, "query")
@answers(200, page_of(SurveySchema))
def list_surveys(asked: Asked) -> Page:
    """List what customers said."""
    query = filtered(select(SurveyResponse), SurveyResponse, asked, "visit_id")
    return page(db.session(), query, SurveyResponse, asked)


@blueprint.get("/surveys/<int:survey_id>")
@needs(Scope.SURVEYS_READ)
@answers(200, SurveySchema)
def show_survey(survey_id: int) -> Response:
    """Read what a customer said."""
    found = db.session.get(SurveyResponse, survey_id)
    if found is None:
        raise NotFound("Nobody has said anything under this number.")
    return shown(found, SurveySchema)
