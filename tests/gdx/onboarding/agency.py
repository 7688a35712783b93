"""An agency that comes to the exchange: its key, its proofs, and what it sends."""

from __future__ import annotations

from typing import Any

from chalicelib.gdx.directory.keys import PROOF_TYPE
from chalicelib.shared.jose import IssuerKey, sign_jwt
from tests.gdx.exchange import BASE, Exchange
from tests.support.client import Answer
from tests.support.keys import LocalSigner

MEMBER = "TH/REGIONAL/TRATHEALTH"
CLINICS = f"{MEMBER}/clinics"
ENDPOINT = "https://gdx.trathealth.go.th"


class Agency:
    """Trat's provincial health office.

    Args:
        exchange: where it comes to.
    """

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        self.key = LocalSigner()
        self.calls = 0

    def proof(
        self, key: LocalSigner | None = None, subsystem: str = CLINICS, typ: str = PROOF_TYPE, **changes: Any
    ) -> str:
        """A proof of possession that holds, unless a changed claim spoils it."""
        now = int(self.exchange.now.timestamp())
        claims = {"iss": subsystem, "aud": BASE, "iat": now, "exp": now + 120} | changes
        kept = {name: value for name, value in claims.items() if value is not None}
        return sign_jwt(kept, IssuerKey(subsystem, key or self.key), typ)

    def invited(self, **changes: Any) -> Answer:
        """What the operator is answered who invites it."""
        body = {"member": MEMBER, "domains": ["trathealth.go.th"], "contact": "it@trathealth.go.th"} | changes
        return self.exchange.client.post("/gdx/v1/invitations", token=self.exchange.operator(), json=body)

    def arrival(self, code: str, **changes: Any) -> dict[str, Any]:
        """What it sends to redeem the code."""
        body = {
            "code": code,
            "member": {"name_th": "สำนักงานสาธารณสุขจังหวัดตราด", "name_en": "Trat Provincial Public Health Office"},
            "subsystem": {
                "code": "clinics",
                "name_th": "ระบบสถานพยาบาล",
                "name_en": "Clinics",
                "endpoint": ENDPOINT,
            },
            "jwks": {"keys": [dict(self.key.public_jwk)]},
            "proofs": [self.proof()],
        } | changes
        return {name: value for name, value in body.items() if value is not None}

    def redeem(self, code: str, idempotency_key: str | None = None, **changes: Any) -> Answer:
        """Redeems the code."""
        headers = {} if idempotency_key is None else {"idempotency-key": idempotency_key}
        return self.exchange.client.post(
            "/gdx/v1/invitations/redeem", json=self.arrival(code, **changes), headers=headers
        )

    def joined(self) -> Agency:
        """The agency once it is in."""
        assert self.redeem(self.invited().json["code"]).status == 201
        self.exchange.keys[CLINICS] = self.key
        return self

    def token(self) -> str:
        """An access token of its system."""
        return self.exchange.token(CLINICS)

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """A request of its system."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.exchange.client.call(method, path, token=self.token(), json=body, headers=given)
