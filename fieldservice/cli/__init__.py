"""The `fieldservice` command: each subcommand is one file here, imported only when called."""

from __future__ import annotations

import importlib
import sys
from typing import Any

import click

from fieldservice.errors import FieldServiceError

COMMANDS = {
    "backup": "Copy the whole database to one file while it is in use.",
    "calibration": "Lay the chances told of promises beside what came true.",
    "clock": "Run the clock alone: send what is due, plan what waits.",
    "demo": "Set up the demo company and serve it.",
    "doctor": "Check that the promises this system makes hold on its data.",
    "import": "Read visits, technicians, customers or assets from a spreadsheet.",
    "migrate": "Bring the database to the current schema.",
    "offers": "Say where one more job fits into the plan of a problem file.",
    "plan": "Plan a day of a territory.",
    "preflight": "See whether messages would leave, arrive and be answered.",
    "restore": "Put a backup back, without sending anything again.",
    "serve": "Run the web server and its clock.",
    "solve": "Plan a problem file, with no database and no server.",
    "token": "Make tokens for programs that use the API.",
    "user": "Add people who may sign in.",
    "web": "Run the web server alone.",
}


class LazyGroup(click.Group):
    """Subcommands named in COMMANDS, each `fieldservice.cli.<name>:command`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"fieldservice.cli.{MODULES.get(cmd_name, cmd_name)}")
        command: click.Command = module.command
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except FieldServiceError as error:
            click.echo(error.sentence, err=True)
            ctx.exit(2)
        except Exception as error:
            sentence = _trouble_outside(error)
            if sentence is None:
                raise
            click.echo(sentence, err=True)
            ctx.exit(2)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(sorted(COMMANDS.items()))


def _trouble_outside(error: Exception) -> str | None:
    """What to say where the machine refused, not the program; None for any other failure."""
    if isinstance(error, BrokenPipeError):
        return None
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename} cannot be used: {error.strerror}."
    sqlalchemy = sys.modules.get("sqlalchemy.exc")
    if sqlalchemy and type(error) in (sqlalchemy.OperationalError, sqlalchemy.DatabaseError):
        # The statement and its values are left out: they may name a customer.
        said = str(getattr(error, "orig", "")).strip().partition("\n")[0]
        return f"The database cannot be used: {said}. Check DATABASE_URL and FIELDSERVICE_VAR."
    return None


MODULES = {"import": "import_"}


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="fieldservice")
def main() -> None:
    """Book, plan, remind, visit, ask: field service from one small server."""
