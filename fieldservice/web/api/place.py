"""Where the API is, and whether a request is meant for it."""

from __future__ import annotations

from flask import request

PREFIX = "/api/v1"


def is_api() -> bool:
    """Whether a program asks, which reads JSON and no pages; also where nothing is found."""
    return request.path.startswith("/api/")
