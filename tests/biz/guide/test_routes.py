"""The guide over HTTP, by JSON and by a link: each word explained, nothing kept, nobody asked who they are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from chalicelib.biz.definitions.lint import examine

from ..samples import small, text
from ..town import MALEE, Town
from .samples import GUIDE

NOTICE = "food-establishment-notification"
LICENCE = "food-establishment-licence"
SMALL_SHOP = {"where": "laem_ngop", "owner_kind": "person", "business": ["food"], "area_m2": 48, "in_market": False}


@pytest.fixture(scope="module")
def calm() -> Town:
    """A town that no test changes."""
    return Town()


def ask(town: Town, **answers: Any) -> Any:
    return town.ok(None, "POST", "/guide", json={"answers": answers})


def names(groups: Any) -> list[str]:
    return [line["question"] for group in groups for line in group["questions"]]


def test_at_first_only_what_everybody_is_asked(calm: Town) -> None:
    said = ask(calm)
    assert not said["complete"]
    assert names(said["questions"])[:3] == ["where", "owner_kind", "business"]
    assert "area_m2" not in names(said["questions"]), "that is asked of who sells food"
    assert said["needed"] == said["not_needed"] == said["notes"] == []
    assert said["link"] == "/biz/v1/guide"


def test_what_is_asked_next_can_still_change_something(calm: Town) -> None:
    said = ask(calm, where="laem_ngop", business=["food"], registered=True, has_signboard=False)
    assert names(said["questions"]) == ["area_m2", "in_market"]
    decides = {line["question"]: line["decides"] for group in said["questions"] for line in group["questions"]}
    assert decides == {"area_m2": [LICENCE, NOTICE], "in_market": [LICENCE, NOTICE]}
    assert {each["service"] for each in said["undecided"]} == {LICENCE, NOTICE}
    assert said["undecided"][0]["depends_on"] == ["area_m2", "in_market"]
    assert ask(calm, **SMALL_SHOP, registered=True, has_signboard=False)["questions"] == []


def test_a_small_restaurant_notifies_and_is_told_why_how_long_and_how_much(calm: Town) -> None:
    said = ask(calm, **SMALL_SHOP, registered=True, has_signboard=False)
    assert said["complete"]
    (needed,) = said["needed"]
    assert (needed["service"], needed["kind"]) == (NOTICE, "notification")
    assert "200" in needed["because"]["text"]["th"]
    assert [(line["text"]["en"], line["answer"]["en"]) for line in needed["answers"]][-2:] == [
        ("How large is the area for preparing, selling and eating, all together?", "48 square metres"),
        ("Is the shop in a market?", "No"),
    ]
    assert "วันทำการ" in needed["time"]["text"]["th"]
    assert needed["time"]["verified"] is False, "what nobody checked is marked"
    assert [fee["baht"] for fee in needed["fees"]] == ["100.00"]
    assert said["cost"] == {"baht": "100.00", "complete": True}
    modes = {line["code"]: (line["mode"], line["certain"]) for line in needed["documents"]}
    assert modes["identity"] == ("exchange", True)
    assert modes["premises_right"] == ("upload", False), "a tenant needs it; whether one is, the form asks"
    lease = next(line for line in needed["documents"] if line["code"] == "premises_right")
    assert [label["en"] for label in lease["depends_on"]] == ["Right to the premises"]
    assert "juristic_certificate" not in modes, "a person has none"
    refused = {each["service"]: [line["question"] for line in each["answers"]] for each in said["not_needed"]}
    assert refused[LICENCE] == ["area_m2"]
    assert refused["hotel-licence"] == ["business"]
    assert refused["signboard-tax"] == ["has_signboard"]


def test_what_was_answered_opens_an_application(town: Town) -> None:
    """The body and the merge patch that the guide gives are taken as they are."""
    (needed,) = [each for each in ask(town, **SMALL_SHOP)["needed"] if each["service"] == NOTICE]
    opening = needed["open"]
    assert opening["answers"] == {"establishment": {"area_m2": 48, "in_market": False}}
    assert (opening["method"], opening["path"]) == ("POST", "/biz/v1/applications")
    made = town.ok(MALEE, "POST", opening["path"].removeprefix("/biz/v1"), json=opening["body"])
    path = opening["answers_path"].removeprefix("/biz/v1").format(id=made["id"])
    etag = town.call(MALEE, "GET", f"/applications/{made['id']}").headers["etag"]
    town.ok(MALEE, "PATCH", path, json=opening["answers"], headers={"If-Match": etag})
    held = town.ok(MALEE, "GET", f"/applications/{made['id']}")["answers"]
    assert held["establishment"] == {"area_m2": 48, "in_market": False}


def test_a_fee_that_hangs_on_one_more_answer_asks_for_it(calm: Town) -> None:
    bar = {**SMALL_SHOP, "business": ["food", "alcohol"], "alcohol_litres": "under_10"}
    said = ask(calm, **bar, registered=True, has_signboard=False)
    alcohol = next(each for each in said["needed"] if each["service"] == "alcohol-retail-licence")
    assert alcohol["fees"][0]["baht"] is None
    assert alcohol["fees"][0]["depends_on"]
    assert {rate["value"] for rate in alcohol["fees"][0]["rates"]} == {"2200", "330"}
    assert said["cost"] == {"baht": "100.00", "complete": False}
    assert said["complete"], "whether it is needed is known; what it costs is not"
    (line,) = said["questions"][0]["questions"]
    assert (line["question"], line["decides"], line["details"]) == ("vat_registered", [], ["alcohol-retail-licence"])
    more = ask(calm, **bar, registered=True, has_signboard=False, vat_registered=True)
    assert more["cost"] == {"baht": "2300.00", "complete": True}
    assert more["questions"] == []


def test_whether_a_document_is_needed_may_hang_on_who_applies(calm: Town) -> None:
    shop = {name: value for name, value in SMALL_SHOP.items() if name != "owner_kind"}
    said = ask(calm, **shop, registered=True, has_signboard=False)
    (line,) = said["questions"][0]["questions"]
    assert (line["question"], line["details"]) == ("owner_kind", [NOTICE])
    documents = {each["code"]: each for each in said["needed"][0]["documents"]}
    assert not documents["juristic_certificate"]["certain"]
    assert [label["en"] for label in documents["juristic_certificate"]["depends_on"]] == ["Who applies"]
    company = ask(calm, **shop, owner_kind="juristic", registered=True, has_signboard=False)["needed"][0]
    assert {each["code"]: each["certain"] for each in company["documents"]}["juristic_certificate"]
    assert company["open"]["body"]["applicant"] == {"kind": "juristic"}
    assert len(company["filled"]) > len(said["needed"][0]["filled"]), "the register of companies knows more"


def test_an_answer_that_is_not_asked_for_is_told_and_does_not_count(calm: Town) -> None:
    said = ask(calm, business=["goods"], area_m2=500, in_market=False)
    assert [line["question"] for line in said["ignored"]] == ["area_m2", "in_market"]
    assert [line["question"] for line in said["answers"]] == ["business"]
    assert LICENCE in [each["service"] for each in said["not_needed"]]


def test_who_is_elsewhere_is_told_that_others_may_ask_the_same(calm: Town) -> None:
    said = ask(calm, where="elsewhere", business=["food"])
    assert "โปรดสอบถามที่นั่น" in said["notes"][0]["th"]


def test_what_can_be_asked_for_in_one_go_is_offered_with_what_is_known(town: Town) -> None:
    bar = {**SMALL_SHOP, "business": ["food", "alcohol"], "registered": False, "has_signboard": True}
    said = ask(town, **bar, alcohol_litres="under_10", vat_registered=False)
    (bundle,) = said["bundles"]
    assert set(bundle["needed"]) == {each["service"] for each in said["needed"]}
    assert [each["service"] for each in said["needed"]] == bundle["needed"], "in the order in which they are filed"
    assert bundle["needed"].index(NOTICE) < bundle["needed"].index("commercial-registration")
    body = bundle["open"]["body"]
    assert body["applicant"] == {"kind": "person"}
    assert body["answers"]["area_m2"] == 48
    run = town.ok(MALEE, "POST", bundle["open"]["path"].removeprefix("/biz/v1"), json=body)
    held = town.ok(MALEE, "GET", f"/bundles/{run['id']}")["answers"]
    assert held == body["answers"] | {key: held[key] for key in held.keys() - body["answers"].keys()}
    assert town.ok(None, "GET", bundle["offer"].removeprefix("/biz/v1"))["name"] == bundle["name"]
    assert ask(town, **SMALL_SHOP, registered=True, has_signboard=False)["bundles"] == [], "one service is no bundle"


def test_a_link_says_the_same_as_the_answers(calm: Town) -> None:
    said = ask(calm, **SMALL_SHOP)
    assert said["link"] == ("/biz/v1/guide?where=laem_ngop&owner_kind=person&business=food&area_m2=48&in_market=no")
    assert calm.ok(None, "GET", said["link"].removeprefix("/biz/v1")) == said


@pytest.mark.parametrize(
    ("answers", "pointers"),
    [
        ({"moon": True, "where": "laem_ngop"}, ["/answers/moon"]),
        ({"where": "1990100002021"}, ["/answers/where"]),
        ({"business": "food", "area_m2": "x"}, ["/answers/business", "/answers/area_m2"]),
        ({"business": [["food"]], "rooms": {"a": 1}}, ["/answers/business", "/answers/rooms"]),
        ({"area_m2": 1e300}, ["/answers/area_m2"]),
    ],
)
def test_an_answer_that_is_none_is_refused_by_name(calm: Town, answers: dict[str, Any], pointers: list[str]) -> None:
    refused = calm.call(None, "POST", "/guide", json={"answers": answers})
    assert refused.status == 422
    assert sorted(error["pointer"] for error in refused.json["errors"]) == sorted(pointers)
    assert all(error["message_th"] and error["message_en"] for error in refused.json["errors"])
    assert "1990100002021" not in refused.text, "nothing that was sent is repeated"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"answers": []}, 422),
        ({"answers": {}, "pid": MALEE}, 422),
        ({"answers": {f"q{number}": 1 for number in range(301)}}, 422),
        ({"answers": {"where": "x" * 40_000}}, 413),
        ([], 422),
    ],
)
def test_a_body_of_another_shape_is_refused(calm: Town, body: Any, status: int) -> None:
    assert calm.call(None, "POST", "/guide", json=body).status == status


def test_a_link_with_a_wrong_answer_is_refused_to_machines(calm: Town) -> None:
    refused = calm.call(None, "GET", "/guide?area_m2=large&moon=1")
    assert refused.status == 422
    assert [error["pointer"] for error in refused.json["errors"]] == ["query:area_m2", "query:moon"]


def test_the_guide_reads_nothing_but_what_is_new_on_the_shelf(town: Town) -> None:
    ask(town, **SMALL_SHOP)
    town.memory.requests.clear()
    for _ in range(3):
        ask(town, **SMALL_SHOP)
        town.ok(None, "GET", "/guide?business=food")
    assert town.memory.requests == []
    town.pass_time(minutes=1)
    ask(town, **SMALL_SHOP)
    assert len(town.memory.requests) == 1, "what was published meanwhile, asked once"


def test_a_service_that_came_as_json_alone_is_in_the_guide(tmp_path: Path) -> None:
    stage = {"text": text("จะมีดนตรีสดหรือไม่", "Will there be live music?"), "kind": "yes_no"}
    guide = {
        **GUIDE,
        "questions": ["business", "live_music"],
        "asks": {"live_music": {**stage, "asked_if": {"required": ["business"], "properties": GUIDE_FOOD}}},
        "needed": {"required": ["live_music"], "properties": {"live_music": {"const": True}, "business": {}}},
        "tests": [
            {"answers": {"business": ["food"], "live_music": True}, "needed": True},
            {"answers": {"business": ["goods"]}, "needed": False},
        ],
    }
    raw = small(id="live-music", guide=guide)
    assert examine(raw)[1] == []
    (tmp_path / "live-music.json").write_text(json.dumps(raw), encoding="utf-8")
    town = Town(tmp_path)
    assert "live-music" in [each["service"] for each in ask(town)["undecided"]]
    said = ask(town, business=["food"])
    own = next(line for group in said["questions"] for line in group["questions"] if "music" in line["question"])
    assert (own["question"], own["decides"]) == ("live-music.live_music", ["live-music"])
    assert said["questions"][-1]["title"]["en"] == "Signboard registration"
    said = ask(town, **{"business": ["food"], "live-music.live_music": True})
    needed = next(each for each in said["needed"] if each["service"] == "live-music")
    assert needed["fees"][0]["baht"] is None
    assert [label["en"] for label in needed["fees"][0]["depends_on"]] == ["Width"]
    page = town.call(None, "GET", "/guide?business=food&lang=th", headers={"Accept": "text/html"})
    assert "จะมีดนตรีสดหรือไม่" in page.text
    assert 'name="live-music.live_music"' in page.text


def test_a_service_that_says_nothing_to_the_guide_is_told_as_such(tmp_path: Path) -> None:
    (tmp_path / "silent.json").write_text(json.dumps(small(id="silent")), encoding="utf-8")
    said = ask(Town(tmp_path), **SMALL_SHOP)
    assert [each["service"] for each in said["unguided"]] == ["silent"]
    assert said["unguided"][0]["manual"] == "/biz/v1/services/silent/manual"


GUIDE_FOOD = {"business": {"contains": {"const": "food"}}}
