"""`fieldservice user`: people who may sign in."""

from __future__ import annotations

import secrets
import sys

import click
from flask_security.utils import hash_password

from fieldservice import clock
from fieldservice.cli.application import opened
from fieldservice.db import transaction
from fieldservice.models.users import RoleName
from fieldservice.operations.house import users


@click.group("user")
def command() -> None:
    """Add people who may sign in, or end what they may do."""


@command.command("add")
@click.argument("email")
@click.option("--name", required=True, help="As colleagues know them.")
@click.option("--role", required=True, type=click.Choice([role.value for role in RoleName]))
@click.option(
    "--technician",
    type=click.IntRange(1, 2**31 - 1),
    help="Whose day they see: the technician's number.",
)
@click.option("--password", help="Asked for, or made, where it is not given.")
def add(email: str, name: str, role: str, technician: int | None, password: str | None) -> None:
    """Let EMAIL sign in with one of the roles."""
    made = password is None and not sys.stdin.isatty()
    if password is None:
        password = secrets.token_urlsafe(15) if made else _asked()
    with opened():
        users.refuse_weak(password)
        with transaction() as session:
            users.add_user(
                session,
                clock.now(),
                email=email,
                name=name,
                role=RoleName(role),
                password_hash=hash_password(password),
                technician_id=technician,
            )
    click.echo(f"{email} may sign in as {role}.")
    if made:
        click.echo(f"Password, shown this once: {password}")


@command.command("end")
@click.argument("email")
def end(email: str) -> None:
    """Let EMAIL sign in no more, and end every session they have open."""
    with opened(), transaction() as session:
        users.dismiss(session, clock.now(), None, users.user_by_email(session, email))
    click.echo(f"{email} may sign in no more.")


@command.command("password")
@click.argument("email")
@click.option("--password", help="Asked for where it is not given.")
def change_password(email: str, password: str | None) -> None:
    """Give EMAIL a new password, and end every session they have open."""
    password = password or _asked()
    with opened():
        users.refuse_weak(password)
        with transaction() as session:
            user = users.user_by_email(session, email)
            users.renew_password(session, clock.now(), None, user, hash_password(password))
    click.echo(f"{email} has a new password.")


def _asked() -> str:
    answer: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return answer
