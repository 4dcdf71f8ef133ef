"""`fieldservice calibration`: whether promises are kept as often as was said."""

from __future__ import annotations

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice import clock
from fieldservice.cli.application import opened
from fieldservice.db import db
from fieldservice.models.territories import Territory
from fieldservice.operations.outlook.forecasts import JUDGED, Calibration, calibration
from fieldservice.operations.plans.days import territory_by_slug
from fieldservice.scheduling.outlook.reliability import Band, Verdict

COLUMNS = "{:<12} {:>8} {:>6} {:>6} {:>11}  {}"
WORDS = {
    Verdict.TOO_FEW: "too few to say",
    Verdict.AS_TOLD: "as told",
    Verdict.TOO_SURE: "too sure",
    Verdict.TOO_CAREFUL: "too careful",
}


@click.command("calibration")
@click.option("--territory", help="The short name of one territory; without it, all of them.")
def command(territory: str | None) -> None:
    """Of the promises given 80 to 90 %, how many were kept? Band by band."""
    with opened():
        for one in _chosen(db.session(), territory):
            _tell(one.name, calibration(db.session(), one, clock.now()))


def _chosen(session: Session, slug: str | None) -> list[Territory]:
    if slug:
        return [territory_by_slug(session, slug)]
    return list(session.scalars(select(Territory).order_by(Territory.name)).all())


def _tell(name: str, found: Calibration) -> None:
    whole = found.reliability
    click.echo(f"{name}: {whole.count} promises of the last {JUDGED.days} days are over.")
    if whole.count:
        click.echo(COLUMNS.format("chance told", "promises", "told", "kept", "can be", ""))
        for band in reversed(whole.bands):
            click.echo(_row(band))
        blindly = f"{whole.brier_blindly:.3f} for always saying {whole.kept:.0%}"
        click.echo(f"{whole.kept:.0%} kept. Brier score {whole.brier:.3f}; {blindly}.")
    if not whole.is_enough:
        click.echo("Too few to judge the chances.")
    if found.changed or found.unknown:
        click.echo(
            f"Left out: {found.changed} changed or cancelled since, "
            f"{found.unknown} whose arrival was not entered at the door."
        )


def _row(band: Band) -> str:
    span = f"{band.least:.0%} to {band.most:.0%}"
    if not band.count:
        return COLUMNS.format(span, 0, "-", "-", "-", WORDS[band.verdict])
    low, high = band.likely
    return COLUMNS.format(
        span,
        band.count,
        f"{band.foretold:.1%}",
        f"{band.kept:.0%}",
        f"{low:.0%}-{high:.0%}",
        WORDS[band.verdict],
    )
