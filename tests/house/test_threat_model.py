"""Each threat names a test that exists; a table of defences that nobody checks would be a wish."""

from __future__ import annotations

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent.parent
PAGE = PROJECT / "docs" / "threat-model.md"
DETAIL = PROJECT / "docs" / "threats-in-detail.md"
ROW = re.compile(r"^\| (?!\*\*|threat|-)(.+) \| (.+) \| (.*) \|$", re.MULTILINE)
NUMBERED = re.compile(r"^\| ([0-9]+) \| (.+) \| (.+) \| (.*) \|$", re.MULTILINE)
BOUNDARY = re.compile(r"^\| B([0-9]) \| .+ \| .+ \|$", re.MULTILINE)
ID = re.compile(r"`(tests/[a-z_0-9/]+\.py(?:::\w+)+)`")
ONE_PAGE = 80
"""Lines that a person reads at once."""

SHORT = [match.groups() for match in NUMBERED.finditer(PAGE.read_text(encoding="utf-8"))]
ROWS = [match.groups() for match in ROW.finditer(DETAIL.read_text(encoding="utf-8"))]


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _exists(test_id: str) -> bool:
    file, *names = test_id.split("::")
    path = PROJECT / file
    if not path.exists():
        return False
    found: ast.AST = _tree(path)
    for name in names:
        inside = [node for node in ast.iter_child_nodes(found) if isinstance(node, ast.ClassDef | ast.FunctionDef)]
        named = [node for node in inside if node.name == name]
        if not named:
            return False
        found = named[0]
    return isinstance(found, ast.FunctionDef) and found.name.startswith("test_")


def _lost(tests: str) -> list[str]:
    """Tests of a row that are not there; a row that names none has lost all."""
    named = ID.findall(tests)
    return [test for test in named if not _exists(test)] if named else [tests]


def test_the_model_is_one_page_of_at_least_fifteen_threats() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text.count("\n") <= ONE_PAGE
    assert [int(row[0]) for row in SHORT] == list(range(1, len(SHORT) + 1))
    assert len(SHORT) >= 15 and [int(number) for number in BOUNDARY.findall(text)] == list(range(1, 10))


@pytest.mark.parametrize("row", SHORT, ids=[row[0] for row in SHORT])
def test_a_threat_of_the_page_names_tests_that_exist(row: tuple[str, str, str, str]) -> None:
    assert _lost(row[3]) == []


def test_there_are_threats_and_none_stands_twice() -> None:
    assert len(ROWS) >= 150
    twice = Counter(row[0] for row in ROWS) + Counter(re.sub(r"\W+", " ", row[1]) for row in ROWS)
    assert [words for words, times in twice.items() if times > 1] == []


@pytest.mark.parametrize("row", ROWS, ids=[str(at) for at in range(len(ROWS))])
def test_a_threat_names_a_test_that_exists(row: tuple[str, str, str]) -> None:
    threat, defence, tests = row
    assert threat and defence and _lost(tests) == [], threat


def test_every_test_that_a_row_seems_to_name_is_read_as_one() -> None:
    for page, rows in ((PAGE, SHORT), (DETAIL, ROWS)):
        seem = re.findall(r"tests/[^`\s]+::\w+", page.read_text(encoding="utf-8"))
        assert len(seem) == sum(len(ID.findall(row[-1])) for row in rows), page.name


def test_a_test_that_is_not_there_would_be_noticed() -> None:
    here = "tests/house/test_threat_model.py"
    good = f"{here}::test_a_test_that_is_not_there_would_be_noticed"
    assert _lost(f"`{good}`") == []
    for lost in (f"{here}::test_nothing", f"{here}::_exists", "tests/house/test_no.py::test_x", f"{good}::test_inner"):
        assert _lost(f"`{good}` `{lost}`") == [lost]
    assert _lost("") == [""] and _lost("a good intention") == ["a good intention"]
