"""Lists that were sent and not written yet: a file each, its owner's alone, for a day."""

from __future__ import annotations

import json
import os
import re
import secrets
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from fieldservice.errors import NotFound
from fieldservice.models.imports import ImportKind

KEPT = timedelta(days=1)
_TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")


@dataclass(frozen=True, slots=True)
class Result:
    """What came of an upload: counts and sentences, nobody's name."""

    written: int
    lines: int
    already: int
    left_out: int
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Upload:
    """A list on its way: whose it is, what it holds, what became of it."""

    token: str
    owner_id: int
    territory_id: int
    kind: ImportKind
    name: str
    uploaded_at: str
    result: Result | None = None


@dataclass(frozen=True, slots=True)
class Stage:
    """How far the writing of an upload is."""

    doing: str
    done: int
    total: int


class Uploads:
    """The folder that keeps them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(
        self,
        content: bytes,
        owner_id: int,
        territory_id: int,
        kind: ImportKind,
        name: str,
        now: datetime,
    ) -> Upload:
        """Store a list under a name nobody can guess; older ones are swept out."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._sweep(now)
        token = secrets.token_urlsafe(16)
        upload = Upload(token, owner_id, territory_id, kind, name[:120], now.isoformat())
        self._write(self._path(token, "list"), content)
        self._note(upload)
        return upload

    def find(self, token: str, owner_id: int) -> Upload:
        """The upload of that name, if it is this person's."""
        gone = NotFound("This list is not here any more. Upload it again.")
        if not _TOKEN.fullmatch(token):
            raise gone
        try:
            said = json.loads(self._path(token, "json").read_text())
        except FileNotFoundError:
            raise gone from None
        if said["owner_id"] != owner_id:
            raise gone
        result = said.pop("result")
        kind = ImportKind(said.pop("kind"))
        if result:
            result = Result(**{**result, "notes": tuple(result["notes"])})
        return Upload(**said, kind=kind, result=result)

    def content(self, upload: Upload) -> bytes:
        """The list as it was sent."""
        try:
            return self._path(upload.token, "list").read_bytes()
        except FileNotFoundError:
            raise NotFound("This list is being written or is gone. Look again.") from None

    def claim(self, upload: Upload) -> bytes:
        """The list, for the one who writes it: a second one finds nothing."""
        content = self.content(upload)
        try:
            self._path(upload.token, "list").rename(self._path(upload.token, "taken"))
        except FileNotFoundError:
            raise NotFound("This list is being written already. Look again.") from None
        return content

    def give_back(self, upload: Upload) -> None:
        """Nothing was written: the list may be tried again."""
        self._path(upload.token, "taken").rename(self._path(upload.token, "list"))
        self._path(upload.token, "stage").unlink(missing_ok=True)

    def finish(self, upload: Upload, result: Result) -> None:
        """The list was written: it is deleted, what came of it stays for a day."""
        self._note(replace(upload, result=result))
        for ending in ("taken", "list", "stage"):
            self._path(upload.token, ending).unlink(missing_ok=True)

    def discard(self, upload: Upload) -> None:
        """Forget the list."""
        for ending in ("taken", "list", "stage", "json"):
            self._path(upload.token, ending).unlink(missing_ok=True)

    def tell(self, upload: Upload, stage: Stage) -> None:
        """Say how far the writing is, for whoever watches."""
        self._write(self._path(upload.token, "stage"), json.dumps(asdict(stage)).encode())

    def stage(self, upload: Upload) -> Stage | None:
        """How far the writing is; None before it begins and after it ends."""
        try:
            return Stage(**json.loads(self._path(upload.token, "stage").read_text()))
        except (FileNotFoundError, ValueError):
            return None

    def _note(self, upload: Upload) -> None:
        self._write(self._path(upload.token, "json"), json.dumps(asdict(upload)).encode())

    def _path(self, token: str, ending: str) -> Path:
        return self._folder / f"{token}.{ending}"

    def _write(self, path: Path, content: bytes) -> None:
        beside = path.with_name(f"{path.name}.new")
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
        beside.replace(path)

    def _sweep(self, now: datetime) -> None:
        for path in self._folder.iterdir():
            if path.stat().st_mtime < (now - KEPT).timestamp():
                path.unlink(missing_ok=True)
