"""The environment, read setting by setting; what is odd is gathered and said at once."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from urllib.parse import urlsplit

from limits import parse_many

SHORTEST_SECRET = 32
DEAREST = 1_000_000
"""The largest amount that may be named, in whole units of the currency."""
HERE = frozenset({"127.0.0.1", "localhost", "::1"})


class Environment:
    """The environment, read setting by setting; an empty one counts as not set."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.wrong: list[str] = []

    def text(self, name: str, default: str) -> str:
        """What is written, or the default."""
        return self.environ.get(name, "").strip() or default

    def number(self, name: str, default: int, at_least: int, at_most: int) -> int:
        """A whole number within its bounds."""
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
        """So many in a time."""
        text = self.text(name, default)
        try:
            parse_many(text)
        except ValueError:
            self.wrong.append(f"{name} is {text!r}: write it as {default!r}")
        return text

    def address(self, name: str, default: str, *, needed: bool = True) -> str:
        """An address on the web."""
        text = self.text(name, default).rstrip("/")
        if not _is_address(text) and (needed or text):
            self.wrong.append(f"{name} is {text!r}: give an address such as https://host")
        return text

    def words(self, name: str) -> frozenset[str]:
        """Words with commas between them."""
        words = self.text(name, "").split(",")
        return frozenset(word.strip().lower() for word in words if word.strip())

    def amount(self, name: str, default: str) -> int:
        """An amount of money, in thousandths."""
        text = self.text(name, default)
        try:
            amount = Decimal(text)
        except InvalidOperation:
            amount = Decimal("NaN")
        if not (amount.is_finite() and 0 <= amount <= DEAREST):
            self.wrong.append(f"{name} is {text!r}: give an amount such as {default}")
            return 0
        return round(amount * 1000)

    def guarded_address(self, name: str, default: str) -> str:
        """One that a password is sent to: openly only within this machine."""
        address = self.address(name, default)
        host = urlsplit(address).hostname if _is_address(address) else None
        if address.startswith("http://") and host not in {"127.0.0.1", "localhost", "::1"}:
            self.wrong.append(f"{name} is {address!r}: the password would travel openly")
        return address

    def secret(self) -> str:
        """The secret, if one is given."""
        secret = self.text("SECRET_KEY", "")
        if secret and len(secret) < SHORTEST_SECRET:
            self.wrong.append(f"SECRET_KEY is too short: give {SHORTEST_SECRET} random characters")
        return secret

    def database(self, default: str) -> str:
        """Where the database is."""
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
