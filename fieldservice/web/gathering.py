"""What `make translations` finds in the operations: every whole sentence they can say."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Mapping
from typing import IO, Any

WHOLE = re.compile(r"(?:[A-Z0-9]|%\().* .*[.?:](?: %\(\w+\)s)?(?<!:)")
"""From a capital, a figure or a place for one to its full stop, or to a place after it."""

Found = tuple[int, str, str, list[str]]


def sentences(
    file: IO[bytes],
    keywords: Mapping[str, Any],
    comment_tags: Collection[str],
    options: Mapping[str, Any],
) -> Iterator[Found]:
    """The sentences of one file, as Babel asks for them."""
    tree = ast.parse(file.read())
    aside = {id(part) for node in ast.walk(tree) for part in _aside(node)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or id(node) in aside:
            continue
        if isinstance(node.value, str) and WHOLE.fullmatch(node.value):
            yield node.lineno, "gettext", node.value, []


def _aside(node: ast.AST) -> Iterator[ast.AST]:
    """Docstrings, and pieces of what is put together only when it is said."""
    if isinstance(node, ast.Expr):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield from ast.walk(node)
