"""Credentials: kept sealed, shown whole to their holder, presented with what the holder chooses."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.shared import credentials
from tests.citizen.portal import SOMCHAI, Portal
from tests.support.tokens import NOW


def test_a_licence_is_received_once_and_shown_to_its_holder(portal: Portal) -> None:
    licence = portal.licence()
    first = portal.credential(licence)
    assert portal.credential(licence).json == first.json
    listed = portal.client.get("/citizen/v1/me/wallet", token=portal.malee).json
    assert [item["id"] for item in listed["items"]] == [first.json["id"]]
    shown = portal.client.get(f"/citizen/v1/me/wallet/{first.json['id']}", token=portal.malee).json
    assert shown == listed["items"][0]
    assert shown["claims"] == {"number": "1/2569", "holder": "มาลี ใจงาม", "address": "แหลมงอบ"}
    assert sorted(shown["disclosable"]) == ["address", "holder"]
    assert (shown["kind"], shown["issuer"]) == ("licence", "https://biz.klang.test")
    assert shown["expires_at"].startswith("2027-11-25")


@pytest.mark.parametrize("chosen", [[], ["holder"], ["holder", "address"], ["holder", "holder"]])
def test_a_presentation_shows_what_was_chosen_and_verifies(portal: Portal, chosen: list[str]) -> None:
    made = portal.credential(portal.licence()).json["id"]
    answer = portal.client.post(
        f"/citizen/v1/me/wallet/{made}/presentations", token=portal.malee, json={"claims": chosen}
    )
    assert answer.status == 200
    jwks = {"keys": [portal.issuer.key.public_jwk]}
    checked = credentials.verify(answer.json["presentation"], jwks, now=NOW, issuer="https://biz.klang.test")
    assert set(checked.disclosed) == set(chosen)
    assert checked.claims["number"] == "1/2569"
    assert ("address" in checked.claims) == ("address" in chosen)


@pytest.mark.parametrize("given", [{"claims": ["number"]}, {"claims": ["nope"]}, {"claims": "x"}, {}])
def test_a_choice_that_is_none_is_refused(portal: Portal, given: dict[str, Any]) -> None:
    made = portal.credential(portal.licence()).json["id"]
    answer = portal.client.post(f"/citizen/v1/me/wallet/{made}/presentations", token=portal.malee, json=given)
    assert answer.status == 422
    assert answer.json["errors"][0]["pointer"] == "/claims"


def test_another_persons_wallet_is_empty(portal: Portal) -> None:
    made = portal.credential(portal.licence()).json["id"]
    assert portal.client.get("/citizen/v1/me/wallet", token=portal.somchai).json["items"] == []
    assert portal.client.get(f"/citizen/v1/me/wallet/{made}", token=portal.somchai).status == 404
    path = f"/citizen/v1/me/wallet/{made}/presentations"
    assert portal.client.post(path, token=portal.somchai, json={"claims": []}).status == 404


@pytest.mark.parametrize(
    "credential", ["x", "a.b.c~", "~", "eyJ9.e30.x~", "é~", "a" * 70_000, "e30.e30.e30~", "e30.bnVsbA.x~"]
)
def test_what_is_no_credential_is_refused(portal: Portal, credential: str) -> None:
    answer = portal.credential(credential)
    assert answer.status == 422
    assert answer.json["errors"][0]["pointer"] == "/credential"


def test_an_id_means_one_credential_for_one_person(portal: Portal) -> None:
    portal.credential(portal.licence())
    assert portal.credential(portal.licence()).status == 409
    assert portal.credential(portal.licence(), pid=SOMCHAI).status == 200
