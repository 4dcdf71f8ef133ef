"""Requests to addresses that people of the house wrote down: never to a private one.

A name is resolved once, every address it has is judged, and the connection goes to a judged
address with the name only as Host and for TLS. So a name that answers differently a moment
later leads nowhere else. Redirects are answers like others and are not followed.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cache
from http.client import HTTPConnection, HTTPException
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, urlsplit

from fieldservice.errors import DeliveryError
from fieldservice.notify.deadline import watched, within

SECONDS = 10.0
MOST_BYTES = 64 * 1024
LONGEST_ADDRESS = 2000

Resolver = Callable[[str, int], Sequence[str]]
IpAddress = IPv4Address | IPv6Address

LATE = "No answer in time."
NAT64 = IPv6Network("64:ff9b::/96")
TUNNELS = (
    IPv6Network("::/96"),
    IPv6Network("64:ff9b:1::/48"),
    IPv6Network("2001::/32"),
    IPv6Network("2002::/16"),
    IPv6Network("fec0::/10"),
    IPv6Network("3fff::/20"),
)
"""Forms of IPv6 that carry an IPv4 address nobody could judge, or are of one site or of books."""
HOSTS_OWN = (
    IPv4Network("168.63.129.16/32"),
    IPv4Network("192.0.0.0/24"),
    IPv4Network("192.88.99.0/24"),
)
"""Numbers like anybody's at which hosts of rented machines tell secrets of theirs, or relays."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: the status, the first bytes, and how long it all took."""

    status: int
    body: bytes
    headers: Mapping[str, str]
    milliseconds: int


def resolved(host: str, port: int) -> list[str]:
    """All addresses of a host, as the system knows them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


@cache
def _trusting() -> ssl.SSLContext:
    """Certificates the system trusts: read once."""
    return ssl.create_default_context()


@dataclass(frozen=True, slots=True)
class Outgoing:
    """The one way out to addresses nobody vouched for.

    `allowed` names hosts (`host` or `host:port`) that may be private and without TLS.
    """

    allowed: frozenset[str] = frozenset()
    resolve: Resolver = resolved
    context: ssl.SSLContext = field(default_factory=_trusting, repr=False)

    def refuse_unfit(self, url: str) -> None:
        """Raise a `DeliveryError` that says why nothing could ever be sent to this address."""
        self._judged(self._parts(url))

    def request(
        self,
        method: str,
        url: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        seconds: float = SECONDS,
        most_bytes: int = MOST_BYTES,
    ) -> Reply:
        """Ask once, all of it within so many seconds; at most so many bytes are read back."""
        begun = time.monotonic()
        with within(seconds) as deadline, ExitStack() as stack:
            parts = self._parts(url)
            addresses = self._judged(parts)
            try:
                line = self._line(stack, parts, addresses, begun + seconds)
                reply = _asked(line, method, parts, body, headers or {}, most_bytes)
            except (OSError, HTTPException, ValueError) as error:
                late = LATE if deadline.is_over else _words(error)
                raise DeliveryError(late, permanent=False) from error
        if deadline.is_over:
            # What was cut off in its headers looks like an answer.
            raise DeliveryError(LATE, permanent=False)
        took = time.monotonic() - begun
        return Reply(reply.status, reply.body, reply.headers, round(took * 1000))

    def _line(
        self, stack: ExitStack, parts: SplitResult, addresses: Sequence[str], ends: float
    ) -> socket.socket:
        """A line to the first judged address that answers."""
        line = watched(stack.enter_context(_connected(addresses, _port(parts), ends)))
        if parts.scheme == "https":
            line = self.context.wrap_socket(line, server_hostname=parts.hostname)
            stack.callback(line.close)
        return line

    def _parts(self, url: str) -> SplitResult:
        parts = _split(url)
        if parts.scheme == "http" and not self._is_allowed(parts):
            raise DeliveryError(
                "The address must begin with https, so that nobody on the way can read along.",
                permanent=True,
            )
        return parts

    def _is_allowed(self, parts: SplitResult) -> bool:
        host = (parts.hostname or "").rstrip(".")
        return host in self.allowed or f"{host}:{_port(parts)}" in self.allowed

    def _judged(self, parts: SplitResult) -> Sequence[str]:
        host = parts.hostname or ""
        try:
            addresses = self.resolve(host, _port(parts))
        except (OSError, UnicodeError) as error:
            raise DeliveryError(f"The name {host} is not known.", permanent=False) from error
        if not addresses:
            raise DeliveryError(f"The name {host} is not known.", permanent=False)
        if not self._is_allowed(parts) and not all(is_public(one) for one in addresses):
            raise DeliveryError(
                f"{host} is inside a private network, where nothing is sent from here.",
                permanent=True,
            )
        return addresses


def is_public(text: str) -> bool:
    """Whether an address can be anybody's on the internet, and no machine's own or its network's.

    An IPv4 address inside an IPv6 one counts as what it is.
    """
    try:
        address: IpAddress = ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        elif address in NAT64:
            address = IPv4Address(int(address) & 0xFFFFFFFF)
        elif any(address in tunnel for tunnel in TUNNELS):
            return False
    if any(address in own for own in HOSTS_OWN):
        return False
    shut = address.is_multicast or address.is_reserved or address.is_unspecified
    inside = address.is_private or address.is_loopback or address.is_link_local
    return address.is_global and not shut and not inside


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        usable = bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    printable = url.isascii() and url.isprintable() and " " not in url and "\\" not in url
    if not usable or not printable or len(url) > LONGEST_ADDRESS:
        raise DeliveryError(
            "This address cannot be read. Write it as https://host/path.", permanent=True
        )
    if parts.scheme not in ("http", "https"):
        raise DeliveryError("The address must begin with https://.", permanent=True)
    if parts.username is not None or parts.password is not None:
        raise DeliveryError("The address must not hold a name or a password.", permanent=True)
    return parts


def _port(parts: SplitResult) -> int:
    return parts.port or (443 if parts.scheme == "https" else 80)


def _path(parts: SplitResult) -> str:
    path = parts.path or "/"
    return f"{path}?{parts.query}" if parts.query else path


def _connected(addresses: Sequence[str], port: int, ends: float) -> socket.socket:
    failure: OSError = TimeoutError()
    for address in addresses:
        left = ends - time.monotonic()
        if left <= 0:
            break
        try:
            return socket.create_connection((address, port), timeout=left)
        except OSError as error:
            failure = error
    raise failure


def _asked(
    line: socket.socket,
    method: str,
    parts: SplitResult,
    body: bytes | None,
    headers: Mapping[str, str],
    most_bytes: int,
) -> Reply:
    connection = HTTPConnection(parts.hostname or "")
    connection.sock = line
    # Without a line it would look the name up again, by itself.
    connection.auto_open = 0
    connection.request(method, _path(parts), body=body, headers={**headers, "Host": parts.netloc})
    answer = connection.getresponse()
    read = answer.read(most_bytes)
    return Reply(answer.status, read, dict(answer.getheaders()), 0)


def _words(error: Exception) -> str:
    match error:
        case TimeoutError():
            return LATE
        case ssl.SSLError():
            return "The certificate or the TLS of the other side was not accepted."
        case ConnectionRefusedError():
            return "The connection was refused."
        case ConnectionError():
            return "The connection was cut."
        case _:
            return "There was no answer that could be read."
