"""How large a list may be, so that no file can fill the server."""

from __future__ import annotations

from fieldservice.operations.imports.cells import Cell

MOST_BYTES = 20 * 1024 * 1024
MOST_UNPACKED = 150 * 1024 * 1024
MOST_PARTS = 2000
MOST_LINES = 50_000
MOST_COLUMNS = 200
MOST_BLANK_LINES = 5_000
"""Blank lines in a row after which nothing more is expected."""

Row = tuple[int, tuple[Cell, ...]]
"""A line's number in the file and its cells."""
