"""Only what is asked may change; what changed is shown, and only one application about a licence is considered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from chalicelib.biz.cases import changes
from chalicelib.biz.cases.rules import Book
from chalicelib.biz.definitions.model import ServiceDefinition
from chalicelib.biz.definitions.procedures import Base
from chalicelib.biz.model import Case, Provenance
from chalicelib.biz.noun import Procedure
from chalicelib.shared.storage import Item, Key
from tests.biz.samples import text
from tests.biz.town import MALEE, START, pointers
from tests.support.memory import MemoryTable

from .sample import CLERK, SignTown, signs

SHAPE: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["kind", "place"],
    "properties": {
        "kind": {"enum": ["wall", "roof"]},
        "height": {"type": "integer", "minimum": 1, "maximum": 50},
        "lit": {"type": "boolean"},
        "place": {
            "type": "object",
            "additionalProperties": False,
            "required": ["road"],
            "properties": {
                "road": {"type": "string", "maxLength": 100},
                "soi": {"type": "string", "maxLength": 100},
            },
        },
        "owners": {"type": "array", "maxItems": 5, "items": {"type": "string", "maxLength": 100}},
        "twice": {"type": "integer"},
    },
}
ON_ROOF = {"type": "object", "required": ["kind"], "properties": {"kind": {"const": "roof"}}}
HINTS = {
    "/kind": {"label": text("ชนิด", "Kind")},
    "/height": {"label": text("ความสูง", "Height"), "visible_if": ON_ROOF, "required_if": ON_ROOF},
    "/lit": {"label": text("มีไฟ", "Lit")},
    "/place/road": {"label": text("ถนน", "Road")},
    "/place/soi": {"label": text("ซอย", "Soi")},
    "/owners": {"label": text("เจ้าของ", "Owners")},
    "/twice": {"label": text("สองเท่า", "Twice"), "computed": {"*": [{"var": "/height"}, 2]}, "visible_if": ON_ROOF},
}
WALL = {"kind": "wall", "lit": True, "place": {"road": "วิวัฒนะ"}, "owners": ["มาลี"]}


def judged(
    answers: dict[str, Any],
    asks: tuple[str, ...] = ("/kind",),
    base: dict[str, Any] | None = None,
    sources: dict[str, Provenance] | None = None,
    procedure: Procedure = "amend",
) -> tuple[Case, Book]:
    """A case whose licence was given for WALL, and whose answers are these."""
    raw = signs()
    raw["form"] |= {"schema": SHAPE, "hints": HINTS}
    raw["procedures"]["amend"]["asks"] = list(asks)
    definition = ServiceDefinition.model_validate(raw)
    case = Case.model_validate(
        {
            "id": "c", "service": "s", "service_version": 1, "agency": "TH/LOCAL/X", "owner": "o",
            "applicant": "person", "state": "draft", "opened_at": START, "pid": "-", "applicant_name": "-",
            "procedure": procedure,
            "answers": answers, "sources": sources or {},
            "base": Base(licence="SB-1", valid_until=START.date(), answers=WALL if base is None else base),
        }
    )  # fmt: skip
    return case, Book(definition.of(procedure), None, None, procedure)  # type: ignore[arg-type] # not asked here


@pytest.mark.parametrize(
    ("asks", "change", "refused"),
    [
        (("/kind",), {}, []),
        (("/kind",), {"kind": "roof", "height": 3, "twice": 6}, []),  # what follows may follow
        (("/kind",), {"lit": False}, ["/lit"]),
        (("/kind",), {"lit": 1}, ["/lit"]),  # JSON's true is not 1
        (("/kind",), {"height": 3}, ["/height"]),  # the kind stays, so the height is not asked
        (("/place",), {"place": {"road": "ใหม่", "soi": "1"}}, []),  # a whole part
        (("/place/soi",), {"place": {"road": "วิวัฒนะ", "soi": "1"}}, []),
        (("/place/soi",), {"place": {"road": "ใหม่"}}, ["/place/road"]),
        (("/kind",), {"place": ...}, ["/place/road"]),
        (("/owners",), {"owners": ["มาลี", "อนงค์"]}, []),
        (("/kind",), {"owners": ["อนงค์"], "lit": ...}, ["/lit", "/owners"]),
        (("/kind",), {"lawn": "x"}, ["/lawn"]),
    ],
)
def test_what_is_not_asked_stays(asks: tuple[str, ...], change: dict[str, Any], refused: list[str]) -> None:
    answers = {name: value for name, value in {**WALL, **change}.items() if value is not ...}
    case, book = judged(WALL, asks)
    faults = changes.outside(case, book, answers)
    assert sorted(fault.pointer for fault in faults) == refused
    for fault in faults:
        assert fault.th and fault.en


def test_the_field_is_named_as_the_form_calls_it() -> None:
    case, book = judged(WALL)
    (fault,) = changes.outside(case, book, {**WALL, "lit": False})
    assert "“มีไฟ”" in fault.th and "'Lit'" in fault.en


def test_what_todays_form_does_not_take_may_be_mended() -> None:
    old = {"kind": "wall", "colour": "red", "place": {}}
    case, book = judged(old, base=old)
    assert changes.outside(case, book, {"kind": "wall", "place": {"road": "ใหม่"}}) == []
    assert [fault.pointer for fault in changes.outside(case, book, {**old, "lit": True})] == ["/lit"]


def test_what_a_register_said_stands_and_nothing_else_does() -> None:
    source = Provenance(service="TH/CENTRAL/X/y/z", receipt="r", at=START, locked=False)
    told = {**WALL, "lit": False}
    case, book = judged(told, sources={"/lit": source})
    assert changes.outside(case, book, told) == []
    assert [fault.pointer for fault in changes.outside(case, book, {**told, "lit": "dim"})] == ["/lit"]
    assert [(each.pointer, each.before, each.after) for each in changes.differences(case, book)] == [
        ("/lit", True, False)
    ]


def test_a_form_of_its_own_has_no_differences() -> None:
    case, book = judged({"reason": "x"}, procedure="cancel")
    assert changes.differences(case, book) == ()
    assert changes.outside(case, book, {"reason": "y"}) == []


def test_a_change_is_shown_with_what_it_was(town: SignTown) -> None:
    no = town.sign()
    case = town.begin("amend", no)
    view = town.ok(MALEE, "GET", f"/applications/{case}")
    assert (view["procedure"], view["about"], view["changes"]) == ("amend", no, [])
    town.patch(case, {"words": "ชา"})
    town.file(case)
    for who in (MALEE, CLERK):
        view = town.ok(who, "GET", f"/applications/{case}")
        assert view["changes"] == [
            {"pointer": "/words", "label": text("ข้อความ", "Words"), "before": "กาแฟ", "after": "ชา"}
        ]
        assert view["service_name"] == text("แก้ไขทะเบียนป้าย", "Change the registration (Signboard registration)")
    (card,) = town.ok(CLERK, "GET", "/queue")["items"]
    assert (card["procedure"], card["about"], card["service_name"]["th"]) == ("amend", no, "แก้ไขทะเบียนป้าย")


def test_another_answer_is_refused_and_named(town: SignTown) -> None:
    case = town.begin("amend", town.sign())
    etag = town.call(MALEE, "GET", f"/applications/{case}").headers["etag"]
    path, headers = f"/applications/{case}/answers", {"If-Match": etag}
    answer = town.call(MALEE, "PATCH", path, json={"words": "ชา", "width": 9}, headers=headers)
    assert (answer.status, pointers(answer)) == (422, ["/width"])
    assert "ความกว้าง" in answer.json["errors"][0]["message_th"]
    assert town.case(case).answers == {"words": "กาแฟ", "width": 2}, "nothing half-written"


def test_an_amendment_that_changes_nothing_is_not_filed(town: SignTown) -> None:
    case = town.begin("amend", town.sign())
    answer = town.call(MALEE, "POST", f"/applications/{case}/submit")
    assert (answer.status, pointers(answer)) == (422, ["/answers"])
    assert town.ok(MALEE, "POST", f"/applications/{case}/validate")["complete"] is False
    town.patch(case, {"words": "ชา"})
    assert town.file(case)["state"] == "deciding"


def test_what_was_opened_in_time_is_not_filed_too_late(town: SignTown) -> None:
    no = town.sign()
    town.on("2027-10-01")
    renewal, change = town.begin("renew", no), town.begin("amend", no)
    town.patch(change, {"words": "ชา"})
    town.on("2027-12-25")
    for case, last in ((renewal, "24 December 2027"), (change, "24 November 2027")):
        answer = town.call(MALEE, "POST", f"/applications/{case}/submit")
        assert answer.status == 409 and last in answer.text


# --- one filed application about a licence


def test_the_second_application_about_a_licence_waits_for_the_end_of_the_first(town: SignTown) -> None:
    no = town.sign()
    change, end, copy = (town.begin(each, no) for each in ("amend", "cancel", "replace"))
    town.patch(change, {"words": "ชา"})
    town.patch(end, {"reason": "เลิก"})
    town.patch(copy, {"loss": "หาย"})
    town.file(change)
    assert town.case(change).holds_licence
    second = town.call(MALEE, "POST", f"/applications/{end}/submit")
    assert second.status == 409 and "Another application about this licence" in second.text
    opened = town.call(MALEE, "POST", "/applications", json={"procedure": "cancel", "licence": no})
    assert opened.status == 409, "told at once, before the form is filled in"
    assert town.ok(MALEE, "GET", f"/applications/{end}")["state"] == "draft"
    town.ok(MALEE, "POST", f"/applications/{change}/withdraw")
    assert not town.case(change).holds_licence
    town.file(end)
    town.act(CLERK, end, "refuse", reasons=text())
    town.file(copy)


def test_filing_again_after_a_deficiency_keeps_the_licence(tmp_path: Path) -> None:
    definition = signs()
    definition["workflow"]["states"]["returned"] = {"name": text(), "turn": "applicant"}
    definition["workflow"]["actions"] |= {
        "return": {"name": text(), "from": ["deciding"], "to": "returned", "roles": ["intake"], "clock": "pause",
                   "effects": ["deficiency"], "notice": text()},
        "mend": {"name": text(), "from": ["returned"], "to": "deciding", "roles": ["applicant"], "clock": "resume",
                 "effects": ["file"], "notice": text()},
    }  # fmt: skip
    town = SignTown(tmp_path, definition=definition)
    no = town.sign()
    case = town.begin("amend", no)
    town.patch(case, {"words": "ชา"})
    town.file(case)
    town.ok(CLERK, "POST", f"/applications/{case}/deficiencies", json={"items": [{"pointer": "/words", **text()}]})
    assert town.call(MALEE, "POST", "/applications", json={"procedure": "replace", "licence": no}).status == 409
    town.patch(case, {"words": "ชาเย็น"})
    town.on("2027-11-25")  # mending is no new filing: the licence's last day is of the day on which it was filed
    assert town.file(case)["state"] == "deciding"
    assert town.case(case).holds_licence


class Interrupted(MemoryTable):
    """A table in which something happens right before somebody writes."""

    def __init__(self) -> None:
        super().__init__()
        self.meanwhile: Any = None

    def get_many(self, keys: Any) -> Any:
        found = super().get_many(keys)
        if self.meanwhile is not None and any(key.pk.startswith("CASE#") for key in keys):
            happens, self.meanwhile = self.meanwhile, None
            happens()
        return found


def test_of_two_filed_at_once_one_wins(tmp_path: Path) -> None:
    table = Interrupted()
    town = SignTown(tmp_path, table=table)
    no = town.sign()
    one, other = town.begin("replace", no), town.begin("cancel", no)
    town.patch(one, {"loss": "หาย"})
    town.patch(other, {"reason": "เลิก"})
    table.meanwhile = lambda: town.file(other)
    lost = town.call(MALEE, "POST", f"/applications/{one}/submit")
    assert lost.status == 409 and "Another application about this licence" in lost.text
    assert (town.case(one).received_at, town.case(other).holds_licence) == (None, True)
    table.meanwhile = lambda: town.ok(MALEE, "POST", f"/applications/{other}/withdraw")
    assert town.call(MALEE, "POST", f"/applications/{one}/submit").status == 200, "freed just in time"


def test_the_same_filing_twice_at_once_is_no_second_application(tmp_path: Path) -> None:
    table = Interrupted()
    town = SignTown(tmp_path, table=table)
    case = town.begin("replace", town.sign())
    town.patch(case, {"loss": "หาย"})
    table.meanwhile = lambda: town.file(case)
    assert town.call(MALEE, "POST", f"/applications/{case}/submit").status == 412
    assert town.case(case).holds_licence


def test_filing_is_one_read_and_one_transaction(town: SignTown) -> None:
    case = town.begin("replace", town.sign())
    town.patch(case, {"loss": "หาย"})
    town.memory.requests.clear()
    town.file(case)
    assert town.memory.requests == ["get_many", "write"]


def test_the_row_names_nobody(town: SignTown) -> None:
    no = town.sign()
    case = town.begin("replace", no)
    town.patch(case, {"loss": "หาย"})
    town.file(case)
    row = town.table.get(Key(f"LIC#{no}", "FILED"))
    assert isinstance(row, Item) and dict(row.data) == {"case": case}
