"""How long words are kept and who writes them down, as operators say it."""

from __future__ import annotations

from pathlib import Path

import pytest

from fieldservice.config import settings_from
from fieldservice.errors import Refused


def environ(tmp_path: Path, **more: str) -> dict[str, str]:
    return {"FIELDSERVICE_VAR": str(tmp_path), "SECRET_KEY": "x" * 32, **more}


def test_nobody_writes_words_down_unless_somebody_is_named(tmp_path: Path) -> None:
    usual = settings_from(environ(tmp_path))
    assert (usual.recording_days, usual.transcribe_url) == (90, "")
    url = "https://words.company.org/v1/audio/transcriptions"
    named = settings_from(
        environ(tmp_path, TRANSCRIBE_URL=url, TRANSCRIBE_TOKEN="a key", RECORDING_DAYS="30")
    )
    assert (named.transcribe_url, named.recording_days) == (url, 30)
    assert "a key" not in repr(named)


@pytest.mark.parametrize(
    ("name", "text"),
    [("TRANSCRIBE_URL", "words.company.org"), ("RECORDING_DAYS", "0"), ("RECORDING_DAYS", "ever")],
)
def test_what_cannot_be_is_refused_by_name(tmp_path: Path, name: str, text: str) -> None:
    with pytest.raises(Refused, match=name):
        settings_from(environ(tmp_path, **{name: text}))
