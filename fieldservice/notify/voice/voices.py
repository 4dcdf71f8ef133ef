"""The voice each language is spoken in on the telephone."""

from __future__ import annotations

from dataclasses import dataclass

from fieldservice.models.kinds import Language


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice of the provider and the name it has for the language."""

    name: str
    locale: str


VOICES: dict[Language, Voice] = {
    Language.ENGLISH: Voice("Polly.Amy-Neural", "en-GB"),
    Language.SPANISH: Voice("Polly.Lucia-Neural", "es-ES"),
    Language.CATALAN: Voice("Polly.Arlet-Neural", "ca-ES"),
    Language.HUNGARIAN: Voice("Google.hu-HU-Wavenet-A", "hu-HU"),
}
