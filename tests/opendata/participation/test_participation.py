"""Taking part: what is shown, to whom, who decides, and what is not taken at all."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.opendata.participation.model import STARS, Ratings
from chalicelib.opendata.personal import personal
from chalicelib.shared.thai import check_digit, to_thai_digits
from tests.opendata.portal import READER, Portal
from tests.support.client import Answer

REUSE = {"kind": "reuse", "title": "แผนที่ร้านอาหาร", "url": "https://map.example/", "type": "application"}
PATH = "/opendata/v1/contributions"


def auth(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def give(portal: Portal, token: str | None = None, key: str | None = None, /, **content: Any) -> Answer:
    headers = auth(token or portal.reader) | ({} if key is None else {"Idempotency-Key": key})
    return portal.client.post(PATH, json={"dataset": "one", **content}, headers=headers)


def decide(portal: Portal, id: str, token: str | None = None, **decision: Any) -> Answer:
    return portal.client.patch(f"{PATH}/{id}", json=decision, headers=auth(token or portal.publisher))


def listed(portal: Portal, query: str = "dataset=one", token: str | None = None) -> dict[str, Any]:
    answer = portal.client.get(f"{PATH}?{query}", headers=auth(token) if token else {})
    assert answer.status == 200, answer.text
    found: dict[str, Any] = answer.json
    return found


@pytest.fixture
def portal(portal: Portal) -> Portal:
    portal.organization()
    portal.dataset("one")
    return portal


def test_a_reuse_waits_for_the_publisher_and_is_then_shown_to_everybody(portal: Portal) -> None:
    made = give(portal, **REUSE)
    assert (made.status, made.json["state"], made.json["mine"]) == (201, "waiting", True)
    assert listed(portal)["items"] == []
    assert portal.client.get(f"{PATH}/{made.json['id']}").status == 404
    waiting = listed(portal, "waiting_for=laemngop", portal.publisher)
    assert [each["id"] for each in waiting["items"]] == [made.json["id"]]
    assert decide(portal, made.json["id"], state="shown").json["state"] == "shown"
    assert listed(portal, "waiting_for=laemngop", portal.publisher)["items"] == []
    for query in ("dataset=one", "dataset=one&kind=reuse", ""):
        (item,) = listed(portal, query)["items"]
        assert (item["content"]["title"], item["mine"], item["decided"]) == (REUSE["title"], False, None)
    assert listed(portal, "dataset=one&kind=comment")["items"] == []
    assert portal.client.get(f"{PATH}/{made.json['id']}").status == 200


def test_who_wrote_it_is_told_to_nobody(portal: Portal) -> None:
    made = give(portal, kind="comment", text="ขอบคุณครับ").json
    decide(portal, made["id"], state="shown")
    author = portal.catalogue.parts.keyring.pseudonym(READER)
    for token in (None, portal.reader, portal.publisher):
        assert author not in portal.client.get(f"{PATH}?dataset=one", headers=auth(token) if token else {}).text


def test_hiding_needs_a_reason_that_the_author_sees(portal: Portal) -> None:
    made = give(portal, kind="comment", text="โฆษณา").json
    assert decide(portal, made["id"], state="hidden").status == 422
    assert decide(portal, made["id"], state="hidden", reason="เป็นโฆษณา").status == 200
    (mine,) = listed(portal, "mine=true", portal.reader)["items"]
    assert (mine["state"], mine["decided"]["reason"]) == ("hidden", "เป็นโฆษณา")
    assert decide(portal, made["id"], state="shown").status == 200
    assert len(listed(portal)["items"]) == 1


def test_only_the_publishers_moderate_and_only_the_author_withdraws(portal: Portal) -> None:
    made = give(portal, kind="comment", text="ดี").json
    assert decide(portal, made["id"], portal.other, state="shown").status == 404
    assert decide(portal, made["id"], portal.reader, state="shown").status == 403
    assert decide(portal, made["id"], portal.publisher, state="withdrawn").status == 403
    assert portal.client.patch(f"{PATH}/{made['id']}", json={"state": "shown"}).status == 401
    assert portal.client.get(f"{PATH}?waiting_for=laemngop", headers=auth(portal.other)).status == 403
    assert portal.client.get(f"{PATH}?waiting_for=laemngop").status == 401
    assert portal.client.get(f"{PATH}?mine=true").status == 401
    assert decide(portal, made["id"], portal.reader, state="withdrawn").status == 200
    assert decide(portal, made["id"], state="shown").status == 409


def test_the_organisation_answers(portal: Portal) -> None:
    made = give(portal, kind="comment", text="ปรับปรุงเมื่อใด").json
    decide(portal, made["id"], state="shown")
    assert decide(portal, made["id"], portal.reader, reply="ผมเอง").status == 403
    assert decide(portal, made["id"], reply="ทุกเดือน").status == 200
    assert listed(portal)["items"][0]["reply"]["text"] == "ทุกเดือน"
    decide(portal, made["id"], reply="")
    assert listed(portal)["items"][0]["reply"] is None


def test_a_person_rates_once_and_may_change_it(portal: Portal) -> None:
    first = give(portal, kind="rating", stars=5)
    assert (first.json["state"], first.status) == ("shown", 201)
    give(portal, portal.other, kind="rating", stars=2)
    assert listed(portal)["ratings"] == {"count": 2, "average": 3.5, "stars": {"2": 1, "5": 1}}
    again = give(portal, kind="rating", stars=3, text="พอใช้")
    assert (again.json["id"], again.json["state"]) == (first.json["id"], "waiting")
    assert listed(portal)["ratings"] == {"count": 2, "average": 2.5, "stars": {"2": 1, "3": 1}}
    decide(portal, first.json["id"], portal.reader, state="withdrawn")
    assert listed(portal)["ratings"]["stars"] == {"2": 1}
    give(portal, kind="rating", stars=4)
    assert listed(portal)["ratings"]["stars"] == {"2": 1, "4": 1}


def test_what_comes_twice_with_one_key_counts_once(portal: Portal) -> None:
    first, second = (give(portal, None, "k", kind="rating", stars=5) for _ in range(2))
    assert first.json == second.json
    assert listed(portal)["ratings"]["count"] == 1
    comments = [give(portal, None, "c", kind="comment", text="ดี").json["id"] for _ in range(2)]
    assert len(set(comments)) == 1


def test_only_public_datasets_are_talked_about(portal: Portal) -> None:
    portal.dataset("draft", private=True)
    for token in (portal.reader, portal.publisher):
        answer = portal.client.post(
            PATH, json={"kind": "comment", "dataset": "draft", "text": "x"}, headers=auth(token)
        )
        assert answer.status == 404
    made = give(portal, **REUSE).json
    decide(portal, made["id"], state="shown")
    portal.act("package_patch", portal.publisher, id="one", private=True)
    assert listed(portal, "")["items"] == []
    assert portal.client.get(f"{PATH}/{made['id']}").status == 404
    assert portal.client.get(f"{PATH}?dataset=one").status == 404


@pytest.mark.parametrize(
    ("content", "pointer"),
    [
        ({"kind": "comment", "text": ""}, ""),
        ({"kind": "comment"}, ""),
        ({"kind": "rating"}, ""),
        ({"kind": "rating", "stars": 6}, "/stars"),
        ({"kind": "reuse", "title": "x", "type": "news"}, ""),
        ({**REUSE, "type": "x"}, "/type"),
        ({**REUSE, "url": "javascript:alert(1)"}, "/url"),
        ({**REUSE, "url": "https://u:p@x.example/"}, "/url"),
        ({"kind": "comment", "text": "โทร 081-234-5678"}, "/text"),
        ({"kind": "comment", "text": "โทร ๐๘๑ ๒๓๔ ๕๖๗๘"}, "/text"),
        ({"kind": "comment", "text": "me@example.com"}, "/text"),
        ({"kind": "comment", "text": "3 1006 00445 63 5"}, "/text"),
        ({"kind": "comment", "text": "x\u202ey"}, "/text"),
        ({"kind": "comment", "text": "x" * 5_001}, "/text"),
        ({"kind": "essay", "text": "x"}, "/kind"),
        ({"kind": "comment", "text": "x", "state": "shown"}, "/state"),
    ],
)
def test_what_will_not_do_is_refused_by_its_place(portal: Portal, content: dict[str, Any], pointer: str) -> None:
    answer = give(portal, **content)
    assert answer.status == 422, answer.text
    assert pointer in [each["pointer"] for each in answer.json["errors"]]
    assert listed(portal, "mine=true", portal.reader)["items"] == []


@given(st.integers(10**11, 9 * 10**11 - 1), st.booleans(), st.sampled_from(["", "-", " ", "."]))
def test_a_national_id_is_seen_however_it_is_written(number: int, thai: bool, separator: str) -> None:
    twelve = str(number)
    written = separator.join(twelve + check_digit(twelve))
    found = personal(f"ก {to_thai_digits(written) if thai else written} ข")
    assert found or not "1" <= twelve[0] <= "8"


@pytest.mark.parametrize("text", ["ปี 2566", "งบ 1,234,567,890,123 บาท", "รหัส 1234567890123", "ISBN 978-616-123-456-7"])
def test_other_numbers_are_no_persons(text: str) -> None:
    assert not personal(text)


@given(st.dictionaries(st.sampled_from(STARS), st.integers(0, 1000)))
def test_an_average_lies_between_the_least_and_the_most(stars: dict[int, int]) -> None:
    given_ = [each for each, times in stars.items() if times]
    average = Ratings(stars).average
    assert (average is None) == (not given_)
    assert average is None or min(given_) <= average <= max(given_)
