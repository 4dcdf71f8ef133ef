"""A mail server on this machine that does what a test tells it to, and keeps what it took."""

from __future__ import annotations

import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import ClassVar


@dataclass
class Behaviour:
    """What the server does at each step: a reply, or `hang up`, or `stay silent`.

    A reply after `drip` comes a byte at a time.
    """

    greeting: str = "220 mail.test"
    mail: str = "250 2.1.0 ok"
    rcpt: str = "250 2.1.5 ok"
    data: str = "354 go on"
    taken: str = "250 2.0.0 queued"
    tls: ssl.SSLContext | None = None


@dataclass
class Taken:
    """One letter the server has, whatever it said of it."""

    sender: str
    recipients: list[str]
    source: bytes

    @property
    def letter(self) -> EmailMessage:
        """The letter as its reader's program takes it apart."""
        return message_from_bytes(self.source, policy=default)


@dataclass
class MailServer:
    """Where it listens, how it behaves, what it took."""

    port: int = 0
    does: Behaviour = field(default_factory=Behaviour)
    letters: list[Taken] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    """Every command it heard."""
    had_patience: bool = False
    """Whether somebody waited for all of a reply that came a byte at a time."""
    released: threading.Event = field(default_factory=threading.Event)


class HungUp(Exception):
    """The line is dead."""


class Talk(socketserver.StreamRequestHandler):
    """One connection."""

    mail: ClassVar[MailServer]

    def handle(self) -> None:
        try:
            self._say(self.mail.does.greeting)
            self._listen()
        except (HungUp, OSError):
            return
        finally:
            self.request.close()

    def _listen(self) -> None:
        sender, recipients, does = "", list[str](), self.mail.does
        while line := self.rfile.readline():
            text = line.decode().strip()
            word = text.upper().partition(" ")[0]
            self.mail.said.append(text)
            if word in ("EHLO", "HELO"):
                offers = ["STARTTLS"] if does.tls else []
                self._say(
                    "\r\n".join(
                        ["250-mail.test", *(f"250-{one}" for one in offers), "250 8BITMIME"]
                    )
                )
            elif word == "STARTTLS" and does.tls:
                self._say("220 go ahead")
                self._encrypt(does.tls)
            elif word == "AUTH":
                self._say("535 5.7.8 no")
            elif text.upper().startswith("MAIL FROM:"):
                sender, recipients = text[10:].split(">")[0].strip("<"), []
                self._say(does.mail)
            elif text.upper().startswith("RCPT TO:"):
                recipients.append(text[8:].split(">")[0].strip("<"))
                self._say(does.rcpt)
            elif word == "DATA":
                self._take(sender, recipients)
            elif word == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("500 5.5.1 what?")

    def _take(self, sender: str, recipients: list[str]) -> None:
        does = self.mail.does
        self._say(does.data)
        if not does.data.startswith("354"):
            return
        lines: list[bytes] = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b".") else line)
        self.mail.letters.append(Taken(sender, recipients, b"".join(lines)))
        self._say(does.taken)

    def _say(self, words: str) -> None:
        if words == "hang up":
            raise HungUp
        if words == "stay silent":
            self.mail.released.wait(30)
            raise HungUp
        reply = words.removeprefix("drip ").encode()
        if words.startswith("drip "):
            for at in range(len(reply)):
                self.wfile.write(reply[at : at + 1])
                self.mail.released.wait(0.05)
            self.mail.had_patience, reply = True, b""
        self.wfile.write(reply + b"\r\n")

    def _encrypt(self, tls: ssl.SSLContext) -> None:
        self.request = tls.wrap_socket(self.request, server_side=True, suppress_ragged_eofs=True)
        self.rfile = self.request.makefile("rb")
        self.wfile = self.request.makefile("wb", buffering=0)


@contextmanager
def mail_server(behaviour: Behaviour | None = None) -> Iterator[MailServer]:
    """A server that listens while the test runs."""
    mail = MailServer(does=behaviour or Behaviour())
    handler = type("ThisTalk", (Talk,), {"mail": mail})

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), handler) as server:
        mail.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield mail
        finally:
            mail.released.set()
            server.shutdown()
            thread.join()
