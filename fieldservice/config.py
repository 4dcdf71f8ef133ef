"""Settings, read once from the environment; what is missing or odd is said in one message."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from fieldservice.environment import SHORTEST_SECRET, Environment
from fieldservice.errors import Refused
from fieldservice.smtp_settings import SmtpSettings, smtp_from

FURTHEST = 1_000_000_000
"""Seconds the clock may be moved either way: some thirty years."""

ACCOUNT = re.compile(r"AC[0-9a-f]{32}", re.ASCII)
TWILIO_BASE = "https://api.twilio.com"


@dataclass(frozen=True, slots=True)
class TwilioSettings:
    """The account texts and calls are carried by."""

    account_sid: str
    auth_token: str = field(repr=False)
    auth_token_before: str = field(default="", repr=False)
    """The one being replaced: callbacks signed with it are still believed."""
    api_base: str = TWILIO_BASE
    timeout_seconds: float = 10.0

    @property
    def auth_tokens(self) -> tuple[str, ...]:
        """Those a callback may be signed with, the present one first."""
        return tuple(token for token in (self.auth_token, self.auth_token_before) if token)


@dataclass(frozen=True, slots=True)
class Prices:
    """What messages are thought to cost and may cost a day, in thousandths of the currency."""

    currency: str = "EUR"
    sms_segment: int = 80
    call_minute: int = 100
    cap_per_day: int = 50_000
    """What all messages of a local day may come to; 0 for no cap."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything an operator may choose."""

    database_url: str = field(repr=False)
    secret_key: str = field(repr=False)
    var_dir: Path
    public_base_url: str
    clock_offset: timedelta = timedelta()
    sign_in_limit: str = "20 per minute"
    booking_limit: str = "30 per minute"
    api_limit: str = "600 per minute"
    """Per token."""
    calendar_limit: str = "60 per hour"
    """Per technician's calendar address."""
    code_limit: str = "5 per hour"
    """Per number, so that nobody's phone can be flooded."""
    trusted_proxies: int = 0
    """How many proxies stand in front and say truly who connected."""
    planner_memory_mb: int = 2048
    upload_megabytes: int = 10
    twilio: TwilioSettings | None = None
    """None: texts and calls go to the console."""
    smtp: SmtpSettings | None = None
    """None: letters go to the console."""
    prices: Prices = Prices()
    recording_days: int = 90
    """How long spoken words are kept, with us and at the provider."""
    callback_days: int = 90
    """How long a provider's words are kept as they came, once they were acted on."""
    transcribe_url: str = ""
    """Where recorded words are written down; empty: nobody does."""
    transcribe_token: str = field(default="", repr=False)
    transcribe_model: str = "whisper-1"
    outgoing_allow: frozenset[str] = frozenset()
    """Hosts with private addresses that may be spoken to all the same; for trials."""
    web_workers: int = 1
    """Processes that answer pages; more than one uses more than one core."""
    testing: bool = False

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is a file beside the server."""
        return self.database_url.startswith("sqlite")

    @property
    def sqlite_path(self) -> Path:
        """The database file; only where `is_sqlite`."""
        return Path(self.database_url.removeprefix("sqlite:///"))

    @property
    def is_https(self) -> bool:
        """Whether people reach this server through TLS."""
        return self.public_base_url.startswith("https://")


def settings_from(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the environment, or refuse naming every setting that is wrong."""
    env = Environment(os.environ if environ is None else environ)
    var_dir = Path(env.text("FIELDSERVICE_VAR", "var")).absolute()
    port = env.number("PORT", 5000, 1, 65535)
    settings = Settings(
        database_url=env.database(f"sqlite:///{var_dir / 'fieldservice.db'}"),
        secret_key=env.secret(),
        var_dir=var_dir,
        public_base_url=env.address("PUBLIC_BASE_URL", f"http://127.0.0.1:{port}"),
        clock_offset=timedelta(seconds=env.number("CLOCK_OFFSET_SECONDS", 0, -FURTHEST, FURTHEST)),
        sign_in_limit=env.rate("SIGN_IN_LIMIT", "20 per minute"),
        booking_limit=env.rate("BOOKING_LIMIT", "30 per minute"),
        api_limit=env.rate("API_LIMIT", "600 per minute"),
        calendar_limit=env.rate("CALENDAR_LIMIT", "60 per hour"),
        code_limit=env.rate("CODE_LIMIT", "5 per hour"),
        trusted_proxies=env.number("TRUSTED_PROXIES", 0, 0, 9),
        planner_memory_mb=env.number("PLANNER_MEMORY_MB", 2048, 1024, 1_000_000),
        web_workers=env.number("WEB_WORKERS", min(os.cpu_count() or 1, 4), 1, 32),
        upload_megabytes=env.number("UPLOAD_MEGABYTES", 10, 1, 1000),
        twilio=_twilio(env),
        smtp=_smtp(env),
        prices=_prices(env),
        recording_days=env.number("RECORDING_DAYS", 90, 1, 3650),
        callback_days=env.number("CALLBACK_DAYS", 90, 7, 3650),
        transcribe_url=env.address("TRANSCRIBE_URL", "", needed=False),
        transcribe_token=env.text("TRANSCRIBE_TOKEN", ""),
        transcribe_model=env.text("TRANSCRIBE_MODEL", "whisper-1"),
        outgoing_allow=env.words("OUTGOING_ALLOW"),
    )
    if env.wrong:
        raise Refused("The settings cannot be used. " + ". ".join(env.wrong) + ".")
    return replace(settings, secret_key=settings.secret_key or _kept_secret(var_dir))


def _prices(env: Environment) -> Prices:
    currency = env.text("MESSAGE_CURRENCY", "EUR").upper()
    if not (len(currency) == 3 and currency.isascii() and currency.isalpha()):
        env.wrong.append(f"MESSAGE_CURRENCY is {currency!r}: give three letters such as EUR")
    return Prices(
        currency=currency,
        sms_segment=env.amount("SMS_PRICE", "0.08"),
        call_minute=env.amount("CALL_PRICE", "0.10"),
        cap_per_day=env.amount("SPEND_CAP_PER_DAY", "50"),
    )


def _twilio(env: Environment) -> TwilioSettings | None:
    by = env.text("MESSAGES_BY", "console").lower()
    if by not in {"console", "twilio"}:
        env.wrong.append(f"MESSAGES_BY is {by!r}: give console or twilio")
    if by != "twilio":
        return None
    account_sid = env.text("TWILIO_ACCOUNT_SID", "")
    if not ACCOUNT.fullmatch(account_sid):
        env.wrong.append("TWILIO_ACCOUNT_SID must be AC and 32 digits or letters a to f")
    auth_token = env.text("TWILIO_AUTH_TOKEN", "")
    if not auth_token:
        env.wrong.append("TWILIO_AUTH_TOKEN is missing: copy it from the account's console")
    if not env.text("PUBLIC_BASE_URL", ""):
        env.wrong.append("PUBLIC_BASE_URL is missing: Twilio calls back to it")
    return TwilioSettings(
        account_sid=account_sid,
        auth_token=auth_token,
        auth_token_before=env.text("TWILIO_AUTH_TOKEN_BEFORE", ""),
        api_base=env.guarded_address("TWILIO_API_BASE", TWILIO_BASE),
        timeout_seconds=env.number("TWILIO_TIMEOUT_SECONDS", 10, 1, 60),
    )


def _smtp(env: Environment) -> SmtpSettings | None:
    try:
        return smtp_from(env.text("SMTP_URL", ""), env.text("MAIL_FROM", ""))
    except Refused as refused:
        env.wrong.append(str(refused))
        return None


def _kept_secret(var_dir: Path) -> str:
    """The secret of this installation, made on first use, readable by its owner alone."""
    path = var_dir / "secret_key"
    try:
        secret = _made_once(var_dir, path)
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(
            f"FIELDSERVICE_VAR is {str(var_dir)!r}: {path} cannot be kept there ({error}). "
            "Name a folder this account may write to."
        ) from error
    if len(secret) < SHORTEST_SECRET:
        raise Refused(
            f"{path} is not whole, so links and sessions would not be safe. Put your copy back, "
            "or delete the file: a new one is made, and all links and sessions end."
        )
    return secret


def _made_once(var_dir: Path, path: Path) -> str:
    if not path.exists():
        var_dir.mkdir(parents=True, exist_ok=True)
        # Two processes may start at once: a link appears whole, and only for the first.
        mine = var_dir / f"secret_key.{secrets.token_hex(8)}"
        with os.fdopen(os.open(mine, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
        with suppress(FileExistsError):
            path.hardlink_to(mine)
        mine.unlink()
    return path.read_text()
