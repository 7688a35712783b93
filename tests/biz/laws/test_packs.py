"""Law packs: complete, sourced, dated; a successor Act leaves running cases under the old one."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from chalicelib.biz import laws
from chalicelib.biz.cases import clock, rules
from chalicelib.biz.cases.rules import Actor, Book
from chalicelib.biz.definitions.catalogue import Catalogue
from chalicelib.biz.definitions.model import ServiceDefinition
from chalicelib.biz.laws import FilingPack, LawPack
from chalicelib.biz.model import Case, Deficiency
from chalicelib.biz.noun import CaseId
from chalicelib.shared.errors import WrongState
from chalicelib.shared.thai import Text
from chalicelib.shared.workdays import OFFICE_CLOSES, OFFICE_OPENS, RECEIPT_RULE, Calendar
from tests.biz.samples import food
from tests.biz.town import MALEE, Town

PACKS = sorted(Path(laws.__file__).parent.glob("*.json"))
NOW = dt.datetime(2026, 11, 25, 3, 0, tzinfo=dt.UTC)
LIST = [Deficiency(document="site_map", text=Text(th="ไม่ชัด", en="Unclear."))]
OFFICER = Actor("o", frozenset({"intake"}))


def raw(id: str) -> dict[str, Any]:
    path = Path(laws.__file__).parent / f"{id}.json"
    return dict(json.loads(path.read_text(encoding="utf-8")))


def test_the_two_acts_are_shipped() -> None:
    assert set(laws.load()) == {"lfa-2558"}
    assert laws.filing("e-act-2565").kind == "filing"
    assert {path.stem for path in PACKS} == {"lfa-2558", "e-act-2565"}


@pytest.mark.parametrize("path", PACKS, ids=lambda path: path.stem)
def test_every_rule_of_a_pack_names_its_law_and_its_source(path: Path) -> None:
    data = json.loads(path.read_text(encoding="utf-8"))
    assert data["id"] == path.stem
    for name, rule in data.items():
        if isinstance(rule, dict) and set(rule) != {"th", "en"} and name != "clock":
            assert rule["source"], name
            assert rule["verified"] in ("page", "no", "gazette"), name
            assert rule["law"].startswith(f"{path.stem}.s"), name


@pytest.mark.parametrize(
    "rule", ["filing", "deficiency_lists", "late_notice_every_days", "clock", "decision", "source"]
)
def test_a_procedure_pack_that_lacks_a_rule_is_refused(rule: str) -> None:
    data = raw("lfa-2558")
    del data[rule]
    with pytest.raises(ValidationError):
        LawPack.model_validate(data)


@pytest.mark.parametrize("rule", ["receipt", "copies"])
def test_a_filing_pack_that_lacks_a_rule_is_refused(rule: str) -> None:
    data = raw("e-act-2565")
    del data[rule]
    with pytest.raises(ValidationError):
        FilingPack.model_validate(data)


def test_each_procedure_pack_names_a_filing_pack_that_is_there() -> None:
    for pack in laws.load().values():
        assert laws.filing(pack.filing).effective_from <= dt.date(2026, 1, 1)
    with pytest.raises(KeyError):
        laws.filing("no-such-act")


def test_the_calendar_counts_as_the_filing_pack_says() -> None:
    receipt = laws.filing("e-act-2565").receipt
    assert (receipt.opens, receipt.closes, receipt.law) == (OFFICE_OPENS, OFFICE_CLOSES, RECEIPT_RULE)


@pytest.mark.parametrize(
    ("hour", "legal"),
    [(3, "2026-11-25T10:00:00+07:00"), (10, "2026-11-26T08:30:00+07:00"), (0, "2026-11-25T08:30:00+07:00")],
)
def test_a_filing_is_received_by_the_rule_of_its_pack(town: Town, hour: int, legal: str) -> None:
    case = town.draft()
    town.at = NOW.replace(hour=hour)
    town.ok(MALEE, "POST", f"/applications/{case}/submit")
    clock = town.ok(MALEE, "GET", f"/applications/{case}/clock")
    assert dt.datetime.fromisoformat(clock["received_at"]) == town.at
    assert dt.datetime.fromisoformat(clock["legal_received_at"]) == dt.datetime.fromisoformat(legal)
    assert clock["receipt_rule"] == "e-act-2565.s10"


# --- a made-up successor: two lists, and reasons every five days


def successor() -> LawPack:
    data = raw("lfa-2558") | {"id": "lfa-2569", "effective_from": "2026-12-01"}
    data["deficiency_lists"] = {**data["deficiency_lists"], "most": 2, "law": "lfa-2569.s14"}
    data["late_notice_every_days"] = {**data["late_notice_every_days"], "days": 5, "law": "lfa-2569.s20"}
    return LawPack.model_validate(data)


def catalogue() -> Catalogue:
    old = ServiceDefinition.model_validate(food())
    new = ServiceDefinition.model_validate(
        food() | {"version": 2, "law_pack": "lfa-2569", "effective_from": "2026-12-01"}
    )
    return Catalogue([old, new], {**laws.load(), "lfa-2569": successor()})


def checking(version: int) -> tuple[Case, Book]:
    shelf = catalogue()
    definition = shelf.version("food-establishment-licence", version)
    book = Book(definition, shelf.law(definition), Calendar.load())
    case = Case(
        id=CaseId("1"), service=definition.id, service_version=version, agency=definition.agency, owner="p",
        applicant="person", state="draft", opened_at=NOW, pid="x", applicant_name="x",
    )  # fmt: skip
    moved, _ = rules.move(case, book, "submit", Actor("p", frozenset({"applicant"})), NOW)
    return moved, book


def test_a_new_case_is_opened_under_the_act_of_its_day() -> None:
    shelf = catalogue()
    before = shelf.current("food-establishment-licence", dt.date(2026, 11, 30))
    after = shelf.current("food-establishment-licence", dt.date(2026, 12, 1))
    assert (shelf.law(before).id, shelf.law(after).id) == ("lfa-2558", "lfa-2569")


@pytest.mark.parametrize(("version", "lists"), [(1, 1), (2, 2)])
def test_a_running_case_stays_under_the_act_of_its_definition(version: int, lists: int) -> None:
    case, book = checking(version)
    for number in range(lists + 1):
        at = dt.datetime(2026, 12, 14, 3, 0, tzinfo=dt.UTC) + dt.timedelta(hours=number)  # the successor is in force
        if number == lists:
            with pytest.raises(WrongState, match=book.law.deficiency_lists.law):
                rules.ask(case, book, LIST, None, OFFICER, at)
            return
        case, _ = rules.ask(case, book, LIST, None, OFFICER, at)
        code = rules.effect_action(case, book, "file")
        case, _ = rules.move(case, book, code, Actor("p", frozenset({"applicant"})), at)


@pytest.mark.parametrize(("version", "days"), [(1, 7), (2, 5)])
def test_reasons_are_owed_as_often_as_the_act_of_the_case_says(version: int, days: int) -> None:
    case, book = checking(version)
    assert case.due is not None
    late = clock.late(case, book, case.due + dt.timedelta(days=1))
    assert late.reasons_by == case.due + dt.timedelta(days=days)
