"""Settings, read once from the environment; what is missing or odd is said in one message."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from urllib.parse import urlsplit

from limits import parse_many

from fieldservice.errors import Refused
from fieldservice.smtp_settings import SmtpSettings, smtp_from

SHORTEST_SECRET = 32
FURTHEST = 1_000_000_000
"""Seconds the clock may be moved either way: some thirty years."""

DEAREST = 1_000_000
"""The largest amount that may be named, in whole units of the currency."""
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
    env = _Environment(os.environ if environ is None else environ)
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
        twilio=env.twilio(),
        smtp=env.smtp(),
        prices=env.prices(),
        recording_days=env.number("RECORDING_DAYS", 90, 1, 3650),
        transcribe_url=env.address("TRANSCRIBE_URL", "", needed=False),
        transcribe_token=env.text("TRANSCRIBE_TOKEN", ""),
        transcribe_model=env.text("TRANSCRIBE_MODEL", "whisper-1"),
        outgoing_allow=env.words("OUTGOING_ALLOW"),
    )
    if env.wrong:
        raise Refused("The settings cannot be used. " + ". ".join(env.wrong) + ".")
    return replace(settings, secret_key=settings.secret_key or _kept_secret(var_dir))


class _Environment:
    """The environment, read setting by setting; an empty one counts as not set."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.wrong: list[str] = []

    def text(self, name: str, default: str) -> str:
        return self.environ.get(name, "").strip() or default

    def number(self, name: str, default: int, at_least: int, at_most: int) -> int:
        text = self.text(name, str(default))
        try:
            number = int(text)
        except ValueError:
            number = None
        if number is None or not at_least <= number <= at_most:
            bound = f"from {at_least} to {at_most}"
            self.wrong.append(f"{name} is {text!r}: give a whole number {bound}")
            return default
        return number

    def rate(self, name: str, default: str) -> str:
        text = self.text(name, default)
        try:
            parse_many(text)
        except ValueError:
            self.wrong.append(f"{name} is {text!r}: write it as {default!r}")
        return text

    def address(self, name: str, default: str, *, needed: bool = True) -> str:
        text = self.text(name, default).rstrip("/")
        if not _is_address(text) and (needed or text):
            self.wrong.append(f"{name} is {text!r}: give an address such as https://host")
        return text

    def words(self, name: str) -> frozenset[str]:
        words = self.text(name, "").split(",")
        return frozenset(word.strip().lower() for word in words if word.strip())

    def amount(self, name: str, default: str) -> int:
        text = self.text(name, default)
        try:
            amount = Decimal(text)
        except InvalidOperation:
            amount = Decimal("NaN")
        if not (amount.is_finite() and 0 <= amount <= DEAREST):
            self.wrong.append(f"{name} is {text!r}: give an amount such as {default}")
            return 0
        return round(amount * 1000)

    def prices(self) -> Prices:
        currency = self.text("MESSAGE_CURRENCY", "EUR").upper()
        if not (len(currency) == 3 and currency.isascii() and currency.isalpha()):
            self.wrong.append(f"MESSAGE_CURRENCY is {currency!r}: give three letters such as EUR")
        return Prices(
            currency=currency,
            sms_segment=self.amount("SMS_PRICE", "0.08"),
            call_minute=self.amount("CALL_PRICE", "0.10"),
            cap_per_day=self.amount("SPEND_CAP_PER_DAY", "50"),
        )

    def twilio(self) -> TwilioSettings | None:
        by = self.text("MESSAGES_BY", "console").lower()
        if by not in {"console", "twilio"}:
            self.wrong.append(f"MESSAGES_BY is {by!r}: give console or twilio")
        if by != "twilio":
            return None
        account_sid = self.text("TWILIO_ACCOUNT_SID", "")
        if not ACCOUNT.fullmatch(account_sid):
            self.wrong.append("TWILIO_ACCOUNT_SID must be AC and 32 digits or letters a to f")
        auth_token = self.text("TWILIO_AUTH_TOKEN", "")
        if not auth_token:
            self.wrong.append("TWILIO_AUTH_TOKEN is missing: copy it from the account's console")
        if not self.text("PUBLIC_BASE_URL", ""):
            self.wrong.append("PUBLIC_BASE_URL is missing: Twilio calls back to it")
        return TwilioSettings(
            account_sid=account_sid,
            auth_token=auth_token,
            auth_token_before=self.text("TWILIO_AUTH_TOKEN_BEFORE", ""),
            api_base=self.guarded_address("TWILIO_API_BASE", TWILIO_BASE),
            timeout_seconds=self.number("TWILIO_TIMEOUT_SECONDS", 10, 1, 60),
        )

    def smtp(self) -> SmtpSettings | None:
        try:
            return smtp_from(self.text("SMTP_URL", ""), self.text("MAIL_FROM", ""))
        except Refused as refused:
            self.wrong.append(str(refused))
            return None

    def guarded_address(self, name: str, default: str) -> str:
        """One that a password is sent to: openly only within this machine."""
        address = self.address(name, default)
        host = urlsplit(address).hostname if _is_address(address) else None
        if address.startswith("http://") and host not in {"127.0.0.1", "localhost", "::1"}:
            self.wrong.append(f"{name} is {address!r}: the password would travel openly")
        return address

    def secret(self) -> str:
        secret = self.text("SECRET_KEY", "")
        if secret and len(secret) < SHORTEST_SECRET:
            self.wrong.append(f"SECRET_KEY is too short: give {SHORTEST_SECRET} random characters")
        return secret

    def database(self, default: str) -> str:
        url = self.text("DATABASE_URL", default)
        scheme, _, rest = url.partition("://")
        is_postgresql = scheme in {"postgres", "postgresql", "postgresql+psycopg"}
        if is_postgresql and rest and _has_whole_port(url):
            return f"postgresql+psycopg://{rest}"
        file = rest.removeprefix("/")
        if scheme == "sqlite" and rest.startswith("/") and file and not set(":?") & set(file):
            # Absolute, since others would look for a relative one in folders of their own.
            return f"sqlite:///{Path(file).absolute()}"
        self.wrong.append(
            "DATABASE_URL must be sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME"
        )
        return url


def _is_address(text: str) -> bool:
    parts = urlsplit(text) if _has_whole_port(text) else None
    return parts is not None and parts.scheme in {"http", "https"} and bool(parts.hostname)


def _has_whole_port(url: str) -> bool:
    """Whether what stands where a port would is one; brackets that do not close hide it."""
    try:
        return urlsplit(url).port != 0
    except ValueError:
        return False


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
