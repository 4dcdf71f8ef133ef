"""`fieldservice preflight`: whether messages would leave, arrive and be answered."""

from __future__ import annotations

import click
from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice.cli.application import opened
from fieldservice.config import Settings
from fieldservice.db import db
from fieldservice.models.territories import Territory
from fieldservice.operations.customers.phones import shown_phone
from fieldservice.operations.messages import preflight
from fieldservice.operations.messages.preflight import CountryLine, Finding, Grade, Outside
from fieldservice.operations.plans.days import territory_by_slug

MARKS = {Grade.GOOD: "ok ", Grade.WARN: "?  ", Grade.BAD: "!! "}
COLUMNS = "{:<8} {:>7}  {:<18} {:<9} {:<11} {}"


@click.command("preflight")
@click.option("--territory", help="The short name of one territory; without it, all of them.")
@click.option("--offline", is_flag=True, help="Ask neither the provider nor the public address.")
def command(territory: str | None, offline: bool) -> None:
    """Look at senders, account and public address; exit status 1 where messages would be lost."""
    with opened():
        settings: Settings = current_app.extensions["fieldservice_settings"]
        outside = None if offline else preflight.ask_outside(settings)
        if settings.twilio is None:
            click.echo(
                "Texts and calls stay on simulated phones. MESSAGES_BY=twilio lets them leave."
            )
        grades = [
            _told(db.session(), one, settings, outside) for one in _chosen(db.session(), territory)
        ]
    if Grade.BAD in grades:
        raise SystemExit(1)


def _chosen(session: Session, slug: str | None) -> list[Territory]:
    if slug:
        return [territory_by_slug(session, slug)]
    return list(session.scalars(select(Territory).order_by(Territory.name)).all())


def _told(
    session: Session, territory: Territory, settings: Settings, outside: Outside | None
) -> Grade:
    click.echo(f"\n{territory.name}")
    click.echo(
        COLUMNS.format("country", "numbers", "texts leave by", "answered", "registered", "calls")
    )
    for line in preflight.country_lines(session, territory):
        click.echo(_row(line))
    found = preflight.findings(session, territory, settings.public_base_url, outside)
    for one in found:
        click.echo(_sentence(one))
    return preflight.worst(found)


def _row(line: CountryLine) -> str:
    texts, calls = line.texts_by, line.calls_by
    return COLUMNS.format(
        line.country,
        line.numbers,
        shown_phone(texts.address) if texts else "nothing",
        "yes" if line.can_be_answered else "no",
        "yes" if texts and texts.registered else "no",
        shown_phone(calls.address) if calls else "nothing",
    ).rstrip()


def _sentence(one: Finding) -> str:
    return f"{MARKS[one.grade]}{one.about}: {one.words}"
