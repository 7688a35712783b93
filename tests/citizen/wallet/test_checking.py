"""How a paper stands: by its signature, its dates and its issuer's word; and honestly where nobody can tell."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from chalicelib.citizen.wallet.issuers import KEYS_FRESH, LIST_FRESH, Issuers, Trusted
from chalicelib.shared.credentials import StatusReference
from chalicelib.shared.egress import HttpAnswer
from chalicelib.shared.errors import UpstreamFailed
from chalicelib.shared.thai import Text
from tests.citizen.portal import Portal, Voice
from tests.citizen.wallet.papers import ME, held, licence
from tests.support.tokens import NOW

VERIFY = "/citizen/v1/verify"


def verify(portal: Portal, presentation: str) -> Any:
    return portal.client.post(VERIFY, json={"presentation": presentation})


def test_anybody_checks_a_good_paper_and_nothing_is_kept(portal: Portal) -> None:
    portal.memory.requests.clear()
    found = verify(portal, licence(portal)).json
    assert (found["verdict"], found["claims"]["address"]) == ("valid", "<b>แหลมงอบ</b>")
    assert found["words"]["th"] and found["expires_at"].startswith("2027-11-25")
    assert portal.memory.requests == []


@pytest.mark.parametrize(("status", "verdict"), [(0, "valid"), (1, "revoked"), (2, "suspended")])
def test_the_issuers_list_decides(portal: Portal, status: int, verdict: str) -> None:
    portal.site.statuses[3] = status
    assert verify(portal, licence(portal)).json["verdict"] == verdict
    made = held(portal)
    mine = portal.client.get(f"{ME}/wallet/{made}/status", token=portal.malee).json
    assert mine["verdict"] == verdict
    assert "holder" not in mine["claims"], "nothing hidden is needed for the question"
    assert portal.client.get(f"{ME}/wallet/{made}/status", token=portal.somchai).status == 404


def test_dates_are_judged_after_the_signature(portal: Portal) -> None:
    assert verify(portal, licence(portal, days=-1, issued_at=NOW - dt.timedelta(days=9))).json["verdict"] == "expired"
    later = licence(portal, not_before=NOW + dt.timedelta(days=1))
    assert verify(portal, later).json["verdict"] == "not_yet_valid"
    forged = licence(portal, signer=Voice(portal.issuer.issuer), days=-1)
    assert verify(portal, forged).json["verdict"] == "false"
    assert verify(portal, licence(portal, status=None)).json["verdict"] == "valid"
    made = held(portal, licence(portal, days=-1))
    shown = portal.client.get(f"{ME}/wallet/{made}", token=portal.malee).json
    assert (shown["term"], shown["listed"]) == ("expired", True)


def test_what_was_altered_is_false_and_shows_nothing(portal: Portal) -> None:
    good = licence(portal)
    other = licence(portal)
    token, *parts = good.split("~")
    for wrong in (
        "~".join([token, *other.split("~")[1:]]),
        "~".join([token, parts[0], *parts]),
        f"{token[:-6]}AAAAAA~{'~'.join(parts)}",
    ):
        found = verify(portal, wrong).json
        assert (found["verdict"], found["claims"]) == ("false", {})


def test_an_unknown_issuer_is_said_to_be_unknown_and_never_called(portal: Portal) -> None:
    found = verify(portal, licence(portal, signer=Voice("https://evil.example"))).json
    assert (found["verdict"], found["claims"], found["issuer_name"]) == ("unknown_issuer", {}, None)
    assert portal.site.asked == []


@pytest.mark.parametrize("text", ["x", "~", "a.b.c~", "e30.e30.e30~", "é~", "a" * 70_000])
def test_what_is_no_paper_is_refused(portal: Portal, text: str) -> None:
    assert verify(portal, text).status == 422
    assert portal.site.asked == []


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"presentation": 1}', b"\xff", b'{"presentation": "x", "y": 1}'])
def test_a_body_that_is_none_is_refused(portal: Portal, body: bytes) -> None:
    answer = portal.client.post(VERIFY, body=body, headers={"Content-Type": "application/json"})
    assert answer.status in (400, 422)


@pytest.mark.parametrize(
    "answer", [HttpAnswer(500), HttpAnswer(200, {}, b"no json"), HttpAnswer(200, {}, b"[]"), HttpAnswer(200, {}, b"{}")]
)
@pytest.mark.parametrize("path", ["/.well-known/jwt-vc-issuer", "/jwks.json", "/lists/1"])
def test_an_issuer_that_answers_nonsense_is_never_taken_for_a_good_word(
    portal: Portal, path: str, answer: HttpAnswer
) -> None:
    portal.site.wrong[f"{portal.site.address}{path}"] = answer
    found = verify(portal, licence(portal))
    assert found.status == 502, found.text
    assert found.headers["retry-after"] == "30"


def test_a_list_or_keys_elsewhere_are_never_fetched(portal: Portal) -> None:
    elsewhere = licence(portal, status=StatusReference(uri="http://169.254.169.254/lists/1", idx=3))
    assert verify(portal, elsewhere).status == 502
    assert "/lists/1" not in portal.site.asked
    metadata = b'{"issuer": "https://biz.klang.test", "jwks_uri": "https://evil.example/jwks.json"}'
    portal.site.wrong[f"{portal.site.address}/.well-known/jwt-vc-issuer"] = HttpAnswer(200, {}, metadata)
    with pytest.raises(UpstreamFailed):
        Issuers([Trusted(portal.site.address, Text(th="ก", en="a"), portal.site)]).keys(
            Trusted(portal.site.address, Text(th="ก", en="a"), portal.site)
        )


def test_keys_and_lists_are_kept_for_a_while_and_a_flood_of_key_ids_is_no_flood_of_questions(portal: Portal) -> None:
    seconds = [0.0]
    trusted = Trusted(portal.site.address, Text(th="ก", en="a"), portal.site)
    issuers = Issuers([trusted], lambda: seconds[0])
    reference = StatusReference(uri=f"{portal.site.address}/lists/1", idx=3)
    for _ in range(5):
        issuers.status(trusted, reference, portal.now)
        issuers.keys(trusted, anew=True)
    assert portal.site.asked == ["/lists/1", "/.well-known/jwt-vc-issuer", "/jwks.json"]
    portal.site.statuses[3] = 1
    seconds[0] += LIST_FRESH + 1
    assert issuers.status(trusted, reference, portal.now) == 1
    issuers.keys(trusted, anew=True)
    assert portal.site.asked.count("/jwks.json") == 2
    seconds[0] += KEYS_FRESH + 1
    issuers.keys(trusted)
    assert portal.site.asked.count("/jwks.json") == 3


def test_what_the_room_itself_issued_is_known_without_a_question(portal: Portal) -> None:
    from chalicelib.shared.jose import IssuerKey

    own = IssuerKey("https://citizen.klang.test/citizen", portal.keyring.signer)
    assert verify(portal, licence(portal, signer=own, status=None)).json["verdict"] == "valid"  # type: ignore[arg-type]  # any signer
    assert portal.site.asked == []


def test_the_wallet_is_filtered_by_kind(portal: Portal) -> None:
    licence_id = held(portal)
    held(portal, licence(portal), id="r-1", kind="receipt")
    found = portal.client.get(f"{ME}/wallet?kind=licence", token=portal.malee).json
    assert [item["id"] for item in found["items"]] == [licence_id]
    assert portal.client.get(f"{ME}/wallet?kind=A", token=portal.malee).status == 422


def test_a_paper_is_taken_out_and_a_repeat_of_its_issuer_does_not_bring_it_back(portal: Portal) -> None:
    credential = licence(portal)
    made = held(portal, credential)
    assert portal.client.delete(f"{ME}/wallet/{made}", token=portal.somchai).status == 404
    assert portal.client.delete(f"{ME}/wallet/{made}", token=portal.malee).status == 204
    assert portal.client.delete(f"{ME}/wallet/{made}", token=portal.malee).status == 404
    assert held(portal, credential) == made
    assert portal.client.get(f"{ME}/wallet", token=portal.malee).json["items"] == []
    present = portal.client.post(f"{ME}/wallet/{made}/presentations", token=portal.malee, json={"claims": []})
    assert present.status == 404
