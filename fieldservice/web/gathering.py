"""What `make translations` finds beside the pages: words that pages say `in_words`."""

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
    """Every whole sentence of the file, and every phrase it marks as `said`."""
    tree = ast.parse(file.read())
    aside = {id(part) for node in ast.walk(tree) for part in _aside(node)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or id(node) in aside:
            continue
        if isinstance(node.value, str) and WHOLE.fullmatch(node.value):
            yield node.lineno, "gettext", node.value, []
    yield from _said(tree)


def phrases(
    file: IO[bytes],
    keywords: Mapping[str, Any],
    comment_tags: Collection[str],
    options: Mapping[str, Any],
) -> Iterator[Found]:
    """Every phrase the file marks as `said`."""
    yield from _said(ast.parse(file.read()))


def _said(tree: ast.Module) -> Iterator[Found]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
            words = node.args[0]
            if node.func.id == "said" and isinstance(words, ast.Constant):
                yield node.lineno, "gettext", str(words.value), []


def _aside(node: ast.AST) -> Iterator[ast.AST]:
    """Docstrings, and pieces of what is put together only when it is said."""
    if isinstance(node, ast.Expr):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield from ast.walk(node)
