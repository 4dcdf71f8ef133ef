"""Applications made by the thousand, in less time: what each would compile is compiled once."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.routing import Rule

COMPILED = ("arguments", "_parts", "_trace", "_converters", "_build", "_build_unknown")
"""What Werkzeug works out for a route from its text and defaults alone."""


def compile_routes_once() -> None:
    """Keep what Werkzeug compiles for a route, for the same route of the next application.

    Compiling some three hundred of them takes nine tenths of making an application, and every
    test makes one.
    """
    compile_route: Callable[[Rule], None] = Rule.compile
    kept: dict[object, dict[str, Any]] = {}

    def kept_route(rule: Rule) -> None:
        defaults = tuple(sorted((rule.defaults or {}).items()))
        key = (rule.rule, rule.subdomain, rule.host, rule.is_leaf, rule.merge_slashes, defaults)
        if key not in kept:
            compile_route(rule)
            kept[key] = {name: getattr(rule, name) for name in COMPILED}
        for name, value in kept[key].items():
            setattr(rule, name, value)

    Rule.compile = kept_route  # type: ignore[method-assign,assignment]


class KeptTemplates(BytecodeCache):
    """Compiled templates in memory, by their name and words, for every application."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give a template what was compiled before, if it still says the same."""
        kept = self._kept.get((bucket.key, bucket.checksum))
        if kept is not None:
            bucket.load_bytecode(BytesIO(kept))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a template just compiled."""
        written = BytesIO()
        bucket.write_bytecode(written)
        self._kept[bucket.key, bucket.checksum] = written.getvalue()


TEMPLATES = KeptTemplates()
