"""The messages of the catalogue in Thai."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from chalicelib.opendata import words

ROOM = Path(words.__file__).parent
REFUSALS = ("Rejected", "BadFilter", "BadQuery", "_refuse")


def texts(node: ast.AST) -> Iterator[str]:
    """The texts below a node, a number in the place of what is filled in."""
    if isinstance(node, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in node.values)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    else:
        for child in ast.iter_child_nodes(node):
            yield from texts(child)


def messages(path: Path) -> Iterator[str]:
    """The sentences that a file refuses with."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in REFUSALS:
            yield from (text for text in texts(node) if " " in text.strip(", "))


def test_every_refusal_has_a_thai_text() -> None:
    said = {text for path in ROOM.rglob("*.py") for text in messages(path)}
    assert len(said) > 60
    assert sorted(text for text in said if words.in_thai(text).startswith("ค่าไม่ถูกต้อง")) == []


def test_a_message_keeps_its_numbers_and_names() -> None:
    assert words.in_thai("Must be at most 50 words of 100 characters") == "ค้นได้ไม่เกิน 50 คำ คำละไม่เกิน 100 ตัวอักษร"
    assert words.in_thai('row "3": "ปี" takes values of type int') == "แถวที่ 3 คอลัมน์ ปี ต้องเป็นค่าชนิด int"
    assert words.in_thai('"ปี" takes values of type int') == "คอลัมน์ ปี ต้องเป็นค่าชนิด int"


def test_what_nobody_has_translated_stays_as_it_is() -> None:
    assert words.in_thai("Something else") == "ค่าไม่ถูกต้อง: Something else"
