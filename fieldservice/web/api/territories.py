"""Territories over the API: to be read; their settings are an admin's, on the pages."""

from __future__ import annotations

from flask import Response
from sqlalchemy import select

from fieldservice.db import db
from fieldservice.errors import NotFound
from fieldservice.models.api import Scope
from fieldservice.models.territories import Territory
from fieldservice.web.api.frame import Asked, Resource, answers, takes
from fieldservice.web.api.guard import needs
from fieldservice.web.api.pages import Page, page
from fieldservice.web.api.schemas.base import PageAsked, page_of
from fieldservice.web.api.schemas.territories import TerritorySchema
from fieldservice.web.api.versions import shown

blueprint = Resource("territories", "Areas with one time zone, one team and one office.")


@blueprint.get("/territories")
@needs(Scope.TERRITORIES_READ)
@takes(PageAsked, "query")
@answers(200, page_of(TerritorySchema))
def list_territories(asked: Asked) -> Page:
    """List territories."""
    return page(db.session(), select(Territory), Territory, asked)


@blueprint.get("/territories/<int:territory_id>")
@needs(Scope.TERRITORIES_READ)
@answers(200, TerritorySchema)
def show_territory(territory_id: int) -> Response:
    """Read a territory."""
    territory = db.session.get(Territory, territory_id)
    if territory is None:
        raise NotFound("There is no such territory.")
    return shown(territory, TerritorySchema)
