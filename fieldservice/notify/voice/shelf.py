"""Where fetched recordings lie: files with random names that only the program may read."""

from __future__ import annotations

import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

NAME = re.compile(r"[0-9a-f]{32}\.mp3", re.ASCII)


@dataclass(frozen=True, slots=True)
class Shelf:
    """A folder of sounds."""

    folder: Path

    def put(self, name: str, sound: bytes) -> None:
        """Keep a sound, whole or not at all."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        mine = self.folder / f"{secrets.token_hex(8)}.part"
        with os.fdopen(os.open(mine, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(sound)
            file.flush()
            os.fsync(file.fileno())
        mine.replace(self.path(name))

    def path(self, name: str) -> Path:
        """Where this sound lies, if it does."""
        if not NAME.fullmatch(name):
            raise ValueError("no sound is called so")
        return self.folder / name

    def remove(self, name: str) -> None:
        """Throw it away; gone before is gone."""
        self.path(name).unlink(missing_ok=True)

    def names(self) -> set[str]:
        """What lies here."""
        if not self.folder.is_dir():
            return set()
        return {one.name for one in self.folder.iterdir() if NAME.fullmatch(one.name)}
