"""The rules of the house that a reader would otherwise have to check by eye."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[1]
PACKAGE = HOUSE / "fieldservice"
PYTHON = sorted(PACKAGE.rglob("*.py"))
TYPESCRIPT = sorted((PACKAGE / "web" / "client").rglob("*.ts"))
TEMPLATES = sorted((PACKAGE / "web" / "templates").rglob("*.html"))
OURS = [
    *PYTHON,
    *TYPESCRIPT,
    *TEMPLATES,
    *sorted((HOUSE / "tests").rglob("*.py")),
    *sorted((HOUSE / "migrations").rglob("*.py")),
    *sorted((HOUSE / "benchmarks").rglob("*.py")),
]

LONGEST_FILE = 300
LONG_FILES: dict[str, str] = {}
LONGEST_FUNCTION = 50
LONG_FUNCTIONS: dict[str, str] = {
    "fieldservice/scheduling/bound/completion.py:look_home": "the innermost loop, compiled whole",
    "fieldservice/scheduling/bound/enumerating.py:enumerate_routes": (
        "the innermost loop, compiled whole"
    ),
    "fieldservice/scheduling/bound/labelling.py:label_routes": "the innermost loop, compiled whole",
    "fieldservice/scheduling/search/placing.py:place_on": "the innermost loop, compiled whole",
    "fieldservice/scheduling/search/lunch_placing.py:place_at_lunch": "the innermost loop, whole",
}
"""`file:function` and why it is better whole."""

COMMITS = {"fieldservice/db.py", "fieldservice/writers.py"}
VAGUE = {"utils", "util", "helpers", "helper", "manager", "managers", "data", "info", "misc"}


def name_of(path: Path) -> str:
    """The path as a reader of the repository writes it."""
    return path.relative_to(HOUSE).as_posix()


def tree_of(path: Path) -> ast.Module:
    """The file as Python reads it."""
    return ast.parse(path.read_text(encoding="utf-8"))


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    """Every call in it."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def test_imports_point_down() -> None:
    # In a process of its own: it turns off every logger it finds.
    ask = "from importlinter.cli import lint_imports as ask; raise SystemExit(ask(cache_dir=None))"
    verdict = subprocess.run(
        [sys.executable, "-c", ask], cwd=HOUSE, capture_output=True, text=True, check=False
    )
    assert verdict.returncode == 0, verdict.stdout


def test_no_file_is_too_long() -> None:
    lengths = {
        name_of(path): len(path.read_text(encoding="utf-8").splitlines())
        for path in [*PYTHON, *TYPESCRIPT]
    }
    long = {name: n for name, n in lengths.items() if n > LONGEST_FILE and name not in LONG_FILES}
    assert long == {}, "split it into two rooms with better names"
    stale = [name for name in LONG_FILES if lengths.get(name, 0) <= LONGEST_FILE]
    assert stale == [], "short again: take it out of LONG_FILES"


def test_no_function_is_too_long() -> None:
    lengths = {
        f"{name_of(path)}:{node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for path in PYTHON
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    long = {k: n for k, n in lengths.items() if n > LONGEST_FUNCTION and k not in LONG_FUNCTIONS}
    assert long == {}
    assert [k for k in LONG_FUNCTIONS if lengths.get(k, 0) <= LONGEST_FUNCTION] == []


def test_nothing_is_left_for_later() -> None:
    mark = re.compile(r"\b(TO" + "DO|FIX" + r"ME|X" + r"XX|HA" + r"CK)\b")
    found = [name_of(path) for path in OURS if mark.search(path.read_text(encoding="utf-8"))]
    assert found == []


def test_only_the_gate_commits() -> None:
    found = {
        name_of(path)
        for path in PYTHON
        for call in calls(tree_of(path))
        if isinstance(call.func, ast.Attribute) and call.func.attr == "commit"
    }
    assert found <= COMMITS


def test_nobody_asks_for_a_time_without_a_zone() -> None:
    found = []
    for path in OURS:
        if path.suffix != ".py":
            continue
        for call in calls(tree_of(path)):
            function = call.func
            if not isinstance(function, ast.Attribute):
                continue
            naive_now = function.attr in {"now", "fromtimestamp"} and len(call.args) < (
                1 if function.attr == "now" else 2
            )
            of_datetime = isinstance(function.value, ast.Name) and function.value.id == "datetime"
            of_date = isinstance(function.value, ast.Name) and function.value.id == "date"
            if function.attr in {"utcnow", "utcfromtimestamp"} or (
                (naive_now and of_datetime and not call.keywords)
                or (function.attr == "today" and (of_date or of_datetime))
            ):
                found.append(f"{name_of(path)}:{call.lineno}")
    assert found == []


def test_only_edges_ask_what_time_it_is() -> None:
    edges = ("web/", "jobs/", "cli/", "app.py", "clock.py")
    found = [
        f"{name_of(path)}:{call.lineno}"
        for path in PYTHON
        if not path.relative_to(PACKAGE).as_posix().startswith(edges)
        for call in calls(tree_of(path))
        if ast.unparse(call.func) in {"clock.now", "datetime.now"}
    ]
    assert found == [], "take `now` as an argument"


def test_nothing_is_printed() -> None:
    found = [
        f"{name_of(path)}:{call.lineno}"
        for path in PYTHON
        for call in calls(tree_of(path))
        if isinstance(call.func, ast.Name) and call.func.id == "print"
    ]
    assert found == [], "commands speak through click.echo, everything else through a log"


def _undocumented(path: Path) -> Iterator[str]:
    tree = tree_of(path)
    if not ast.get_docstring(tree) and tree.body:
        yield f"{name_of(path)}: the file"
    scopes: list[ast.Module | ast.ClassDef] = [tree]
    scopes += [node for node in tree.body if isinstance(node, ast.ClassDef)]
    for scope in scopes:
        for node in scope.body:
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                continue
            inherited = isinstance(scope, ast.ClassDef) and bool(scope.bases)
            hidden = isinstance(scope, ast.ClassDef) and scope.name.startswith("_")
            if node.name.startswith("_") or inherited or hidden:
                continue
            if not ast.get_docstring(node):
                yield f"{name_of(path)}:{node.lineno} {node.name}"


def test_whatever_is_public_says_what_it_is() -> None:
    assert [gap for path in PYTHON for gap in _undocumented(path)] == []


def test_files_have_telling_names() -> None:
    vague = [name_of(path) for path in OURS if VAGUE & set(re.split(r"[_.-]", path.stem.lower()))]
    assert vague == []


def test_every_setting_is_in_the_table_for_operators() -> None:
    names = {
        node.value
        for node in ast.walk(tree_of(PACKAGE / "config.py"))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.fullmatch(r"[A-Z][A-Z_]{3,}", node.value)
    }
    table = (HOUSE / "docs" / "operating.md").read_text(encoding="utf-8")
    assert {name for name in names if f"`{name}`" not in table} == set()


def test_every_command_is_told_to_operators() -> None:
    from fieldservice.cli import COMMANDS

    table = (HOUSE / "docs" / "operating.md").read_text(encoding="utf-8")
    assert [name for name in COMMANDS if f"fieldservice {name}" not in table] == []


def test_every_command_exists() -> None:
    from fieldservice.cli import COMMANDS, MODULES

    missing = [
        name
        for name in COMMANDS
        if not (PACKAGE / "cli" / f"{MODULES.get(name, name)}.py").exists()
    ]
    assert missing == []


def _written_by_hand() -> list[Path]:
    names = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "Makefile", "setup.cfg"]
    texts = [HOUSE / name for name in names if (HOUSE / name).exists()]
    return [*OURS, *texts, *sorted((HOUSE / "docs").rglob("*.md")), HOUSE / ".ci" / "run"]


def test_no_path_of_one_machine_is_written_down() -> None:
    machine = re.compile(r"(?<![\w.])/(?:home|Users|root|work|tmp/\w)[/\w]")
    found = [
        name_of(path)
        for path in _written_by_hand()
        if path.parts[-1] not in {"postgresql.py", "test_house_rules.py"}
        and machine.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_lock_files_hold_no_download_addresses() -> None:
    lock = json.loads((HOUSE / "package-lock.json").read_text(encoding="utf-8"))
    assert [name for name, entry in lock["packages"].items() if "resolved" in entry] == []
    assert "://" not in (HOUSE / "requirements.lock").read_text(encoding="utf-8")


def test_every_tested_version_is_locked() -> None:
    from importlib.metadata import requires

    locked = {
        re.split(r"[=<>\[ ]", line)[0].lower().replace("_", "-")
        for line in (HOUSE / "requirements.lock").read_text(encoding="utf-8").splitlines()
    }
    wanted = {
        re.split(r"[=<>!\[; ]", line)[0].lower().replace("_", "-")
        for line in requires("fieldservice") or []
    }
    assert wanted - locked == set(), "run make lock"


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_no_page_carries_script_or_style_of_its_own(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\son[a-z]+\s*=", re.sub(r"{[{%#].*?[}%#]}", "", text)), "no handlers"
    assert not re.search(r"\sstyle\s*=", re.sub(r"{[{%#].*?[}%#]}", "", text)), "no inline style"
    assert "|safe" not in text.replace(" ", ""), "let Jinja escape"


def test_every_form_that_writes_carries_a_token() -> None:
    found = []
    for path in TEMPLATES:
        text = path.read_text(encoding="utf-8")
        for form in re.findall(r"<form\b.*?</form>", text, flags=re.DOTALL | re.IGNORECASE):
            if re.search(r'method="?post', form, re.IGNORECASE) and not re.search(
                r"csrf_token|hidden_tag|\b(token|csrf)\(\)", form
            ):
                found.append(name_of(path))
    assert found == []


def test_the_bound_knows_every_field_of_a_problem() -> None:
    from fieldservice.scheduling.bound.relaxing import DROPPED, KEPT

    for kind, kept in KEPT.items():
        names = {field.name for field in fields(kind) if field.init}
        unknown = names - kept - set(DROPPED[kind])
        assert unknown == set(), "decide in scheduling/bound/relaxing.py whether it may be left out"
