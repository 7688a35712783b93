"""Repeated parts, computed answers and guards: in forms, fees, the manual and running cases, and their lint."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.biz.definitions import computed, fees, forms, lint
from chalicelib.biz.definitions.model import ServiceDefinition
from chalicelib.biz.laws import load
from chalicelib.biz.manual.content import manual
from chalicelib.shared.expressions import BadExpression, Evaluation

from ..samples import small, text
from ..town import AGENCY, ANONG, BUNDIT, MALEE, Town, pointers

AREA = {"sum": ["/signs", {"*": [{"var": "/signs/*/width"}, {"var": "/signs/*/height"}]}]}
ON = dt.date(2026, 11, 25)
SMALL_ENOUGH = {"properties": {"answers": {"required": ["area"], "properties": {"area": {"maximum": 100}}}}}


def signs() -> dict[str, Any]:
    """A service with a list of signs, the area of them all, and an approval that only small ones get."""
    raw = small(agency=AGENCY)
    side = {"type": "integer", "minimum": 1, "maximum": 1000}
    entry = {
        "type": "object",
        "additionalProperties": False,
        "required": ["width", "height"],
        "properties": {"width": side, "height": side},
    }
    raw["form"]["schema"] |= {
        "required": ["words", "signs", "area"],
        "properties": {
            "words": raw["form"]["schema"]["properties"]["words"],
            "signs": {"type": "array", "minItems": 1, "maxItems": 20, "items": entry},
            "area": {"type": "integer"},
        },
    }
    raw["form"]["steps"][0]["fields"] = ["/words", "/signs", "/area"]
    raw["form"]["hints"] = {
        "/words": {"label": text("ข้อความ", "Words")},
        "/signs": {"label": text("ป้าย", "Signs"), "item": text("ป้ายที่", "Sign")},
        "/signs/*/width": {"label": text("กว้าง", "Width")},
        "/signs/*/height": {"label": text("สูง", "Height")},
        "/area": {"label": text("พื้นที่รวม", "Area of all"), "computed": AREA},
    }
    raw["fees"][0]["expr"] = {"+": [{"*": [{"var": "/area"}, {"rate": "per_metre"}]}, {"*": [10, {"count": "/signs"}]}]}
    raw["workflow"]["states"]["mending"] = {"name": text("แก้ไข", "To be mended"), "turn": "applicant"}
    raw["workflow"]["actions"] |= {
        "return": {
            "name": text(), "from": ["deciding"], "to": "mending", "roles": ["intake"], "clock": "pause",
            "effects": ["deficiency"], "notice": text(),
        },
        "resubmit": {
            "name": text(), "from": ["mending"], "to": "deciding", "roles": ["applicant"], "clock": "resume",
            "effects": ["file"], "notice": text(),
        },
    }  # fmt: skip
    raw["workflow"]["actions"]["withdraw"]["from"] = ["draft", "deciding", "payment", "mending"]
    approve = raw["workflow"]["actions"]["approve"]
    approve |= {"guard": SMALL_ENOUGH, "otherwise": text("ป้ายใหญ่เกินไป", "The signs are too large for this.")}
    two = [{"width": 2, "height": 3}, {"width": 1, "height": 1}]
    raw["tests"] = [
        {"name": "two", "on": "2026-11-25", "answers": {"words": "x", "signs": two}, "valid": True, "fee": "58.50"},
        {"name": "none", "on": "2026-11-25", "answers": {"words": "x", "signs": []}, "valid": False,
         "faults": ["/signs"]},
        {"name": "half", "on": "2026-11-25", "answers": {"words": "x", "signs": [*two, {"width": 1}]}, "valid": False,
         "faults": ["/signs/2/height"]},
        {"name": "wrong", "on": "2026-11-25", "answers": {"words": "x", "signs": two, "area": 8}, "valid": False,
         "faults": ["/area"]},
    ]  # fmt: skip
    return raw


def told(change: Any) -> list[str]:
    raw = signs()
    change(raw)
    return [str(problem) for problem in lint.examine(raw)[1]]


@pytest.fixture
def made() -> ServiceDefinition:
    return ServiceDefinition.model_validate(signs())


@pytest.fixture
def signing(tmp_path: Path) -> Town:
    (tmp_path / "signs.json").write_text(json.dumps(signs()), encoding="utf-8")
    return Town(tmp_path)


def test_the_service_with_all_three_is_clean() -> None:
    assert told(lambda raw: None) == []


def hint(raw: Any, pointer: str) -> Any:
    return raw["form"]["hints"][pointer]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        # repeated parts
        (lambda raw: hint(raw, "/signs").pop("item"), "/form/hints/~1signs: a repeated part needs 'item'"),
        (lambda raw: hint(raw, "/words").update(item=text()), "/form/hints/~1words: a repeated part needs 'item'"),
        (lambda raw: raw["form"]["hints"].pop("/signs/*/width"), "/form/hints: /signs/*/width has no label"),
        (lambda raw: raw["form"]["steps"][0]["fields"].append("/signs/*/width"), "is asked with its list"),
        (lambda raw: hint(raw, "/signs/*/width").update(visible_if={}), "are said by the schema of the entries"),
        (lambda raw: raw["form"]["schema"]["properties"]["signs"].pop("maxItems"), "a list needs maxItems"),
        (lambda raw: raw["form"]["schema"]["properties"].update({"7": {"type": "null"}}), "/7 needs a letter"),
        (
            lambda raw: raw["form"]["schema"]["properties"]["signs"]["items"]["properties"].update(
                parts={"type": "array", "maxItems": 2, "items": raw["form"]["schema"]["properties"]["signs"]["items"]}
                | {"items": {"type": "object", "additionalProperties": False, "properties": {"a": {"type": "null"}}}}
            ),
            "/signs/*/parts is a repeated part within a repeated part",
        ),
        (lambda raw: raw["credential"]["claims"].update(width="/signs/*/width"), "/signs/*/width is no field"),
        # computed answers
        (lambda raw: hint(raw, "/area").update(required_if={}), "what is computed is not asked for"),
        (lambda raw: hint(raw, "/signs").update(computed=1), "only a single field can be computed"),
        (lambda raw: hint(raw, "/area").update(computed={"var": "/area"}), "/area is not worked out yet"),
        (lambda raw: hint(raw, "/area").update(computed={"rate": "per_metre"}), "an answer has no rates"),
        (lambda raw: hint(raw, "/area").update(computed={"var": "/signs/*/width"}), "only within 'sum' over /signs"),
        (lambda raw: hint(raw, "/area").update(computed={"sum": ["/words", 1]}), "needs a list, which /words is not"),
        (lambda raw: hint(raw, "/area").update(computed={"sum": ["/signs", AREA]}), "may not stand within 'sum'"),
        (lambda raw: hint(raw, "/area").update(computed={"count": 5}), "'count' needs a name"),
        (lambda raw: hint(raw, "/area").update(computed={"sum": ["/signs", {"+": [1] * 400}]}), "more than 5000 steps"),
        (
            lambda raw: raw.update(prefill=[{
                "pointer": "/area", "service": "TH/CENTRAL/DOPA/civil/person", "path": "/x", "request": {},
                "select": "/a", "lock": True, "purpose": text(), "legal_basis": "test",
            }]),
            "/area cannot be fetched",
        ),
        # guards
        (lambda raw: raw["workflow"]["actions"]["approve"].pop("otherwise"), "'guard' and 'otherwise'"),
        (lambda raw: raw["workflow"]["actions"]["submit"].update(guard={}, otherwise=text()), "only an officer's"),
        (lambda raw: raw["workflow"]["actions"]["refuse"].update(guard={}, otherwise=text()), "a refusal has no guard"),
        (
            lambda raw: [
                raw["workflow"]["actions"][one].update(guard={}, otherwise=text()) for one in ("return", "refuse")
            ],
            "no officer can do anything in 'deciding'",
        ),
        (
            lambda raw: raw["workflow"]["actions"]["approve"].update(guard={"pattern": "^(a+)+$"}),
            "/workflow/actions/approve/guard/pattern: a repeated group",
        ),
    ],
)  # fmt: skip
def test_a_flaw_is_told_at_its_place(change: Any, expected: str) -> None:
    assert expected in "\n".join(told(change))


def test_faults_name_the_entry_that_they_belong_to(made: ServiceDefinition) -> None:
    answers = {"words": "x", "signs": [{"width": 1, "height": 1}, {"width": 0}, 5]}
    assert [(fault.pointer, fault.en) for fault in forms.judge(made, answers)] == [
        ("/answers/signs/1/height", "'Sign 2: Height' is missing."),
        ("/answers/signs/1/width", "'Sign 2: Width' must be at least 1."),
        ("/answers/signs/2", "'Sign 3' must be of type object."),
    ]
    assert forms.judge(made, answers)[0].th == "โปรดกรอก “ป้ายที่ 2: สูง”"


ENTRIES = st.lists(st.fixed_dictionaries({"width": st.integers(1, 1000), "height": st.integers(1, 1000)}), max_size=20)


@given(ENTRIES)
def test_the_sum_over_entries_is_their_sum(entries: list[dict[str, int]]) -> None:
    service = ServiceDefinition.model_validate(signs())
    answers = computed.worked_out(service, {"words": "x", "signs": entries})
    area = sum(entry["width"] * entry["height"] for entry in entries)
    assert answers["area"] == area
    if area < 10**7:
        quote = fees.quote(service, answers, ON)
        assert quote.total_satang == area * 550 + len(entries) * 1000
        assert len(quote.lines[0].rates) == 1
    assert computed.worked_out(service, answers) == answers
    assert computed.without(service, answers) == {"words": "x", "signs": entries}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ({"count": "/list"}, Decimal(2)),
        ({"count": "/none"}, Decimal(0)),
        ({"sum": ["/list", {"var": "/list/*/n"}]}, Decimal(3)),
        ({"sum": ["/list", {"if": [{">": [{"var": "/list/*/n"}, 1]}, 10, {"count": "/list"}]}]}, Decimal(12)),
        ({"sum": ["/none", {"/": [1, 0]}]}, Decimal(0)),
        ({"count": "/text"}, "'count' needs a list"),
        ({"sum": ["/list"]}, "has a list and a formula"),
        ({"sum": ["/list", {"sum": ["/list", 1]}]}, "may not stand within"),
        ({"sum": ["/list", "x"]}, "needs a number"),
        ({"sum": ["/list", 10**15, 1]}, "has a list and a formula"),
        ({"var": "/list/*/n"}, "has a value only within 'sum'"),
        ({"sum": ["/list", {"var": "/other/*/n"}]}, "has a value only within 'sum'"),
    ],
)
def test_formulas_over_lists(expression: Any, expected: Any) -> None:
    evaluation = Evaluation({"list": [{"n": 1}, {"n": 2}], "text": "x"}, {}, ON)
    if isinstance(expected, Decimal):
        assert evaluation.value(expression) == expected
        return
    with pytest.raises(BadExpression, match=expected):
        evaluation.value(expression)


def test_what_is_hidden_or_cannot_be_worked_out_is_left_out() -> None:
    raw = signs()
    hint(raw, "/area")["visible_if"] = {"properties": {"words": {"const": "x"}}}
    service = ServiceDefinition.model_validate(raw)
    entries = [{"width": 1, "height": 1}]
    assert computed.worked_out(service, {"words": "x", "signs": entries})["area"] == 1
    for answers in (
        {"words": "y", "signs": entries},
        {"words": "x", "signs": [{"width": 1}]},
        {"words": "x", "signs": 5},
    ):
        assert computed.worked_out(service, answers) == answers
    nonsense: list[Any] = [None, [], 5, "x"]
    for strange in nonsense:
        assert computed.worked_out(service, strange) == strange


def test_a_computed_answer_follows_the_others_and_is_nobodys_to_change(signing: Town) -> None:
    case = signing.open(MALEE, "signboard-permit")
    signing.patch(case, {"words": "ครัวกลาง", "signs": [{"width": 2, "height": 3}]})
    assert signing.ok(MALEE, "GET", f"/applications/{case}")["answers"]["area"] == 6
    assert signing.ok(MALEE, "GET", f"/applications/{case}/quote")["total_baht"] == "43.00"
    etag = signing.call(MALEE, "GET", f"/applications/{case}").headers["etag"]
    path, headers = f"/applications/{case}/answers", {"If-Match": etag}
    for patch in ({"area": 5}, {"area": True}, {"signs": [{"width": 9, "height": 9}], "area": 6}):
        refused = signing.call(MALEE, "PATCH", path, json=patch, headers=headers)
        assert (refused.status, pointers(refused)) == (422, ["/area"])
    signing.patch(case, {"signs": [{"width": 9, "height": 9}], "area": 81})
    signing.patch(case, {"area": None})
    assert signing.ok(MALEE, "GET", f"/applications/{case}")["answers"]["area"] == 81
    signing.patch(case, {"signs": None})
    assert signing.ok(MALEE, "GET", f"/applications/{case}")["answers"]["area"] == 0
    judged = signing.ok(MALEE, "POST", f"/applications/{case}/validate")
    assert [error["pointer"] for error in judged["errors"]] == ["/answers/signs"]


def filed(town: Town, height: int) -> str:
    case = town.open(MALEE, "signboard-permit")
    town.patch(case, {"words": "ครัวกลาง", "signs": [{"width": 10, "height": height}]})
    town.ok(MALEE, "POST", f"/applications/{case}/submit")
    return case


def test_a_guard_holds_an_officer_back_and_says_why(signing: Town) -> None:
    case = filed(signing, 11)
    offered = signing.ok(BUNDIT, "GET", f"/applications/{case}")["actions"]
    assert [action["action"] for action in offered] == ["refuse"]
    refused = signing.call(BUNDIT, "POST", f"/applications/{case}/actions/approve", json={})
    assert (refused.status, refused.json["errors"][0]["message_en"]) == (409, "The signs are too large for this.")
    # the applicant mends what the officer marked in one entry, and the guard holds
    marked = {"items": [{"pointer": "/signs/0/height", "th": "สูงเกินไป", "en": "Too high."}]}
    signing.ok(ANONG, "POST", f"/applications/{case}/deficiencies", json=marked)
    signing.patch(case, {"signs": [{"width": 10, "height": 10}]})
    signing.ok(MALEE, "POST", f"/applications/{case}/submit")
    offered = signing.ok(BUNDIT, "GET", f"/applications/{case}")["actions"]
    assert [action["action"] for action in offered] == ["approve", "refuse"]
    signing.act(BUNDIT, case, "approve")
    assert signing.ok(MALEE, "GET", f"/applications/{case}/quote")["total_baht"] == "560.00"


def test_an_entry_that_is_none_cannot_be_marked(signing: Town) -> None:
    case = filed(signing, 1)
    marked = {"items": [{"pointer": "/signs/0/colour", "th": "สี", "en": "Colour."}]}
    refused = signing.call(ANONG, "POST", f"/applications/{case}/deficiencies", json=marked)
    assert (refused.status, pointers(refused)) == (422, ["/items/0/pointer"])


def test_the_manual_tells_what_is_worked_out(made: ServiceDefinition) -> None:
    shown = manual(made, load()["lfa-2558"])
    assert [one.en for one in shown.computed] == ["Area of all"]
