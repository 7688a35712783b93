"""The portal's signing key is changed: what the earlier key signed verifies for as long as that key is believed."""

from __future__ import annotations

import pytest

from chalicelib.shared import credentials
from chalicelib.shared.jose import TokenRefused
from tests.support.keys import LocalSigner

from ..town import MALEE, Town


def test_a_licence_of_the_earlier_key_verifies_until_that_key_is_revoked(town: Town) -> None:
    case, _ = town.licensed()
    slip = town.ok(MALEE, "GET", f"/applications/{case}/credentials")["slip"]
    old = town.keyring.signer.kid
    town.biz.sweep(town.at)
    town.keyring.__dict__["signer"] = LocalSigner()  # the alias was moved; a new process began
    town.pass_time(days=90)
    town.biz.sweep(town.at)
    jwks = town.ok(None, "GET", "/jwks.json")
    assert [key["kid"] for key in jwks["keys"]] == [town.keyring.signer.kid, old]
    assert credentials.verify(slip, jwks, now=town.at).claims
    assert town.biz.office.signing.revoke(old, "compromised")
    with pytest.raises(TokenRefused):
        credentials.verify(slip, town.ok(None, "GET", "/jwks.json"), now=town.at)
