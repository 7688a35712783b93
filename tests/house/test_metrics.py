"""The table of metrics and the code that measures say the same, and so does the page for operators."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path

from chalicelib.shared.measures import METRICS, answered, at_work, measuring
from infra.watching.queries import QUERIES
from scripts.metrics import PAGE, page

CODE = Path(__file__).resolve().parents[2] / "chalicelib"


def _measured() -> dict[str, set[frozenset[str]]]:
    """What is measured anywhere: by name, the further dimensions with which it is."""
    found: dict[str, set[frozenset[str]]] = defaultdict(set)
    for file in sorted(CODE.rglob("*.py")):
        text = file.read_text("utf-8")
        if file.name == "measures.py" or "measures import" not in text:
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "measure":
                by = frozenset(word.arg or "" for word in node.keywords) - {"platform"}
                for name in _names(node.args[0], file):
                    found[name].add(by)
    return found


def _names(node: ast.expr, file: Path) -> list[str]:
    match node:
        case ast.Constant(value=str(name)):
            return [name]
        case ast.IfExp(body=body, orelse=orelse):
            return [*_names(body, file), *_names(orelse, file)]
        case _:
            raise AssertionError(f"{file.name}:{node.lineno} measures something that is not written out")


def _of_answers() -> set[str]:
    with measuring() as taken, at_work("gdx"):
        for status in (200, 304, 401, 403, 429, 500):
            answered(status, True, 0.1)
    return {each.name for each in taken}


def test_every_metric_is_measured_with_its_dimensions_and_nothing_else_is() -> None:
    found = _measured()
    assert found.keys() | _of_answers() == METRICS.keys()
    for name, ways in found.items():
        assert ways == {frozenset(METRICS[name].by)}, name


def test_the_page_for_operators_holds_the_table() -> None:
    assert page(PAGE.read_text("utf-8")) == PAGE.read_text("utf-8")


def test_saved_queries_ask_for_fields_that_lines_have() -> None:
    own = set(re.findall(r"`([a-z_]+)`", PAGE.read_text("utf-8").partition("one JSON object")[2].partition("X-Ray")[0]))
    words = {"fields", "filter", "stats", "count", "as", "max", "by", "sort", "desc", "asc", "limit", "times", "last"}
    for query in QUERIES:
        text = re.sub(r"'[^']*'|@\w+", "", query.text)
        assert set(re.findall(r"[a-z_]+", text)) - words <= own, query.name
