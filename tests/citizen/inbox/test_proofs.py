"""The proof of service: signed, for the sender alone, saying what was said and when it was opened."""

from __future__ import annotations

import hashlib
import json

import pytest

from chalicelib.shared.jose import TokenRefused, verify_jwt
from tests.citizen.portal import BIZ, MALEE, SOMCHAI, Portal


def test_a_sender_gets_a_proof_that_anybody_can_check(portal: Portal) -> None:
    made = portal.message("m-1", legal=True).json
    keys = {"keys": [dict(portal.keyring.signer.public_jwk)]}
    issuer = "https://citizen.klang.test/citizen"

    def proof() -> dict[str, object]:
        answer = portal.deliver("inbox", "/messages/proof", {"pid": MALEE, "id": "m-1"})
        assert answer.status == 200, answer.text
        token = answer.json["proof"]
        with pytest.raises(TokenRefused):
            verify_jwt(token[:-4] + "AAAA", keys, "service-proof+jwt", now=portal.now, issuer=issuer)
        return verify_jwt(token, keys, "service-proof+jwt", now=portal.now, issuer=issuer, audience=BIZ)

    before = proof()
    assert (before["served_at"], before["opened_at"], before["legal"]) == (made["at"], None, True)
    assert (before["message"], before["inbox_id"], before["sub"]) == ("m-1", made["id"], MALEE)
    said = {
        "attachments": [],
        "body": {"en": "Your case m-1", "th": "เรื่อง m-1 ของคุณมาลี"},
        "title": {"en": "Application received", "th": "รับคำขอแล้ว"},
    }
    text = json.dumps(said, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    assert before["content_sha256"] == hashlib.sha256(text.encode()).hexdigest()
    opened = portal.client.post(f"/citizen/v1/me/inbox/{made['id']}/read", token=portal.malee).json["opened_at"]
    assert proof()["opened_at"] == opened


def test_nobody_gets_a_proof_of_what_another_served_or_what_is_not_there(portal: Portal) -> None:
    portal.message("m-1")
    for changes in ({"pid": SOMCHAI, "id": "m-1"}, {"pid": MALEE, "id": "m-2"}):
        assert portal.deliver("inbox", "/messages/proof", changes).status == 404
    other = portal.deliver("inbox", "/messages/proof", {"pid": MALEE, "id": "m-1"}, client="TH/CENTRAL/DOPA/civil")
    assert other.status == 404
    assert portal.deliver("inbox", "/messages/proof", {"pid": "1234567890123", "id": "m-1"}).status == 422
