"""What people read is in both languages, and says nothing of what was sent."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from chalicelib.opendata import rules, words
from chalicelib.opendata.rules import Rejected

ROOM = Path(rules.__file__).parent
FILES = ("bulk", "editing", "files", "given", "resources", "revising", "rules", "store")


def messages(name: str) -> list[str]:
    """The literal texts in lists that stand as messages of a field: `{...: ["..."]}` and `messages[...] = ["..."]`."""
    found: list[str] = []
    for node in ast.walk(ast.parse((ROOM / f"{name}.py").read_text(encoding="utf-8"))):
        values: list[ast.expr] = []
        if isinstance(node, ast.Dict):
            values = [each for each in node.values if isinstance(each, ast.List)]
        elif isinstance(node, ast.Assign | ast.Return) and isinstance(node.value, ast.List):
            values = [node.value]
        for value in values:
            texts = [part for part in getattr(value, "elts", []) if isinstance(part, ast.Constant)]
            found += [part.value for part in texts if isinstance(part.value, str) and " " in part.value]
    return found


@pytest.mark.parametrize("name", FILES)
def test_every_message_is_said_in_thai(name: str) -> None:
    for message in messages(name):
        thai = words.in_thai(message)
        assert thai != message
        assert not thai.startswith("ค่าไม่ถูกต้อง:"), message


def test_the_messages_are_found_at_all() -> None:
    assert len({message for name in FILES for message in messages(name)}) > 35


def test_a_message_nobody_has_translated_is_still_read() -> None:
    assert words.in_thai("Unheard of") == "ค่าไม่ถูกต้อง: Unheard of"


def test_messages_stand_at_the_places_they_are_about() -> None:
    refused = Rejected({"resources": [{}, {"url": ["Missing value"]}], "__before": ["Missing value"], "name": ["x"]})
    assert [fault.pointer for fault in refused.faults] == ["/resources/1/url", "", "/name"]
    assert refused.messages["resources"] == [{}, {"url": ["Missing value"]}]
