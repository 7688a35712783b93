"""Each threat names a test that exists; a table of defences that nobody checks would be a wish."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent.parent
PAGE = PROJECT / "docs" / "threat-model.md"
ROW = re.compile(r"^\| (?!\*\*|threat|-)(.+) \| (.+) \| (.*) \|$", re.MULTILINE)
ID = re.compile(r"`(tests/[a-z_/]+\.py(?:::\w+)+)`")

ROWS = [match.groups() for match in ROW.finditer(PAGE.read_text(encoding="utf-8"))]


def _exists(test_id: str) -> bool:
    file, *names = test_id.split("::")
    path = PROJECT / file
    if not path.exists():
        return False
    found: ast.AST = ast.parse(path.read_text(encoding="utf-8"))
    for name in names:
        inside = [node for node in ast.iter_child_nodes(found) if isinstance(node, ast.ClassDef | ast.FunctionDef)]
        named = [node for node in inside if node.name == name]
        if not named:
            return False
        found = named[0]
    return isinstance(found, ast.FunctionDef) and found.name.startswith("test_")


def test_there_are_threats() -> None:
    assert len(ROWS) >= 30


@pytest.mark.parametrize("row", ROWS, ids=[str(at) for at in range(len(ROWS))])
def test_a_threat_names_a_test_that_exists(row: tuple[str, str, str]) -> None:
    threat, defence, tests = row
    named = ID.findall(tests)
    assert threat and defence and named, f"no test is named: {threat}"
    assert [test for test in named if not _exists(test)] == []


def test_a_test_that_is_not_there_would_be_noticed() -> None:
    here = "tests/house/test_threat_model.py"
    assert _exists(f"{here}::test_there_are_threats")
    assert not any(map(_exists, (f"{here}::test_nothing", f"{here}::_exists", "tests/house/test_no.py::test_x")))
