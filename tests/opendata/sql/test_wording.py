"""What is said to whoever asked a query that is not answered."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.opendata.tables.sql import wording
from chalicelib.opendata.tables.sql.results import field_names, field_type, plain
from chalicelib.shared.errors import NotAllowed, NotFound, Refusal, Unavailable

KINDS = [*wording._WORDS, "table", "function", "store", "something else"]


@pytest.mark.parametrize("long", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_its_words_in_both_languages(kind: str, long: bool) -> None:
    told = {"kind": kind, "name": "repeat", "place": 12, "near": ["จังหวัด", "ปี"]}
    refusal = wording.refusal(told, "SELECT 1,\n ก, x FROM t", long=long)
    for text in (refusal.th, refusal.en):
        assert text and "{place}" not in text and "{near}" not in text
    assert any("\u0e00" <= letter <= "\u0e7f" for letter in refusal.th)
    assert kind == "missing" or "Missing value" in refusal.en or refusal.en[0].isupper()
    if kind == "column":
        assert "(line 2, letter 3)" in refusal.en or "(line 2, letter 2)" in refusal.en
        assert "จังหวัด, ปี" in refusal.en and "จังหวัด, ปี" in refusal.th


@pytest.mark.parametrize(
    ("kind", "expected"), [("table", NotFound), ("function", NotAllowed), ("store", Unavailable), ("late", Refusal)]
)
def test_kinds_are_refusals_of_the_right_sort(kind: str, expected: type[Refusal]) -> None:
    assert isinstance(wording.refusal({"kind": kind}, ""), expected)


@pytest.mark.parametrize("name", ["<script>", "a b", "x" * 50, "ฟังก์ชัน", None, 5])
def test_what_the_caged_process_tells_is_not_repeated_blindly(name: Any) -> None:
    refusal = wording.refusal({"kind": "function", "name": name, "place": "x"}, "")
    assert refusal.en in ("Not authorized to call function", "Not authorized to call function 5")


def test_values_are_json() -> None:
    from datetime import UTC, datetime, timedelta
    from decimal import Decimal
    from uuid import UUID

    assert plain(float("inf")) == "Infinity"
    assert plain(float("-inf")) == "-Infinity"
    assert plain(float("nan")) == "NaN"
    assert plain(Decimal("1.50")) == 1.5
    assert plain(Decimal("12345678901234567890.5")) == "12345678901234567890.5"
    assert plain(Decimal(7)) == 7
    assert plain(b"\x01") == "\\x01"
    assert plain({1: (timedelta(days=1), UUID(int=1))}) == {"1": ["1 day, 0:00:00", str(UUID(int=1))]}
    assert plain(datetime(2026, 1, 31, tzinfo=UTC)) == "2026-01-31T00:00:00+00:00"


def test_types_and_names() -> None:
    assert [field_type(each) for each in ("BIGINT", "DECIMAL(5,2)", "VARCHAR[]", "STRUCT(a INTEGER)", "ENUM('a')")] == [
        "int8",
        "numeric",
        "json",
        "json",
        "text",
    ]
    assert field_names(["n", "n", "n_1", "n"]) == ["n", "n_1", "n_1_1", "n_2"]
