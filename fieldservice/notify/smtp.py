"""Hands letters to a mail server, and says what became of each."""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fieldservice.models.messages import AttemptOutcome
from fieldservice.notify.channel import Answer, Inquiry, Parcel
from fieldservice.notify.deadline import is_over, watched, within
from fieldservice.notify.mail import message_id, written
from fieldservice.smtp_settings import SmtpSettings, is_mail_address

Outcome = AttemptOutcome
WHOLE_SECONDS = 40.0
"""For one letter from greeting to receipt: less than a lease leaves for the answer."""
TO_TAKE_IT_SECONDS = 30.0
"""A server may look at a whole letter before it says that it has it."""
_DOT_FIRST = re.compile(rb"^\.", re.MULTILINE)


class _Plain(smtplib.SMTP):
    def _get_socket(self, *where: Any) -> socket.socket:
        return watched(super()._get_socket(*where))  # type: ignore[misc]

    def getreply(self) -> tuple[int, bytes]:
        """The next reply, whole: half of one, or none that can be read, ends the conversation."""
        code, said = super().getreply()
        if is_over() or code < 0:
            self.close()
            raise smtplib.SMTPServerDisconnected("cut off")
        return code, said


class _Tls(smtplib.SMTP_SSL, _Plain):
    pass


@dataclass(frozen=True, slots=True)
class SmtpChannel:
    """Letters by e-mail, each over a connection of its own."""

    settings: SmtpSettings
    now: Callable[[], datetime]
    trusts: ssl.SSLContext | None = None
    """Whose certificates count; those the machine trusts where none is given."""

    def hand_over(self, parcel: Parcel) -> Answer:
        """Ask once; only silence after the whole letter was written leaves a doubt."""
        if not is_mail_address(parcel.to):
            return Answer(Outcome.REFUSED, error="this is not an e-mail address")
        letter = written(parcel, self.settings, self.now()).as_bytes()
        with within(WHOLE_SECONDS):
            try:
                server = self._connected()
            except (OSError, smtplib.SMTPException) as error:
                return _not_sent(error)
            try:
                answer = self._told(server, parcel.to)
                return answer or _given(server, letter, message_id(parcel.token, self.settings))
            except (OSError, smtplib.SMTPException) as error:
                return _not_sent(error)
            finally:
                _goodbye(server)

    def look_up(self, inquiry: Inquiry) -> Answer:
        """A mail server keeps no list that could be asked."""
        return Answer(Outcome.UNKNOWN)

    def _connected(self) -> smtplib.SMTP:
        use, trusts = self.settings, self.trusts or ssl.create_default_context()
        if use.scheme == "smtps":
            server: smtplib.SMTP = _Tls(
                use.host, use.port, timeout=use.timeout_seconds, context=trusts
            )
        else:
            server = _Plain(use.host, use.port, timeout=use.timeout_seconds)
        try:
            server.ehlo_or_helo_if_needed()
            if use.scheme == "smtp":
                # Never without: a server that offers no TLS gets no letter and no password.
                server.starttls(context=trusts)
            if use.user:
                server.login(use.user, use.password)
        except BaseException:
            _goodbye(server)
            raise
        return server

    def _told(self, server: smtplib.SMTP, to: str) -> Answer | None:
        """Sender and recipient; an answer only where the server wants one of them not."""
        code, said = server.mail(self.settings.from_address)
        if code != 250:
            return Answer(Outcome.NOT_SENT, error=_words(code, said), code=code)
        code, said = server.rcpt(to)
        if code in (250, 251):
            return None
        return Answer(_by_code(code), error=_words(code, said), code=code)


def _given(server: smtplib.SMTP, letter: bytes, known_as: str) -> Answer:
    code, said = server.docmd("DATA")
    if code != 354:
        return Answer(_by_code(code), error=_words(code, said), code=code)
    try:
        if server.sock is not None:
            server.sock.settimeout(TO_TAKE_IT_SECONDS)
        server.send(_DOT_FIRST.sub(b"..", letter) + b".\r\n")
        code, said = server.getreply()
    except (OSError, smtplib.SMTPException) as error:
        return Answer(Outcome.UNKNOWN, error=f"no word after the letter: {type(error).__name__}")
    if code == 250:
        return Answer(Outcome.SENT, provider_id=known_as)
    return Answer(_by_code(code), error=_words(code, said), code=code)


def _by_code(code: int) -> AttemptOutcome:
    return Outcome.REFUSED if 500 <= code < 600 else Outcome.NOT_SENT


def _not_sent(error: Exception) -> Answer:
    if isinstance(error, smtplib.SMTPResponseException):
        said = _words(error.smtp_code, error.smtp_error)
        return Answer(Outcome.NOT_SENT, error=said, code=error.smtp_code)
    return Answer(Outcome.NOT_SENT, error=f"the mail server: {type(error).__name__}")


def _words(code: int, said: bytes | str) -> str:
    # What a server says may repeat the address it was given: only its number is kept.
    text = said.decode("ascii", "replace") if isinstance(said, bytes) else said
    status = re.match(r"\d\.\d{1,3}\.\d{1,3}", text)
    return f"the mail server said {code}{f' {status.group()}' if status else ''}"


def _goodbye(server: smtplib.SMTP) -> None:
    try:
        server.close()
    except OSError:
        return
