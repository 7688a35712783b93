"""One restaurant's licence, from draft to wallet, over the room's own routes."""

from __future__ import annotations

import datetime as dt

from chalicelib.shared import credentials, status_list
from chalicelib.shared.credentials import SdJwt
from chalicelib.shared.jose import TokenRefused
from chalicelib.shared.journal import chain_is_whole
from chalicelib.shared.thai_qr import parse

from .town import ANONG, BUNDIT, COMPANY, FOOD, MALEE, Town


def test_a_company_gets_its_licence(town: Town) -> None:
    case = town.draft(juristic_id=COMPANY)
    assert town.ok(MALEE, "POST", f"/applications/{case}/validate") == {"complete": True, "errors": []}
    assert town.ok(MALEE, "GET", f"/applications/{case}/quote")["total_baht"] == "200.00"
    filed = town.ok(MALEE, "POST", f"/applications/{case}/submit")
    assert (filed["state"], filed["due"]) == ("checking", "2026-12-25")

    queue = town.ok(ANONG, "GET", "/queue")["items"]
    assert [card["id"] for card in queue] == [case]
    town.ok(ANONG, "POST", f"/applications/{case}/claim")
    missing = {
        "items": [
            {"document": "site_map", "th": "แผนที่ไม่ชัด", "en": "The map is unclear."},
            {"pointer": "/establishment/seats", "th": "ระบุจำนวนที่นั่ง", "en": "Give the number of seats."},
        ]
    }
    returned = town.ok(ANONG, "POST", f"/applications/{case}/deficiencies", json=missing)
    assert (returned["state"], returned["due"]) == ("returned", None)
    assert town.ok(ANONG, "GET", "/queue")["items"] == []

    town.pass_time(days=2)
    refused = town.call(MALEE, "POST", f"/applications/{case}/submit")
    assert refused.status == 422
    assert refused.json["errors"][0]["message_en"] == "Attach a new 'Map of the site'."
    town.patch(case, {"establishment": {"seats": 82}})
    town.send(case, "site_map")
    town.ok(MALEE, "POST", f"/applications/{case}/submit")

    clock = town.ok(MALEE, "GET", f"/applications/{case}/clock")
    assert [entry["kind"] for entry in clock["ledger"]] == ["start", "pause", "resume"]
    assert clock["clock"]["due"] == "2026-12-27"
    assert clock["sla_verified"] == "page"

    town.inspected(case)
    approved = town.act(BUNDIT, case, "approve")
    assert (approved["state"], approved["turn"]) == ("payment", "applicant")

    bill = town.ok(MALEE, "POST", f"/applications/{case}/payments")
    scanned = parse(bill["qr"])
    assert (scanned.amount, scanned.ref1, scanned.ref2) == (20000, bill["ref1"], bill["ref2"])
    assert bill["svg"].startswith("<svg")
    assert town.pay(case).json == {"status": "booked"}

    done = town.ok(MALEE, "GET", f"/applications/{case}")
    assert (done["state"], done["paid"], done["actions"]) == ("licensed", True, [])
    town.run_queue()
    kinds = sorted(paper.kind for owner, paper in town.neighbours.papers.values() if owner == MALEE)
    assert kinds == ["licence", "receipt"]
    assert len(town.neighbours.bodies(MALEE)) == 7

    shown = town.ok(None, "GET", f"/verify/{done['licence']}")
    assert (shown["status"], shown["valid_until"]) == ("valid", "2027-11-26")
    assert shown["claims"]["company_name"] == "บริษัท ครัวกลาง จำกัด"
    assert "operator_first_name" not in shown["claims"]

    events = town.journal.history(f"CASE#{case}")
    assert chain_is_whole(events)
    lines = town.ok(MALEE, "GET", f"/applications/{case}/timeline")["items"]
    assert [line["seq"] for line in lines] == list(range(1, len(events) + 1))
    assert lines[-1]["type"] == "biz.licence.issued"
    assert all(line["name"]["en"] != "Something was done" for line in lines)
    assert MALEE not in str([event.as_json() for event in events])


def test_anybody_can_verify_the_licence_offline_and_sees_its_revocation(town: Town) -> None:
    case, no = town.licensed()
    papers = town.ok(MALEE, "GET", f"/applications/{case}/credentials")
    jwks = town.ok(None, "GET", "/jwks.json")
    issuer = town.client.get("/.well-known/jwt-vc-issuer/biz").json
    assert issuer == {"issuer": "https://klang.test/biz", "jwks_uri": "https://klang.test/biz/v1/jwks.json"}

    held = SdJwt(papers["licence"])
    shown = credentials.present(held, [])
    seen = credentials.verify(shown, jwks, now=town.at, issuer=issuer["issuer"])
    assert seen.claims["licence_no"] == no
    assert "operator_first_name" not in seen.claims
    assert credentials.verify(held, jwks, now=town.at).claims["operator_first_name"] == "มาลี"
    receipt = credentials.verify(papers["receipt"], jwks, now=town.at)
    assert (receipt.claims["total_baht"], receipt.claims["lines"][0]["payee"]) == ("200.00", "TH/LOCAL/LAEMNGOP")

    def status() -> status_list.Status:
        assert seen.status is not None
        answer = town.client.get(seen.status.uri.removeprefix("https://klang.test"))
        assert answer.headers["content-type"] == "application/statuslist+jwt"
        return status_list.look_up(answer.text, seen.status, jwks, now=town.at)

    assert status() is status_list.Status.VALID
    why = {"reasons": {"th": "ตรวจพบหนูในครัว", "en": "Rats were found in the kitchen."}}
    for verb, expected, word in (
        ("suspend", status_list.Status.SUSPENDED, "suspended"),
        ("reinstate", status_list.Status.VALID, "valid"),
        ("suspend", status_list.Status.SUSPENDED, "suspended"),
        ("revoke", status_list.Status.INVALID, "revoked"),
    ):
        assert town.ok(BUNDIT, "POST", f"/licences/{no}/{verb}", json=why)["status"] == word
        assert status() is expected
        assert town.ok(None, "GET", f"/verify/{no}")["status"] == word
    assert town.call(BUNDIT, "POST", f"/licences/{no}/reinstate", json=why).status == 409
    town.run_queue()
    assert town.neighbours.bodies(MALEE)[-1] == "Your licence was revoked. Reasons: Rats were found in the kitchen."

    token = papers["verify_token"]
    assert town.ok(None, "GET", f"/verify/{token}")["claims"]["operator_last_name"] == "ศรีสมุทร"
    other = "y" if token.endswith("x") else "x"
    assert town.call(None, "GET", f"/verify/{token[:-1]}{other}").status == 404
    try:
        credentials.verify(held, jwks, now=town.at + dt.timedelta(days=366))
    except TokenRefused as refused:
        assert refused.reason == "expired"
    else:
        raise AssertionError("a licence must end")


def test_the_public_register_pages_without_personal_data(town: Town) -> None:
    numbers = {town.licensed_again(number)[1] for number in range(3)}
    first = town.ok(None, "GET", "/licences?agency=TH%2FLOCAL%2FLAEMNGOP&limit=2")
    assert len(first["items"]) == 2
    rest = town.ok(None, "GET", f"/licences?agency=TH%2FLOCAL%2FLAEMNGOP&limit=2&cursor={first['next']}")
    assert {item["no"] for item in first["items"] + rest["items"]} == numbers
    assert rest["next"] is None
    assert "มาลี" not in str(first)
    other = town.call(None, "GET", f"/licences?agency=TH%2FLOCAL%2FTRAT&cursor={first['next']}")
    assert other.status == 400


def test_the_services_of_the_catalogue(town: Town) -> None:
    assert FOOD in [item["id"] for item in town.ok(None, "GET", "/services")["items"]]
    view = town.ok(None, "GET", f"/services/{FOOD}")
    assert len(view["checklist"]) == 6
    assert view["form"]["schema"]["$schema"].endswith("2020-12/schema")
    assert town.call(None, "GET", "/services/flying-licence").status == 404
