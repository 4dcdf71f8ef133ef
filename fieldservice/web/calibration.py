"""Whether promises are kept as often as was said, and how long visits usually take."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask_babel import gettext

from fieldservice import clock
from fieldservice.clock import local_day
from fieldservice.db import db
from fieldservice.errors import NotFound
from fieldservice.models.users import RoleName
from fieldservice.operations.outlook.experience import experience, usual_kinds
from fieldservice.operations.outlook.forecasts import JUDGED, calibration
from fieldservice.web.here import current_territory
from fieldservice.web.roles import open_to

blueprint = Blueprint("calibration", __name__)


@blueprint.get("/calibration")
@open_to(RoleName.DISPATCHER)
def index() -> str:
    """The table of chances told against promises kept."""
    territory = current_territory()
    if territory is None:
        raise NotFound(gettext("There is no territory yet. Set one up first."))
    now = clock.now()
    learned = experience(db.session(), territory.id, local_day(now, territory.zone))
    return render_template(
        "calibration/index.html",
        found=calibration(db.session(), territory, now),
        days=JUDGED.days,
        learned=learned,
        kinds=usual_kinds(territory, learned),
    )
