"""The examples of docs/how-to/query-with-sql.md are answered as the page says."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.opendata.portal import Portal

PAGE = (Path(__file__).parents[3] / "docs" / "how-to" / "query-with-sql.md").read_text("utf-8")
EXAMPLES = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)
PLACES = ("แหลมงอบ", "คลองใหญ่", "เกาะช้าง")


def licences(count: int) -> bytes:
    lines = ["ตำบล,ประเภท,ปี,ค่าธรรมเนียม,ออกเมื่อ"]
    for number in range(count):
        day = date(2024, 1, 5) + timedelta(days=number * 20)
        kind = "อาหาร" if number % 3 else "ตลาด"
        lines.append(f"{PLACES[number % 3]},{kind},{day.year},{100 + number},{day.isoformat()}")
    return ("\n".join(lines) + "\n").encode()


@pytest.fixture
def filled(portal: Portal) -> tuple[Portal, list[str]]:
    portal.organization()
    resource = portal.table_of(portal.dataset()["id"], licences(30))
    portal.table_of("food-licences", licences(32), resource=resource)
    people = "ตำบล,ประชากร\n" + "\n".join(f"{place},{500 * (number + 1)}" for number, place in enumerate(PLACES))
    other = portal.table_of(portal.dataset("people")["id"], f"{people}\n".encode())
    return portal, [each.replace("<resource id>", resource).replace("<other id>", other) for each in EXAMPLES]


def test_every_example_is_answered(filled: tuple[Portal, list[str]]) -> None:
    portal, examples = filled
    assert len(examples) >= 6
    found = [portal.result(portal.act("datastore_search_sql", sql=sql))["records"] for sql in examples]
    kinds, months, per_thousand, pivoted, latest, new = found
    assert kinds == [
        {"ประเภท": "อาหาร", "จำนวน": 21, "ค่ากลาง": 116.0},
        {"ประเภท": "ตลาด", "จำนวน": 11, "ค่ากลาง": 115.0},
    ]
    assert months[0] == {"ปี พ.ศ.": 2567, "เดือน": 1, "รวม": 201}
    assert [row["ตำบล"] for row in per_thousand] == ["แหลมงอบ", "คลองใหญ่", "เกาะช้าง"]
    assert sum(value for row in pivoted for name, value in row.items() if name != "ตำบล") == 32
    assert len(latest) == 3
    assert [row["_id"] for row in new] == [31, 32]
