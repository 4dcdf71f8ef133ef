"""Settings, read once from the environment; what is missing or odd is said in one message."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from fieldservice.errors import Refused


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything an operator may choose."""

    database_url: str
    secret_key: str
    var_dir: Path
    public_base_url: str
    clock_offset: timedelta = timedelta()
    sign_in_limit: str = "20 per minute"
    booking_limit: str = "30 per minute"
    code_limit: str = "5 per hour"
    """Per number, so that nobody's phone can be flooded."""
    planner_memory_mb: int = 2048
    upload_megabytes: int = 10
    testing: bool = False

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is a file beside the server."""
        return self.database_url.startswith("sqlite")

    @property
    def sqlite_path(self) -> Path:
        """The database file; only where `is_sqlite`."""
        return Path(urlsplit(self.database_url).path[1:])

    @property
    def is_https(self) -> bool:
        """Whether people reach this server through TLS."""
        return self.public_base_url.startswith("https://")


def settings_from(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the environment, or refuse naming every setting that is wrong."""
    env = os.environ if environ is None else environ
    var_dir = Path(env.get("FIELDSERVICE_VAR", "var")).absolute()
    port = env.get("PORT", "5000")
    base_url = env.get("PUBLIC_BASE_URL", f"http://127.0.0.1:{port}").rstrip("/")
    wrong: list[str] = []
    if urlsplit(base_url).scheme not in {"http", "https"} or not urlsplit(base_url).hostname:
        wrong.append(f"PUBLIC_BASE_URL is {base_url!r}: give an address such as https://host")
    database_url = env.get("DATABASE_URL") or f"sqlite:///{var_dir / 'fieldservice.db'}"
    if not database_url.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
        wrong.append("DATABASE_URL must begin with sqlite:/// or postgresql://")
    numbers = {
        name: _whole(env, name, default, wrong)
        for name, default in (
            ("CLOCK_OFFSET_SECONDS", 0),
            ("PLANNER_MEMORY_MB", 2048),
            ("UPLOAD_MEGABYTES", 10),
        )
    }
    if wrong:
        raise Refused("The settings cannot be used. " + ". ".join(wrong) + ".")
    return Settings(
        database_url=database_url.replace("postgresql://", "postgresql+psycopg://"),
        secret_key=env.get("SECRET_KEY") or _kept_secret(var_dir),
        var_dir=var_dir,
        public_base_url=base_url,
        clock_offset=timedelta(seconds=numbers["CLOCK_OFFSET_SECONDS"]),
        sign_in_limit=env.get("SIGN_IN_LIMIT", "20 per minute"),
        booking_limit=env.get("BOOKING_LIMIT", "30 per minute"),
        code_limit=env.get("CODE_LIMIT", "5 per hour"),
        planner_memory_mb=numbers["PLANNER_MEMORY_MB"],
        upload_megabytes=numbers["UPLOAD_MEGABYTES"],
    )


def _whole(env: Mapping[str, str], name: str, default: int, wrong: list[str]) -> int:
    text = env.get(name, str(default))
    try:
        return int(text)
    except ValueError:
        wrong.append(f"{name} is {text!r}: give a whole number")
        return default


def _kept_secret(var_dir: Path) -> str:
    """The secret of this installation, made on first use, readable by its owner alone."""
    path = var_dir / "secret_key"
    if not path.exists():
        var_dir.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text()
