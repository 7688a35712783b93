"""Agencies build services without code: drafts, checking, publishing by a second person, retiring, export, import."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.biz.definitions import bounds
from chalicelib.biz.definitions.catalogue import SHIPPED, Catalogue
from chalicelib.biz.definitions.shelf import FRESH, Shelf
from chalicelib.biz.definitions.store import Definitions, work_key
from chalicelib.shared.journal import Once, chain_is_whole
from tests.support.client import Answer

from ..samples import food, small
from ..town import AGENCY, ANONG, BUNDIT, FOOD, MALEE, SOMCHAI, THANA, Town, pointers

SIGN = "signboard-permit"
OUTSIDER = SOMCHAI
TRAT = "TH/LOCAL/TRAT"


def sign(version: int = 1, **changes: Any) -> dict[str, Any]:
    """A small service of Laem Ngop."""
    return small(agency=AGENCY, version=version, **changes)


def put(
    town: Town, raw: Any, who: str = ANONG, etag: str | None = None, service: str = SIGN, query: str = ""
) -> Answer:
    headers = {} if etag is None else {"If-Match": etag}
    return town.call(who, "PUT", f"/services/{service}/draft{query}", json=raw, headers=headers)


def publish(town: Town, etag: str, who: str = BUNDIT, service: str = SIGN, query: str = "") -> Answer:
    return town.call(who, "POST", f"/services/{service}/versions{query}", headers={"If-Match": etag})


def published(town: Town, raw: Any) -> Any:
    """One version written by Anong and published by Bundit."""
    kept = put(town, raw, etag=etag_of(town), service=raw["id"])
    assert kept.status == 200, kept.text
    done = publish(town, kept.headers["etag"], service=raw["id"])
    assert done.status == 201, done.text
    return done.json


def etag_of(town: Town, service: str = SIGN) -> str | None:
    shown = town.call(ANONG, "GET", f"/services/{service}/draft")
    return shown.headers["etag"] if shown.status == 200 and shown.json["definition"] is not None else None


def enlist(town: Town, pid: str, agency: str, *roles: str) -> None:
    town.biz.enlist(Once(pid, "", pid, claimed=False), pid, agency, roles, "เจ้าหน้าที่")


def test_a_service_is_written_published_and_applied_for_without_code(town: Town) -> None:
    kept = put(town, sign())
    assert (kept.status, kept.json["clean"], kept.headers["etag"]) == (200, True, '"v1"')
    assert town.call(None, "GET", f"/services/{SIGN}").status == 404
    done = publish(town, kept.headers["etag"])
    assert (done.status, done.json["version"]) == (201, 1)
    assert SIGN in [item["id"] for item in town.ok(None, "GET", "/services")["items"]]
    assert "คู่มือสำหรับประชาชน" in town.call(None, "GET", f"/services/{SIGN}/manual?format=html").text

    case = town.open(MALEE, SIGN)
    town.patch(case, {"words": "ครัวกลาง", "width": 2})
    assert town.ok(MALEE, "GET", f"/applications/{case}/quote")["total_baht"] == "11.00"
    town.ok(MALEE, "POST", f"/applications/{case}/submit")
    town.act(BUNDIT, case, "approve")
    assert town.pay(case).json == {"status": "booked"}
    assert town.ok(MALEE, "GET", f"/applications/{case}")["state"] == "done"


def test_a_draft_with_problems_is_kept_told_and_not_published(town: Town) -> None:
    raw = sign(workflow__actions__approve__to="nirvana")
    kept = put(town, raw)
    assert kept.status == 200 and not kept.json["clean"]
    (problem,) = kept.json["problems"]
    assert problem["pointer"] == "/workflow/actions/approve"
    assert problem["message_en"] == "there is no state 'nirvana'"
    assert problem["message_th"].startswith("ขั้นตอนการพิจารณา:")
    assert kept.json["summary"]["th"] == "พบปัญหา 1 ข้อ ใน: ขั้นตอนการพิจารณา"
    refused = publish(town, kept.headers["etag"])
    assert (refused.status, pointers(refused)) == (422, ["/workflow/actions/approve"])
    assert town.ok(ANONG, "POST", f"/services/{SIGN}/draft", json=raw)["problems"] == kept.json["problems"]


def test_own_tests_that_fail_hold_a_draft_back(town: Town) -> None:
    kept = put(town, sign(tests__0__fee="12"))
    assert pointers(publish(town, kept.headers["etag"])) == ["/tests/0"]


def test_whoever_wrote_on_a_draft_may_not_publish_it(town: Town) -> None:
    first = put(town, sign())
    second = put(town, sign(sla__days=9), who=BUNDIT, etag=first.headers["etag"])
    for who in (ANONG, BUNDIT):
        assert publish(town, second.headers["etag"], who).status == 403
    enlist(town, OUTSIDER, AGENCY, "publisher")
    assert publish(town, second.headers["etag"], OUTSIDER).status == 201


def test_what_is_published_is_what_was_looked_at(town: Town) -> None:
    first = put(town, sign())
    put(town, sign(sla__days=9), etag=first.headers["etag"])
    assert publish(town, first.headers["etag"]).status == 412
    assert town.call(BUNDIT, "POST", f"/services/{SIGN}/versions").status == 428


def test_two_officers_do_not_overwrite_each_other(town: Town) -> None:
    first = put(town, sign())
    assert put(town, sign(sla__days=9), who=BUNDIT).status == 412
    assert put(town, sign(sla__days=9), who=BUNDIT, etag='"v7"').status == 412
    assert put(town, sign(sla__days=9), who=BUNDIT, etag=first.headers["etag"]).status == 200


def test_drafts_do_not_exist_for_others(town: Town) -> None:
    enlist(town, OUTSIDER, TRAT, "approver")
    put(town, sign())
    for query in ("", f"?agency={AGENCY}"):
        assert town.call(OUTSIDER, "GET", f"/services/{SIGN}/draft{query}").status == 404
    assert put(town, sign(), who=OUTSIDER, query=f"?agency={AGENCY}").status == 404
    assert town.call(MALEE, "GET", f"/services/{SIGN}/draft").status == 403
    assert town.call(None, "GET", f"/services/{SIGN}/versions").status == 404
    # the same name, in the making at two agencies: the first to publish has it
    theirs = put(town, small(), who=OUTSIDER)
    assert theirs.json["clean"]
    assert publish(town, '"v1"').status == 201
    assert put(town, small(), who=OUTSIDER, etag=theirs.headers["etag"]).status == 403
    assert publish(town, theirs.headers["etag"], THANA, query=f"?agency={TRAT}").status == 403


def test_the_operator_acts_for_any_agency(town: Town) -> None:
    kept = put(town, small(), who=THANA, query=f"?agency={TRAT}")
    assert kept.json["agency"] == TRAT and kept.json["clean"]
    assert town.call(THANA, "GET", f"/services/{SIGN}/draft?agency={TRAT}").json["definition"] == small()
    assert town.call(THANA, "GET", f"/services/{SIGN}/draft").status == 404
    enlist(town, OUTSIDER, TRAT, "approver")
    assert publish(town, kept.headers["etag"], OUTSIDER).status == 201


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [({"id": "other-service"}, "/id"), ({"agency": TRAT}, "/agency"), ({"version": 2}, "/version"),
     ({"law_pack": "lfa-9999"}, "/law_pack")],
)  # fmt: skip
def test_a_definition_is_for_its_own_place(town: Town, changes: dict[str, Any], pointer: str) -> None:
    kept = put(town, {**sign(), **changes})
    assert [problem["pointer"] for problem in kept.json["problems"]] == [pointer]


def test_a_shipped_service_gets_its_next_version_from_its_agency(town: Town) -> None:
    old = town.open()
    raw = food() | {"version": 2, "effective_from": "2026-12-01"}
    published(town, raw)
    assert town.ok(None, "GET", f"/services/{FOOD}")["version"] == 1
    town.pass_time(days=10)
    assert town.ok(None, "GET", f"/services/{FOOD}")["version"] == 2
    assert town.ok(MALEE, "GET", f"/applications/{old}")["service_version"] == 1
    listed = town.ok(None, "GET", f"/services/{FOOD}/versions")["items"]
    assert [(one["version"], one["changes"]) for one in listed] == [
        (2, [{"op": "replace", "pointer": "/version"}, {"op": "replace", "pointer": "/effective_from"}]),
        (1, []),
    ]


def test_versions_are_listed_with_what_changed_page_by_page(town: Town) -> None:
    for version in (1, 2, 3):
        published(town, sign(version, sla__days=version))
    seen, cursor = [], ""
    while True:
        page = town.ok(None, "GET", f"/services/{SIGN}/versions?limit=1{cursor}")
        seen += [(one["version"], [change["pointer"] for change in one["changes"]]) for one in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert seen == [(3, ["/version", "/sla/days"]), (2, ["/version", "/sla/days"]), (1, [])]


def test_what_is_exported_is_imported_byte_by_byte(town: Town) -> None:
    raw = sign()
    published(town, raw)
    exported = town.call(None, "GET", f"/services/{SIGN}/versions/1").text
    assert exported == bounds.canonical(raw)
    other = Town()
    kept = put(other, json.loads(exported))
    publish(other, kept.headers["etag"])
    assert other.call(None, "GET", f"/services/{SIGN}/versions/1").text == exported
    listed = town.ok(None, "GET", f"/services/{SIGN}/versions")["items"]
    assert listed[0]["sha256"] == kept.json["sha256"]
    shipped = town.call(None, "GET", f"/services/{FOOD}/versions/1").text
    assert bounds.canonical(json.loads(shipped)) == shipped
    draft = put(town, json.loads(shipped) | {"version": 2}, service=FOOD)
    shown = town.ok(ANONG, "GET", f"/services/{FOOD}/draft")["definition"]
    assert draft.json["clean"] and bounds.canonical(shown | {"version": 1}) == shipped
    for number in ("2", "0", "x", "1e3"):
        assert town.call(None, "GET", f"/services/{SIGN}/versions/{number}").status == 404


def test_a_retired_service_opens_no_cases_and_running_ones_go_on(town: Town) -> None:
    published(town, sign())
    case = town.open(MALEE, SIGN)
    body = {"retire_from": "2026-12-01", "th": "ยกเลิกข้อบัญญัติ", "en": "The ordinance was repealed."}
    done = town.ok(ANONG, "PATCH", f"/services/{SIGN}", json=body)
    assert (done["retired_from"], done["upto"]) == ("2026-12-01", 1)
    town.open(MALEE, SIGN)
    town.pass_time(days=6)
    assert town.call(None, "GET", f"/services/{SIGN}").status == 404
    opening = {"service": SIGN, "applicant": {"kind": "person"}}
    assert town.call(MALEE, "POST", "/applications", json=opening).status == 404
    assert town.ok(None, "GET", f"/services/{SIGN}/versions")["retired_why"]["en"] == body["en"]
    town.patch(case, {"words": "ครัวกลาง", "width": 2})
    town.ok(MALEE, "POST", f"/applications/{case}/submit")
    published(town, sign(2))  # and it may come back
    assert town.ok(None, "GET", f"/services/{SIGN}")["version"] == 2
    assert town.ok(None, "GET", f"/services/{SIGN}/versions")["retired_from"] is None


def test_the_words_of_what_was_given_stay_when_a_service_ends_and_are_read_once(town: Town) -> None:
    published(town, sign())
    published(town, sign(2, credential__name={"th": "ป้ายใหม่", "en": "New sign"}))
    vct = sign()["credential"]["vct"]

    def name() -> Any:
        return town.ok(None, "GET", f"/credential-types?vct={vct}")["name"]

    assert name() == "New sign"
    town.memory.requests.clear()
    assert town.call(None, "GET", "/credential-types?vct=urn:nobody").status == 404
    assert name() == "New sign" and town.memory.requests == []
    body = {"retire_from": "2026-11-25", "th": "ยกเลิกข้อบัญญัติ", "en": "The ordinance was repealed."}
    town.ok(ANONG, "PATCH", f"/services/{SIGN}", json=body)
    assert town.call(None, "GET", f"/services/{SIGN}").status == 404
    assert name() == "New sign"
    town.memory.requests.clear()
    other = Shelf(Catalogue.read(SHIPPED), Definitions(town.table), town.now)
    for _ in range(3):
        found = other.issuing(vct, town.biz.office.today())
        assert found is not None and found.version == 2 and other.issuing("urn:nobody", found.effective_from) is None
    assert town.memory.requests == ["query", "get_many"]


def test_retiring_a_shipped_service_and_refusals(town: Town) -> None:
    body = {"retire_from": "2026-11-25", "th": "เลิก", "en": "Over."}
    assert pointers(town.call(ANONG, "PATCH", f"/services/{FOOD}", json=body | {"retire_from": "2026-11-24"})) == [
        "/retire_from"
    ]
    assert town.call(ANONG, "PATCH", f"/services/{SIGN}", json=body).status == 404
    enlist(town, OUTSIDER, TRAT, "approver")
    assert town.call(OUTSIDER, "PATCH", f"/services/{FOOD}", json=body).status == 403
    town.ok(ANONG, "PATCH", f"/services/{FOOD}", json=body)
    assert town.call(None, "GET", f"/services/{FOOD}").status == 404


def test_a_draft_is_discarded(town: Town) -> None:
    kept = put(town, sign())
    path = f"/services/{SIGN}/draft"
    assert town.call(ANONG, "DELETE", path, headers={"If-Match": '"v9"'}).status == 412
    assert town.call(ANONG, "DELETE", path, headers={"If-Match": kept.headers["etag"]}).status == 204
    assert town.ok(ANONG, "GET", path)["definition"] is None
    assert town.call(ANONG, "DELETE", path, headers={"If-Match": '"v2"'}).status == 404
    assert publish(town, '"v2"').status == 404
    again = put(town, sign(), who=BUNDIT)  # whoever wrote on what was discarded may publish what another writes
    assert again.headers["etag"] == '"v3"' and publish(town, '"v3"', ANONG).status == 201


def test_too_large_a_draft_is_not_kept(town: Town) -> None:
    refused = put(town, sign(summary__en="x" * 9000))
    assert (refused.status, pointers(refused)) == (422, ["/summary/en"])
    assert town.call(ANONG, "GET", f"/services/{SIGN}/draft").status == 404
    assert put(town, [1]).status == 422
    assert put(town, sign(), service="Not-A-Slug").status == 404


def test_the_history_is_a_chain_of_pseudonyms(town: Town) -> None:
    published(town, sign())
    put(town, sign(2))
    events = town.journal.history(work_key(AGENCY, SIGN).pk)
    assert [event.type for event in events] == [f"biz.service.{word}" for word in ("drafted", "published", "drafted")]
    assert chain_is_whole(events)
    shown = town.ok(BUNDIT, "GET", f"/services/{SIGN}/draft")["history"]
    assert [one["hash"] for one in shown] == [event.hash for event in events][::-1]
    stored = json.dumps([item.data for item, _ in town.memory._items.values()], ensure_ascii=False)
    assert ANONG not in stored and BUNDIT not in stored


def test_a_repeated_publication_is_answered_as_the_first(town: Town) -> None:
    kept = put(town, sign())
    headers = {"If-Match": kept.headers["etag"], "Idempotency-Key": "once"}
    answers = [town.call(BUNDIT, "POST", f"/services/{SIGN}/versions", headers=headers) for _ in range(2)]
    assert [answer.status for answer in answers] == [201, 201]
    assert answers[0].json == answers[1].json
    again = {"Idempotency-Key": "draft"}
    cards = [town.call(ANONG, "PUT", f"/services/{SIGN}/draft", json=sign(2), headers=again) for _ in range(2)]
    assert [card.headers["etag"] for card in cards] == ['"v3"', '"v3"']


def test_each_change_is_one_read_and_one_transaction(town: Town) -> None:
    town.call(ANONG, "GET", "/queue")
    town.call(BUNDIT, "GET", "/queue")
    retire = {"retire_from": "2026-12-01", "th": "เลิก", "en": "Over."}
    calls: list[Callable[[], Answer]] = [
        lambda: put(town, sign()),
        lambda: publish(town, '"v1"'),
        lambda: put(town, sign(2)),
        lambda: town.call(ANONG, "DELETE", f"/services/{SIGN}/draft", headers={"If-Match": '"v3"'}),
        lambda: town.call(ANONG, "PATCH", f"/services/{SIGN}", json=retire),
    ]
    for call in calls:
        town.memory.requests.clear()
        assert call().status < 300
        assert town.memory.requests == ["get_many", "write"]


def test_definitions_are_cached_and_news_are_asked_for_rarely(town: Town) -> None:
    published(town, sign())
    town.ok(None, "GET", f"/services/{SIGN}")
    town.memory.requests.clear()
    for _ in range(50):
        town.ok(None, "GET", f"/services/{SIGN}")
        town.ok(None, "GET", "/services")
    assert town.memory.requests == []
    town.at += FRESH
    town.ok(None, "GET", f"/services/{SIGN}")
    town.ok(None, "GET", f"/services/{SIGN}")
    assert town.memory.requests == ["query"]


def test_another_process_learns_of_a_publication_in_time(town: Town) -> None:
    other = Shelf(Catalogue.read(SHIPPED), Definitions(town.table), town.now)
    today = town.biz.office.today()
    assert not other.knows(SIGN)
    published(town, sign())
    assert not other.knows(SIGN)
    town.at += FRESH
    assert other.current(SIGN, today).version == 1
    published(town, sign(2))
    published(town, sign(3, effective_from="2027-01-01"))
    town.at += FRESH
    town.memory.requests.clear()
    assert other.current(SIGN, today).version == 2
    assert town.memory.requests == ["query", "get_many"]
    assert other.version(SIGN, 1).version == 1
    assert other.version(SIGN, 3).version == 3
