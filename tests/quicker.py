"""Applications made by the thousand, in less time: routes are compiled once in a process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from werkzeug.routing import Rule


def compile_routes_once() -> None:
    """Keep what Werkzeug compiles for a route; it depends on the route's text and defaults alone.

    Compiling the addresses of some three hundred routes takes nine tenths of making an
    application, and every test makes one.
    """
    compile_builder: Callable[..., Any] = Rule._compile_builder
    kept: dict[object, Any] = {}

    def kept_builder(rule: Rule, append_unknown: bool = True) -> Any:
        defaults = tuple(sorted((rule.defaults or {}).items()))
        key = (rule.rule, rule.subdomain, rule.host, defaults, append_unknown)
        if key not in kept:
            kept[key] = compile_builder(rule, append_unknown)
        return kept[key]

    Rule._compile_builder = kept_builder  # type: ignore[method-assign,assignment]
