"""What is counted of a column's values, and what is kept back."""

from __future__ import annotations

import json
from typing import Any

from tests.opendata.recognition.tables import Small


def test_numbers_have_a_range_quantiles_and_a_histogram_of_all_rows() -> None:
    table = Small({"n": "int8"}, [])
    table.connection.execute("INSERT INTO small SELECT i % 100 FROM range(10000) AS each(i)")
    told = table.profile()["columns"]["n"]
    assert (told["filled"], told["min"], told["max"], told["mean"]) == (10_000, 0, 99, 49.5)
    assert 45 <= told["quantiles"]["0.5"] <= 54
    assert sum(told["histogram"]["counts"]) == 10_000 and len(told["histogram"]["counts"]) == 12
    assert abs(told["distinct"] - 100) <= 10


def test_texts_have_lengths_commonest_values_and_patterns() -> None:
    rows: list[list[Any]] = [["รถ 12"], ["รถ 34"], ["รถ 34"], ["A-1"], [None]]
    told = Small({"t": "text"}, rows).profile()["columns"]["t"]
    assert (told["filled"], told["distinct"], told["about"], told["shortest"], told["longest"]) == (4, 3, False, 3, 5)
    assert told["top"] == [["รถ 34", 2]]
    assert told["patterns"] == [["ก 99", 3]]


def test_times_have_a_range_and_a_histogram() -> None:
    told = Small({"d": "date"}, [["2026-01-01"], ["2026-12-31"], ["2026-01-02"]]).profile()["columns"]["d"]
    assert (told["min"], told["max"]) == ("2026-01-01", "2026-12-31")
    assert told["histogram"]["counts"] == [2, *[0] * 10, 1]


def test_what_may_be_somebodys_is_not_listed() -> None:
    people = [["สมชาย ใจดี", "081-234-5678", "3100600445635"]] * 3
    found = Small({"ชื่อ-สกุล": "text", "โทร": "text", "เลข": "text"}, people).profile()
    told = json.dumps(found, ensure_ascii=False)
    assert all(column["withheld"] for column in found["columns"].values())
    assert not any(each in told for each in ("สมชาย", "081", "3100600445635"))


def test_odd_numbers_and_empty_columns_break_nothing() -> None:
    rows: list[list[Any]] = [[float("inf"), None], [float("nan"), None], [1.5, None]]
    told = Small({"x": "float8", "leer": "text"}, rows).profile()["columns"]
    json.dumps(told, allow_nan=False)
    assert told["leer"]["filled"] == 0 and told["x"]["filled"] == 3
