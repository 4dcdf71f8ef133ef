"""Writing recorded words down: by nobody, unless a server that does it is named."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from typing import Protocol

from fieldservice.errors import DeliveryError
from fieldservice.models.kinds import Language
from fieldservice.notify.outgoing import Outgoing

SECONDS = 60.0
LONGEST = 4000


class Transcriber(Protocol):
    """Whoever writes words down; what cannot be understood is None."""

    def words_of(self, sound: bytes, language: Language) -> str | None:
        """The words of an MP3 in the language it is spoken in; raises `DeliveryError`."""
        ...


@dataclass(frozen=True, slots=True)
class NoTranscriber:
    """People listen."""

    def words_of(self, sound: bytes, language: Language) -> str | None:
        """Nothing is written down."""
        return None


@dataclass(frozen=True, slots=True)
class HttpTranscriber:
    """A server that takes a file as OpenAI's `/v1/audio/transcriptions` does."""

    url: str
    model: str
    token: str = field(default="", repr=False)
    outgoing: Outgoing = field(default_factory=Outgoing)

    def words_of(self, sound: bytes, language: Language) -> str | None:
        """What the server heard."""
        fields = {"model": self.model, "language": language.value, "response_format": "json"}
        body, content_type = _form(fields, sound)
        headers = {"Content-Type": content_type, "Accept": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        reply = self.outgoing.request("POST", self.url, body, headers, seconds=SECONDS)
        if reply.status != 200:
            raise DeliveryError(f"The transcriber answered {reply.status}.", permanent=False)
        return _text(reply.body)


def _form(fields: dict[str, str], sound: bytes) -> tuple[bytes, str]:
    mark = secrets.token_hex(16)
    head = "".join(
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    )
    file = (
        f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="words.mp3"\r\n'
        "Content-Type: audio/mpeg\r\n\r\n"
    )
    body = (head + file).encode() + sound + f"\r\n--{mark}--\r\n".encode()
    return body, f"multipart/form-data; boundary={mark}"


def _text(body: bytes) -> str | None:
    try:
        heard = json.loads(body)
        text = heard["text"]
    except (ValueError, KeyError, TypeError) as error:
        raise DeliveryError("The transcriber's answer cannot be read.", permanent=False) from error
    if not isinstance(text, str):
        raise DeliveryError("The transcriber's answer cannot be read.", permanent=False)
    return text.replace("\0", "").strip()[:LONGEST] or None
