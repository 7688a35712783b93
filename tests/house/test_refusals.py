"""Every refusal that any room can give is understood in both languages and has a status."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import chalicelib
from chalicelib.shared.errors import Refusal
from chalicelib.shared.problems import Bilingual, status_of
from tests.house.source import files, for_each, name_of, tree

THAI = re.compile("[\u0e00-\u0e7f]")


def family(kind: type[Refusal]) -> set[type[Refusal]]:
    return {kind}.union(*(family(child) for child in kind.__subclasses__()))


for _module in pkgutil.walk_packages(chalicelib.__path__, "chalicelib."):
    importlib.import_module(_module.name)
OURS = sorted((kind for kind in family(Refusal) if kind.__module__.startswith("chalicelib.")), key=lambda k: k.__name__)
NAMES = {
    *(kind.__name__ for kind in OURS if kind.__init__ is Refusal.__init__),
    *(Bilingual.__name__, "Fault"),
}
"""What is called with the Thai and the English text."""


@pytest.mark.parametrize("kind", OURS)
def test_a_kind_of_refusal_has_a_slug_titles_and_a_status(kind: type[Refusal]) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9-]*", kind.slug)
    assert THAI.search(kind.title_th)
    assert kind.title_en and not THAI.search(kind.title_en)
    assert 400 <= status_of(kind.__new__(kind)) < 600
    assert kind.__doc__


def words(node: ast.expr | None) -> str | None:
    """The fixed words of a text in the source; None where the text comes from elsewhere."""
    match node:
        case ast.Constant(value=str() as text):
            return text
        case ast.JoinedStr(values=parts):
            fixed = "".join(str(part.value) for part in parts if isinstance(part, ast.Constant))
            return fixed if re.search(r"\w", fixed) else None
        case _:
            return None


def spoken(node: ast.Call) -> tuple[str | None, str | None]:
    """The Thai and the English of a refusal in the source."""
    named = {keyword.arg: keyword.value for keyword in node.keywords}
    first = 1 if ast.unparse(node.func).rpartition(".")[2] == "Fault" else 0
    given = [node.args[place] if len(node.args) > place else None for place in (first, first + 1)]
    return words(named.get("th") or given[0]), words(named.get("en") or given[1])


@for_each(files("chalicelib"))
def test_a_refusal_is_said_in_thai_and_in_english(path: Path) -> None:
    for node in ast.walk(tree(path)):
        if not isinstance(node, ast.Call) or ast.unparse(node.func).rpartition(".")[2] not in NAMES:
            continue
        th, en = spoken(node)
        where = f"{name_of(path)}:{node.lineno}"
        assert th is None or THAI.search(th), f"{where}: no Thai"
        assert en is None or (en and not THAI.search(en)), f"{where}: no English"
