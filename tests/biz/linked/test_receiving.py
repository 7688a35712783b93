"""Applications handed to an agency's own system, and moved by its signed word."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from chalicelib.shared.journal import chain_is_whole
from tests.support.client import Answer

from ..test_races import Interrupted
from ..town import ANONG, BUNDIT, MALEE, Town, pointers
from .hotel import ANSWERS, KEY, OFFICE, OTHER_KEY, RECEIVE, SERVICE, Hotels, client, definition, elsewhere

MISSING = {"items": [{"pointer": "/hotel/rooms", "th": "ไม่ตรงกับแบบแปลน", "en": "Not as in the plan."}]}
WHY = {"th": "ที่ดินอยู่ในเขตห้าม", "en": "The land lies in a forbidden zone."}


@pytest.fixture
def town(tmp_path: Path) -> Hotels:
    return Hotels(tmp_path)


def kind(answer: Answer) -> str:
    return str(answer.json["type"]).rpartition("/")[2]


def test_from_filing_to_the_licence(town: Hotels) -> None:
    case = town.handed()
    town.run_queue()
    assert town.system.told() == [("filed", case)]
    asked = town.pushed(f"/cases/{case}/deficiencies", MISSING)
    assert (asked["state"], asked["turn"]) == ("returned", "applicant")
    town.patch(case, {"hotel": {"rooms": 10}})
    town.ok(MALEE, "POST", f"/applications/{case}/submit")
    town.pushed(f"/cases/{case}/actions", {"action": "accept"})
    town.pushed(f"/cases/{case}/actions", {"action": "approve", "fee": {"licence": "800.00"}})
    assert town.pay(case).json == {"status": "booked"}
    town.run_queue()
    assert [what for what, _ in town.system.told()] == ["filed", "filed", "paid", "licensed"]
    shown = town.ok(MALEE, "GET", f"/applications/{case}")
    assert (shown["state"], shown["paid"], shown["agency_licence"]) == ("licensed", True, None)
    assert town.ok(None, "GET", f"/verify/{shown['licence']}")["status"] == "valid"
    by = [each["by"] for each in town.ok(MALEE, "GET", f"/applications/{case}/timeline")["items"]]
    assert set(by) == {"applicant", "officer", "system"}
    assert chain_is_whole(town.journal.history(f"CASE#{case}"))


def test_the_system_sees_what_an_officer_would_and_names_nobody_by_number(town: Hotels) -> None:
    case = town.handed()
    seen = town.push("GET", f"/cases/{case}").json
    assert (seen["answers"], seen["actions"]) == (ANSWERS, ["ask", "accept", "refuse"])
    assert (seen["applicant"]["kind"], seen["applicant"]["national_id"]) == ("person", None)
    (paper,) = seen["documents"]
    assert paper["code"] == "floor_plan" and paper["url"] and paper["expires_in"] == 300
    assert MALEE not in json.dumps(seen)
    own = town.biz.store.find_case(case).owner
    assert seen["applicant"]["subject"] not in (own, "", None)


def test_the_national_number_goes_where_a_law_says_so(tmp_path: Path) -> None:
    law = {"text": {"th": "พ.ร.บ. โรงแรม", "en": "Hotel Act"}, "source": "test", "verified": "design"}
    town = Hotels(tmp_path, definition({"national_id": law}))
    case = town.handed()
    assert town.push("GET", f"/cases/{case}").json["applicant"]["national_id"] == MALEE


def test_one_person_has_one_name_at_an_agency_and_another_at_another(tmp_path: Path) -> None:
    town = Hotels(tmp_path, definition(), definition(id="inn-licence"), definition(id="tent", agency="TH/LOCAL/TRAT"))
    names = {}
    for service, agency in ((SERVICE, OFFICE), ("inn-licence", OFFICE), ("tent", "TH/LOCAL/TRAT")):
        case = town.open(MALEE, service)
        partner = town.biz.linked.partner(service)
        assert partner is not None and partner.definition.agency == agency
        names[service] = town.biz.linked.subject(town.biz.store.find_case(case), partner)
    assert names[SERVICE] == names["inn-licence"] != names["tent"]


@pytest.mark.parametrize("state", ["draft", "withdrawn as a draft"])
def test_a_draft_is_nobodys_but_the_applicants(town: Hotels, state: str) -> None:
    case = town.ready()
    if state != "draft":
        town.ok(MALEE, "POST", f"/applications/{case}/withdraw")
    town.run_queue()
    assert town.system.got == []
    for method, tail, body in (
        ("GET", "", None),
        ("POST", "/actions", {"action": "accept"}),
        ("POST", "/deficiencies", MISSING),
        ("POST", "/filing", {"answers": ANSWERS}),
        ("POST", "/letters", {"reasons": WHY}),
    ):
        assert town.push(method, f"/cases/{case}{tail}", body).status == 404, tail
    assert town.push("GET", "/deliveries").json["items"] == []


class TestTheLaw:
    """It holds for a system as for an officer."""

    def test_a_second_list_is_refused_and_an_own_omission_reported(self, town: Hotels) -> None:
        case = town.handed()
        town.pushed(f"/cases/{case}/deficiencies", MISSING)
        town.ok(MALEE, "POST", f"/applications/{case}/submit")
        second = town.push("POST", f"/cases/{case}/deficiencies", MISSING)
        assert (second.status, kind(second)) == (409, "wrong-state")
        town.pushed(f"/cases/{case}/deficiencies", {**MISSING, "officer_omission": "ลืมดูแบบแปลน"})
        clock = town.ok(MALEE, "GET", f"/applications/{case}/clock")
        assert [entry["kind"] for entry in clock["ledger"]] == ["start", "pause", "resume"], "it runs on"

    def test_a_refusal_needs_reasons_and_tells_how_to_appeal(self, town: Hotels) -> None:
        case = town.handed()
        bare = town.push("POST", f"/cases/{case}/actions", {"action": "refuse"})
        assert (bare.status, pointers(bare)) == (422, ["/reasons"])
        town.pushed(f"/cases/{case}/actions", {"action": "refuse", "reasons": WHY})
        shown = town.ok(MALEE, "GET", f"/applications/{case}")
        assert shown["decision"]["reasons"] == WHY and shown["decision"]["appeal"]
        assert town.ok(MALEE, "GET", f"/applications/{case}/letters")["items"]

    def test_a_field_that_the_form_does_not_have_cannot_be_deficient(self, town: Hotels) -> None:
        case = town.handed()
        item = {"pointer": "/hotel/stars", "th": "x", "en": "x"}
        answer = town.push("POST", f"/cases/{case}/deficiencies", {"items": [item]})
        assert (answer.status, pointers(answer)) == (422, ["/items/0/pointer"])

    @pytest.mark.parametrize("action", ["submit", "pay", "withdraw", "mend", "unknown", "approve"])
    def test_what_is_not_its_move_or_out_of_order_is_refused(self, town: Hotels, action: str) -> None:
        case = town.handed()
        before = town.biz.store.find_case(case)
        assert town.push("POST", f"/cases/{case}/actions", {"action": action}).status in (403, 409)
        assert town.biz.store.find_case(case) == before

    def test_who_is_silent_is_late_like_any_agency_and_owes_reasons(self, town: Hotels) -> None:
        case = town.handed()
        early = town.push("POST", f"/cases/{case}/letters", {"reasons": WHY})
        assert (early.status, kind(early)) == (409, "wrong-state")
        town.pass_time(days=60)
        town.biz.sweep(town.now())
        town.run_queue()
        assert ("overdue", case) in town.system.told()
        town.pushed(f"/cases/{case}/letters", {"reasons": WHY})
        delays = town.ok(MALEE, "GET", f"/applications/{case}/letters")["delays"]
        assert [each["reasons"] for each in delays["items"]] == [WHY]

    def test_officers_look_and_do_not_act(self, town: Hotels) -> None:
        case = town.handed()
        assert town.ok(ANONG, "GET", f"/applications/{case}")["actions"] == []
        assert case in [item["id"] for item in town.ok(ANONG, "GET", "/queue")["items"]]
        assert town.call(ANONG, "POST", f"/applications/{case}/actions/accept", json={}).status == 403
        town.ok(ANONG, "POST", f"/applications/{case}/claim")
        town.pushed(f"/cases/{case}/actions", {"action": "accept"})


class TestTheFee:
    """The formulas are the law."""

    def decide(self, town: Hotels, fee: dict[str, str] | None) -> Answer:
        case = town.handed()
        town.pushed(f"/cases/{case}/actions", {"action": "accept"})
        body: dict[str, Any] = {"action": "approve", **({} if fee is None else {"fee": fee})}
        return town.push("POST", f"/cases/{case}/actions", body)

    @pytest.mark.parametrize("fee", [None, {}, {"licence": "960"}, {"licence": "960.00"}])
    def test_an_exact_fee_is_the_formulas(self, town: Hotels, fee: dict[str, str] | None) -> None:
        case = self.decide(town, fee).json["id"]
        assert town.ok(MALEE, "GET", f"/applications/{case}/quote")["total_baht"] == "960.00"

    @pytest.mark.parametrize(
        ("fee", "where"),
        [
            ({"licence": "959.99"}, "/fee/licence"),
            ({"licence": "960.01"}, "/fee/licence"),
            ({"tip": "1"}, "/fee/tip"),
            ({"licence": "-960"}, "/fee/licence"),
            ({"licence": "960.001"}, "/fee/licence"),
            ({"licence": "NaN"}, "/fee/licence"),
        ],
    )
    def test_no_other_fee_is_taken(self, town: Hotels, fee: dict[str, str], where: str) -> None:
        answer = self.decide(town, fee)
        assert (answer.status, pointers(answer)) == (422, [where])

    def test_where_it_is_the_most_less_may_be_asked_and_never_more(self, tmp_path: Path) -> None:
        town = Hotels(tmp_path, definition({"fee": "at_most"}))
        for fee in (None, {}, {"licence": "960.01"}):
            answer = self.decide(town, fee)
            assert (answer.status, pointers(answer)) == (422, ["/fee/licence"])
        case = self.decide(town, {"licence": "500.50"}).json["id"]
        bill = town.ok(MALEE, "POST", f"/applications/{case}/payments")
        assert (bill["amount_baht"], town.pay(case).json) == ("500.50", {"status": "booked"})

    def test_a_fee_that_is_paid_at_the_offices_counter_is_told_and_is_no_money_of_ours(self, tmp_path: Path) -> None:
        made = definition(fees=[], tables={})
        actions = made["workflow"]["actions"]
        actions["approve"]["effects"] = []
        actions["pay"] |= {"roles": ["linked"], "effects": ["issue"]}
        for each in made["tests"]:
            each.pop("fee", None)
        town = Hotels(tmp_path, made)
        case = town.decided()
        assert town.call(MALEE, "POST", f"/applications/{case}/payments").status == 409
        assert town.pushed(f"/cases/{case}/actions", {"action": "pay"})["state"] == "licensed"
        shown = town.ok(MALEE, "GET", f"/applications/{case}")
        assert (shown["paid"], shown["quote"]) == (False, None)
        assert town.ok(None, "GET", f"/verify/{shown['licence']}")["status"] == "valid"

    def test_a_fee_that_is_waived_leads_straight_to_the_licence(self, tmp_path: Path) -> None:
        town = Hotels(tmp_path, definition({"fee": "at_most"}))
        assert self.decide(town, {"licence": "0"}).json["state"] == "licensed"


class TestOnce:
    """A request takes effect once, however often it comes."""

    def test_a_repeat_is_answered_as_the_first_was(self, town: Hotels) -> None:
        case = town.handed()
        body = {"action": "accept"}
        first = town.push("POST", f"/cases/{case}/actions", body, jti="accept-it-1")
        town.pass_time(minutes=4)
        town.pushed(f"/cases/{case}/actions", {"action": "approve"})
        again = town.push("POST", f"/cases/{case}/actions", body, jti="accept-it-1")
        assert (again.status, again.json, again.headers["etag"]) == (200, first.json, first.headers["etag"])
        assert again.headers["idempotent-replayed"] == "true"
        assert town.ok(MALEE, "GET", f"/applications/{case}")["state"] == "payment"

    def test_a_captured_request_can_be_sent_again_only_for_the_same_answer_and_not_for_long(self, town: Hotels) -> None:
        case = town.handed()
        path, body = f"/biz/v1/linked/{SERVICE}/cases/{case}/actions", b'{"action":"accept"}'
        token = town.portal().sign("POST", path, body, "captured-1")
        headers = {"content-type": "application/json"}

        def send() -> Answer:
            return town.client.call("POST", path, token=token, body=body, headers=headers)

        assert send().json == send().json
        town.pass_time(seconds=131)
        assert send().status == 401

    def test_one_jti_for_two_requests_is_refused(self, town: Hotels) -> None:
        case, other = town.handed(), town.handed()
        town.pushed(f"/cases/{case}/actions", {"action": "accept"}, jti="the-same-1")
        for tail, body in (
            (f"/cases/{other}/actions", {"action": "accept"}),
            (f"/cases/{case}/actions", {"action": "approve"}),
            (f"/cases/{case}/deficiencies", MISSING),
        ):
            answer = town.push("POST", tail, body, jti="the-same-1")
            assert (answer.status, kind(answer)) == (422, "idempotency-key-reused")

    def test_what_was_refused_may_be_tried_again_under_the_same_jti(self, town: Hotels) -> None:
        case = town.handed()
        assert town.push("POST", f"/cases/{case}/actions", {"action": "approve"}, jti="early-bird").status == 409
        town.pushed(f"/cases/{case}/actions", {"action": "accept"})
        assert town.push("POST", f"/cases/{case}/actions", {"action": "approve"}, jti="early-bird").status == 200

    @pytest.mark.parametrize(
        ("tail", "body"),
        [
            ("/actions", {"action": "accept"}),
            ("/actions", {"action": "refuse", "reasons": WHY}),
            ("/deficiencies", MISSING),
        ],
    )
    def test_a_push_is_one_read_and_one_transaction(self, town: Hotels, tail: str, body: Any) -> None:
        case = town.handed()
        town.push("GET", "/deliveries")  # the process knows what is on offer from here on
        town.memory.requests.clear()
        town.pushed(f"/cases/{case}{tail}", body)
        assert town.memory.requests == ["get_many", "write"]


class TestRaces:
    """The applicant withdraws while the system decides: one of them wins, whole."""

    def racing(self, directory: Path) -> tuple[Hotels, Interrupted]:
        table = Interrupted()
        return Hotels(directory, table=table), table

    def test_withdrawn_first(self, tmp_path: Path) -> None:
        town, table = self.racing(tmp_path)
        case = town.handed()
        table.meanwhile = lambda: town.ok(MALEE, "POST", f"/applications/{case}/withdraw")
        lost = town.push("POST", f"/cases/{case}/actions", {"action": "accept"}, jti="late-word-1")
        assert (lost.status, kind(lost)) == (412, "stale")
        again = town.push("POST", f"/cases/{case}/actions", {"action": "accept"}, jti="late-word-1")
        assert (again.status, kind(again)) == (409, "wrong-state")
        town.run_queue()
        assert [what for what, _ in town.system.told()] == ["filed", "withdrawn"]

    def test_decided_first(self, tmp_path: Path) -> None:
        town, table = self.racing(tmp_path)
        case = town.handed()
        refusal = {"action": "refuse", "reasons": WHY}
        table.meanwhile = lambda: town.pushed(f"/cases/{case}/actions", refusal)
        assert town.call(MALEE, "POST", f"/applications/{case}/withdraw").status == 412
        assert town.call(MALEE, "POST", f"/applications/{case}/withdraw").status == 409
        assert town.ok(MALEE, "GET", f"/applications/{case}")["state"] == "refused"


class TestKeys:
    """Those of the newest version count, at once and for every case."""

    def publish(self, town: Town, raw: dict[str, Any]) -> None:
        path = f"/services/{SERVICE}"
        town.biz.enlist(_once(), BUNDIT, OFFICE, ["intake", "approver", "head"], "x")
        etag = town.call(ANONG, "GET", f"{path}/draft")
        headers = {"If-Match": etag.headers["etag"]} if etag.status == 200 else {}
        kept = town.call(ANONG, "PUT", f"{path}/draft", json=raw, headers=headers)
        assert (kept.status, kept.json["problems"]) == (200, []), kept.text
        town.ok(BUNDIT, "POST", f"{path}/versions", headers={"If-Match": kept.headers["etag"]})

    def test_a_new_version_with_another_key_shuts_the_old_one_out(self, town: Hotels) -> None:
        case = town.handed()
        later = (town.at + dt.timedelta(days=100)).date().isoformat()
        link = {"keys": [client.public_jwk(OTHER_KEY, "hotel-2")], "deliver_to": "https://new.laemngop.go.th/in"}
        self.publish(town, definition(link, version=2, effective_from=later))
        town.pass_time(seconds=31)
        old = town.push("POST", f"/cases/{case}/actions", {"action": "accept"})
        assert old.status == 401
        town.pushed(f"/cases/{case}/actions", {"action": "accept"}, key=OTHER_KEY, kid="hotel-2")
        town.run_queue()
        assert {url for url, _, _ in town.system.got} == {"https://new.laemngop.go.th/in"}
        assert town.biz.store.find_case(case).service_version == 1

    def test_an_old_and_a_new_key_may_stand_side_by_side(self, town: Hotels) -> None:
        case = town.handed()
        keys = [client.public_jwk(KEY, "hotel-1"), client.public_jwk(OTHER_KEY, "hotel-2")]
        self.publish(town, definition({"keys": keys}, version=2))
        town.pushed(f"/cases/{case}/actions", {"action": "accept"})
        town.pushed(f"/cases/{case}/actions", {"action": "approve"}, key=OTHER_KEY, kid="hotel-2")

    def test_a_service_whose_link_was_taken_away_hears_no_system(self, town: Hotels) -> None:
        case = town.handed()
        hosted = json.loads(json.dumps(RECEIVE).replace('["linked"]', '["approver"]')) | {"version": 2}
        self.publish(town, hosted)
        assert town.push("GET", f"/cases/{case}").status == 401
        town.run_queue()
        assert town.system.got == []


def test_the_agencys_own_licence_is_told_and_marked_as_its_own(tmp_path: Path) -> None:
    made = elsewhere({"mode": "receive", "hand_over_to": None})
    made["workflow"]["actions"]["submit"]["roles"] = made["workflow"]["actions"]["mend"]["roles"] = ["applicant"]
    town = Hotels(tmp_path, made)
    case = town.open(MALEE, SERVICE)
    town.patch(case, ANSWERS)
    town.ok(MALEE, "POST", f"/applications/{case}/submit")
    town.pushed(f"/cases/{case}/actions", {"action": "accept"})
    town.pushed(f"/cases/{case}/actions", {"action": "approve"})
    licence = {"number": "ตร. 12/2569", "issued_on": "2026-11-25", "url": "https://hotel.laemngop.go.th/check/12"}
    early = town.push("POST", f"/cases/{case}/actions", {"action": "license", "licence": licence})
    assert early.status == 409
    town.pay(case)
    bare = town.push("POST", f"/cases/{case}/actions", {"action": "license"})
    assert (bare.status, pointers(bare)) == (422, ["/licence"])
    for wrong, where in (
        ({"valid_until": "2026-11-24"}, "/licence/valid_until"),
        ({"url": "http://hotel.laemngop.go.th/x"}, "/licence/url"),
        ({"url": "javascript:alert(1)"}, "/licence/url"),
        ({"url": "https://localhost/x"}, "/licence/url"),
    ):
        answer = town.push("POST", f"/cases/{case}/actions", {"action": "license", "licence": {**licence, **wrong}})
        assert (answer.status, pointers(answer)) == (422, [where]), answer.text
    town.pushed(f"/cases/{case}/actions", {"action": "license", "licence": licence})
    shown = town.ok(MALEE, "GET", f"/applications/{case}")
    assert (shown["state"], shown["licence"]) == ("licensed", None)
    assert shown["agency_licence"] == {**licence, "valid_until": None}
    town.run_queue()
    assert [paper.kind for _, paper in town.neighbours.papers.values()] == [], "nothing of ours is signed for it"
    assert town.call(MALEE, "GET", f"/applications/{case}/credentials").status == 404
    assert town.ok(None, "GET", f"/licences?agency={OFFICE}")["items"] == []


def test_nothing_personal_lies_open_or_is_logged(town: Hotels, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    case = town.handed()
    town.system.status = 500
    town.run_queue()
    rows = str(list(town.memory._items.items()))
    logged = "".join(json.dumps(record.__dict__, default=str, ensure_ascii=False) for record in caplog.records)
    for text in (MALEE, "เกาะหมาก"):
        assert text not in rows and text not in logged
    assert case in rows


def test_a_service_says_that_it_is_linked(town: Hotels) -> None:
    assert town.ok(None, "GET", f"/services/{SERVICE}")["linked"] == "receive"
    assert town.ok(None, "GET", "/services/food-establishment-licence")["linked"] is None


def _once() -> Any:
    from chalicelib.shared.ids import new_id
    from chalicelib.shared.journal import Once

    return Once(new_id(), "", new_id(), claimed=False)
