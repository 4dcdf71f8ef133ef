"""How letters leave by e-mail: the server's address and whose name they bear."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from email.utils import parseaddr
from urllib.parse import unquote, urlsplit

from fieldservice.errors import Refused

PORTS = {"smtp": 587, "smtps": 465, "smtp+plain": 25}
"""By scheme: TLS after greeting, TLS from the start, and none, for a relay on the same machine."""
_WORD = r"[^\s@<>,;:\"()\[\]\\.]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
ADDRESS = re.compile(rf"{_WORD}(?:\.{_WORD})*@{_LABEL}(?:\.{_LABEL})*", re.ASCII)


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """The server letters are handed to, and the address they come from."""

    host: str
    port: int
    scheme: str
    from_address: str
    from_name: str = ""
    user: str = ""
    password: str = field(default="", repr=False)
    timeout_seconds: float = 10.0


def smtp_from(url: str, mail_from: str) -> SmtpSettings | None:
    """The settings as written; None where there are none, a refusal naming the one that is odd."""
    if not url and not mail_from:
        return None
    scheme, host, port, user, password = _server(url)
    name, address = parseaddr(mail_from)
    if not is_mail_address(address):
        raise Refused(
            f"MAIL_FROM is {mail_from!r}: give the address letters come from, "
            "such as Company <visits@company.org>"
        )
    return SmtpSettings(
        host=host,
        port=port,
        scheme=scheme,
        from_address=address,
        from_name=" ".join(name.split()),
        user=user,
        password=password,
    )


def is_mail_address(text: str) -> bool:
    """Whether a mail server takes it as it stands: one @, plain letters, no white space."""
    return text.isascii() and len(text) <= 254 and ADDRESS.fullmatch(text) is not None


def _server(url: str) -> tuple[str, str, int, str, str]:
    odd = "SMTP_URL must be smtp://USER:PASSWORD@HOST:587, smtps://…:465 or smtp+plain://HOST:25"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Refused(odd) from error
    if parts.scheme not in PORTS or not parts.hostname or parts.path not in ("", "/"):
        raise Refused(odd)
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return parts.scheme, parts.hostname, port or PORTS[parts.scheme], user, password
