"""Files of the exchange format as text."""

from __future__ import annotations

from pathlib import Path

from fieldservice.errors import Refused


def read_file(file: Path) -> str:
    """Return the file's text; refuses what is not there and what is not UTF-8."""
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise Refused(f"{file} cannot be read: {error}") from None
    except UnicodeDecodeError:
        raise Refused(f"{file} is not UTF-8. Save it in UTF-8 and give it again.") from None
