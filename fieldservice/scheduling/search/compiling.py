"""Compiling numeric kernels: once for each version of the planner, kept between processes.

Numba keeps compiled code by file and does not notice an edited callee in another file, so the
folder of the cache is named by the whole of `scheduling/` and by numba's version.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

Kernel = TypeVar("Kernel", bound=Callable[..., Any])

PLAIN = os.environ.get("FIELDSERVICE_UNCOMPILED", "") not in ("", "0")
"""Run the kernels as the Python they are written in: for tests and coverage."""

SHELF = "fieldservice-kernels"
KEPT_VERSIONS = 3


def fingerprint(folder: Path | None = None) -> str:
    """Name this version of the planner's code and of its compiler."""
    digest = hashlib.sha256(f"{version('numba')} {sys.version}".encode())
    root = folder or Path(__file__).parent.parent
    for file in sorted(root.rglob("*.py")):
        digest.update(str(file.relative_to(root)).encode() + file.read_bytes())
    return digest.hexdigest()[:20]


def cache_folder() -> Path:
    """Return where this version is compiled already, else a folder this account may write to."""
    homes = [os.environ.get("FIELDSERVICE_VAR"), os.environ.get("XDG_CACHE_HOME"), "~/.cache"]
    shelves = [Path(home).expanduser().absolute() / SHELF for home in homes if home]
    name = fingerprint()
    for shelf in sorted(shelves, key=lambda shelf: not (shelf / name).exists()):
        folder = shelf / name
        try:
            folder.mkdir(parents=True, exist_ok=True)
            _forget_others(shelf, folder)
        except OSError:
            continue
        if os.access(folder, os.W_OK):
            return folder
    return Path(tempfile.mkdtemp(prefix=f"{SHELF}-"))


def _forget_others(shelf: Path, mine: Path) -> None:
    """Keep the versions used last, and this one."""
    mine.touch()
    versions = sorted(shelf.iterdir(), key=lambda folder: folder.stat().st_mtime, reverse=True)
    for folder in versions[KEPT_VERSIONS:]:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def compiling_alone() -> Iterator[bool]:
    """Let one process at a time compile this version; yields whether another has made it."""
    folder = Path(os.environ.get("NUMBA_CACHE_DIR") or cache_folder())
    made = folder / "made"
    if PLAIN or made.exists():
        yield True
        return
    with (folder / "making").open("wb") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield made.exists()
    made.touch()


def compiled(kernel: Kernel) -> Kernel:
    """Compile a kernel on its first call."""
    return _made(kernel)


def inlined(kernel: Kernel) -> Kernel:
    """Compile a small kernel into each of its callers, where calls would cost the most time."""
    return _made(kernel, inline="always")


def _made(kernel: Kernel, **options: Any) -> Kernel:
    if PLAIN:
        return kernel
    # Counting references to arrays took two thirds of the time; kernels make none of their own.
    made: Kernel = _compiler()(cache=True, nogil=True, _nrt=False, **options)(kernel)
    return made


def _compiler() -> Callable[..., Callable[[Any], Any]]:
    # Numba reads the name of its folder when it is imported.
    if "numba" not in sys.modules:
        os.environ["NUMBA_CACHE_DIR"] = str(cache_folder())
    from numba import njit

    decorate: Callable[..., Callable[[Any], Any]] = njit
    return decorate
