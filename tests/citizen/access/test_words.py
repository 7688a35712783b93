"""Every deed that a noun writes into the activity log has its words."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chalicelib.citizen.access.words import UNKNOWN, WORDS, words_of
from tests.house.source import files, name_of, tree


def codes(value: ast.expr) -> Iterator[str]:
    """The codes that an expression may be; of one that is put together its beginning, ending in a dot."""
    match value:
        case ast.Constant(value=str(code)):
            yield code
        case ast.IfExp(body=one, orelse=other):
            yield from codes(one)
            yield from codes(other)
        case ast.JoinedStr(values=[ast.Constant(value=str(beginning)), *_]):
            yield beginning


def test_each_code_has_words_in_both_languages() -> None:
    found = 0
    for path in files("chalicelib/citizen"):
        for node in ast.walk(tree(path)):
            called = node.func if isinstance(node, ast.Call) else None
            if (
                not isinstance(called, ast.Attribute)
                or called.attr != "line"
                or ast.unparse(called.value) != "activity"
            ):
                continue
            for keyword in node.keywords if isinstance(node, ast.Call) else ():
                for code in codes(keyword.value) if keyword.arg == "what" else ():
                    found += 1
                    known = code in WORDS or (code.endswith(".") and any(each.startswith(code) for each in WORDS))
                    assert known, f"{name_of(path)}: {code} has no words in access/words.py"
    assert found > 10


def test_a_deed_of_an_older_version_is_shown_all_the_same() -> None:
    assert words_of("nobody.knows") is UNKNOWN
    assert all(text.th != text.en for text in WORDS.values())
