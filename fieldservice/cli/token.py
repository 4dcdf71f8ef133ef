"""`fieldservice token`: tokens of programs, where nobody can open the page for them."""

from __future__ import annotations

import click

from fieldservice import clock
from fieldservice.cli.application import opened
from fieldservice.db import transaction
from fieldservice.models.api import Scope
from fieldservice.operations.house import tokens, users


@click.group("token")
def command() -> None:
    """Make tokens for programs that use the API, or end them."""


@command.command("add")
@click.argument("email")
@click.option("--name", required=True, help="The program that will use it.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice([scope.value for scope in Scope]),
    help="What it may do; several times for several. All its owner may, where none is given.",
)
@click.option("--days", type=click.Choice([str(days) for days in tokens.LIFETIMES]), default="90")
def add(email: str, name: str, scopes: tuple[str, ...], days: str) -> None:
    """Make a token by which a program acts for EMAIL."""
    with opened(), transaction() as session:
        user = users.user_by_email(session, email)
        may = {Scope(one) for one in scopes} or tokens.may_give(user)
        token, secret = tokens.make_token(session, clock.now(), user.id, name, may, int(days))
        last = token.expires_at
    click.echo(f"Good until {last:%Y-%m-%d}. Token, shown this once: {secret}")


@command.command("end")
@click.argument("email")
def end(email: str) -> None:
    """End every token of EMAIL."""
    with opened(), transaction() as session:
        user = users.user_by_email(session, email)
        tokens.revoke_all(session, clock.now(), None, user)
    click.echo(f"No program acts for {email} any more.")
