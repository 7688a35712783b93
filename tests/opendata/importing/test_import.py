"""A workbook through the door: checked, entered, sent again, stopped half way."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from chalicelib.opendata.standard.workbook import MAX_BYTES, MEDIA_TYPE
from tests.opendata.governance.town import Municipality
from tests.opendata.importing.workbooks import RECORD, WHOLE, filled
from tests.support.client import Answer

FILE = {"dataset_name": "waste-points", "name": "จุดทิ้งขยะ", "url": "https://x.example/a.csv", "format": "CSV"}


@pytest.fixture
def town(tmp_path: Path) -> Municipality:
    return Municipality(tmp_path / "tables")


def send(town: Municipality, content: bytes, mode: str = "check", token: str | None = None, **headers: str) -> Answer:
    given = {"Authorization": f"Bearer {token or town.editor}", "Content-Type": MEDIA_TYPE, **headers}
    path = f"/opendata/v1/import?organization=laemngop&mode={mode}"
    return town.client.post(path, body=content, headers=given)


def rows(*names: str, **changes: Any) -> list[dict[str, Any]]:
    return [{**WHOLE, "name": name, "title": f"ชุดข้อมูล {name}", **changes} for name in names]


def outcomes(answer: Answer) -> list[str]:
    assert answer.status == 200, answer.text
    return [each["outcome"] for each in answer.json["rows"]]


def datasets(town: Municipality) -> list[str]:
    found = town.result(town.act("package_search", town.publisher, include_private=True, rows=1000))
    return sorted(each["name"] for each in found["results"])


def test_a_check_enters_nothing_and_names_each_cell(town: Municipality) -> None:
    town.draft("taken")
    lines = [*rows("good", "taken"), {**WHOLE, "name": "ชื่อไทย", "data_category": "ลับ"}, {"name": "half"}]
    answer = send(town, filled({RECORD: lines}))
    assert outcomes(answer) == ["ready", "there", "wrong", "ready"]
    assert answer.json["counts"] == {"ready": 2, "there": 1, "wrong": 1}
    wrong = answer.json["rows"][2]
    assert {(each["cell"], each["field"]) for each in wrong["remarks"]} == {
        (f"{RECORD}!A8", "name"),
        (f"{RECORD}!O8", "data_category"),
    }
    assert "ชื่อไทย" not in answer.text
    assert "title" in answer.json["rows"][3]["missing"]
    assert answer.json["rows"][0]["missing"] == []
    assert datasets(town) == ["taken"]


def test_an_import_makes_drafts_with_their_links(town: Municipality) -> None:
    answer = send(town, filled({RECORD: [WHOLE], "Temp3_Resource_Record": [FILE]}), "all")
    assert outcomes(answer) == ["created"]
    (row,) = answer.json["rows"]
    shown = town.result(town.ask("package_show", town.editor, id=row["id"]))
    assert (shown["name"], shown["private"], shown["allow_harvest"]) == ("waste-points", True, "False")
    assert [tag["name"] for tag in shown["tags"]] == ["ขยะ", "น้ำ"]
    assert [each["url"] for each in shown["resources"]] == ["https://x.example/a.csv"]
    assert town.ask("package_show", id=row["id"]).status == 404
    assert town.step(row["id"], "submit", town.editor).json["state"]["code"] == "wait"


def test_the_same_workbook_again_enters_nothing_twice(town: Municipality) -> None:
    content = filled({RECORD: rows("one", "two")})
    first, again = send(town, content, "all"), send(town, content, "all")
    assert outcomes(first) == outcomes(again) == ["created", "created"]
    assert [each["id"] for each in first.json["rows"]] == [each["id"] for each in again.json["rows"]]
    assert datasets(town) == ["one", "two"]
    changed = send(town, filled({RECORD: rows("one", "two", notes="อื่น")}), "all")
    assert outcomes(changed) == ["there", "there"]


def test_after_a_purge_a_row_can_be_entered_anew(town: Municipality) -> None:
    content = filled({RECORD: rows("one")})
    first = send(town, content, "all").json["rows"][0]["id"]
    town.result(town.act("package_delete", town.publisher, id=first))
    operator = town.person("1990100010041", "operator", agency="TH/CENTRAL/DGA")
    town.result(town.act("dataset_purge", operator, id=first))
    again = send(town, content, "all").json["rows"][0]
    assert again["outcome"] == "created"
    assert again["id"] != first


def test_one_wrong_row_holds_all_back_unless_the_good_are_wanted(town: Municipality) -> None:
    content = filled({RECORD: [*rows("one"), *rows("two", maintainer_email="ไม่ใช่อีเมล"), *rows("three")]})
    assert outcomes(send(town, content, "all")) == ["ready", "wrong", "ready"]
    assert datasets(town) == []
    assert outcomes(send(town, content, "good")) == ["created", "wrong", "created"]
    assert datasets(town) == ["one", "three"]


def test_a_request_that_runs_out_of_time_says_where_it_stopped(town: Municipality) -> None:
    content = filled({RECORD: rows(*(f"n-{number:02d}" for number in range(12)))})
    town.tick = timedelta(milliseconds=600)
    seen = outcomes(send(town, content, "all"))
    made = seen.count("created")
    assert seen == ["created"] * made + ["waiting"] * (12 - made)
    assert 0 < made < 12
    assert len(datasets(town)) == made
    town.tick = timedelta(milliseconds=1)
    assert outcomes(send(town, content, "all")) == ["created"] * 12
    assert len(datasets(town)) == 12


def test_each_dataset_is_one_transaction(town: Municipality) -> None:
    content = filled({RECORD: rows("one", "two", "three")})
    before = len(town.memory.requests)
    send(town, content, "all")
    assert town.memory.requests[before:].count("write") == 3


@pytest.mark.parametrize("place", [2, 3])
def test_a_crash_between_two_rows_loses_neither(town: Municipality, place: int) -> None:
    content = filled({RECORD: rows("one", "two", "three")})
    real, calls = town.memory.write, []

    def write(changes: Any, token: str) -> None:
        calls.append(1)
        if len(calls) == place:
            raise RuntimeError("the process dies")
        real(changes, token)

    setattr(town.memory, "write", write)  # noqa: B010 - a fault at the store's boundary
    assert send(town, content, "all").status == 500
    assert outcomes(send(town, content, "all")) == ["created"] * 3
    assert datasets(town) == ["one", "three", "two"]


def test_who_may_import(town: Municipality) -> None:
    content = filled({RECORD: rows("one")})
    assert send(town, content, "all", town.other).status == 403
    assert send(town, content, "all", town.reader).status == 403
    path = "/opendata/v1/import?organization=nowhere"
    headers = {"Authorization": f"Bearer {town.editor}", "Content-Type": MEDIA_TYPE}
    assert town.client.post(path, body=content, headers=headers).status == 404
    assert town.client.post("/opendata/v1/import", body=content, headers=headers).status == 422
    assert send(town, content, "maybe").status == 422
    assert datasets(town) == []


def test_what_is_no_workbook_is_refused_as_a_whole(town: Municipality) -> None:
    refused = send(town, b"name,title\n")
    assert refused.status == 422
    assert refused.json["type"].endswith("unreadable-workbook")
    assert refused.json["errors"][0]["message_th"].startswith("ไฟล์นี้ไม่ใช่สมุดงาน Excel")
    assert send(town, b"x" * (MAX_BYTES + 1)).status == 413
    typed = town.client.post(
        "/opendata/v1/import?organization=laemngop",
        json={},
        headers={"Authorization": f"Bearer {town.editor}"},
    )
    assert typed.status == 415


def test_the_template_is_there_for_everybody(town: Municipality) -> None:
    answer = town.client.get("/opendata/v1/import")
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert "filename*=UTF-8''%E0%B9%81" in answer.headers["content-disposition"]
    assert RECORD in load_workbook(io.BytesIO(answer.response.body)).sheetnames
