"""Applications made by the thousand, in less time: what each would compile is compiled once."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

from jinja2.bccache import Bucket, BytecodeCache
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
