"""Two systems that negotiate about the civil register, over the room's edge."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from chalicelib.shared.jose import base64url
from tests.gdx.exchange import OFFICE, PERSON, Exchange
from tests.support.client import Answer
from tests.support.keys import LocalSigner

PROVIDER = "TH/CENTRAL/DOPA/civil"
TERMS: dict[str, Any] = {
    "endpoints": [{"method": "POST", "path": "/lookup"}],
    "fields": ["/first_name_th", "/last_name_th"],
    "predicates": [
        {
            "code": "born-on",
            "compares": [
                {"answer": "/first_name_th", "claim": "first_name", "how": "name"},
                {"answer": "/birth_date", "claim": "birth_date", "how": "date"},
            ],
        }
    ],
    "purposes": [{"code": "premises-inspection", "th": "ตรวจสถานที่", "en": "To inspect premises", "sealed_days": 0}],
    "legal_basis": {"th": "พ.ร.บ. ดิจิทัล 2562 ม. 13", "en": "Digital Government Act B.E. 2562 s.13"},
    "valid_from": "2026-01-01",
    "valid_until": "2027-12-31",
    "daily_quota": 100,
    "rate_per_minute": 60,
    "daily_bytes": 10_000_000,
    "retention_days": 30,
    "consent": False,
    "preview": False,
}


def signature(signer: LocalSigner, text: str, *, typ: str = "gdx-agreement+jwt", **header: Any) -> str:
    """A compact JWS over a text, as a party's own library would make it."""
    packed = base64url(json.dumps({"alg": "ES256", "typ": typ, "kid": signer.kid, **header}).encode())
    signed = f"{packed}.{base64url(text.encode())}"
    return f"{signed}.{base64url(signer.sign(signed.encode()))}"


class Talk:
    """One negotiation between the office and the civil register.

    Args:
        exchange: the exchange; what the law ordered between the two is ended first, so that they are free.
        fresh: False to talk about what stands between them.
    """

    def __init__(self, exchange: Exchange, *, fresh: bool = True) -> None:
        self.exchange = exchange
        if fresh:
            exchange.agree(state="TERMINATED")
        self.id = ""
        self.revision = 0
        self.view: dict[str, Any] = {}
        self.tokens: dict[str, str] = {}

    def token(self, who: str) -> str:
        """The access token of a party, or of the operator (`operator`)."""
        if who not in self.tokens:
            self.tokens[who] = self.exchange.operator() if who == "operator" else self.exchange.token(who)
        return self.tokens[who]

    def begin(self, by: str = OFFICE, *, terms: Mapping[str, Any] = TERMS, **changes: Any) -> Answer:
        """The first word."""
        headers = changes.pop("headers", {})
        body = {"consumer": OFFICE, "service": PERSON, "terms": dict(terms), **changes}
        return self._took(
            self.exchange.client.post("/gdx/v1/negotiations", token=self.token(by), json=body, headers=headers)
        )

    def act(self, act: str, by: str, *, headers: Mapping[str, str] | None = None, **body: Any) -> Answer:
        """One step, with the revision that was seen last unless a header says otherwise."""
        sent = {"if-match": f'"v{self.revision}"', **(headers or {})}
        path = f"/gdx/v1/negotiations/{self.id}/{act}"
        return self._took(self.exchange.client.post(path, token=self.token(by), json=body or None, headers=sent))

    def sign(self, act: str, by: str, *, signer: LocalSigner | None = None, text: str | None = None) -> Answer:
        """Agrees or verifies by a signature."""
        made = signature(signer or self.exchange.keys[by], self.view["terms_text"] if text is None else text)
        return self.act(act, by, signature=made)

    def look(self, by: str = OFFICE) -> dict[str, Any]:
        """How it stands."""
        answer = self._took(self.exchange.client.get(f"/gdx/v1/negotiations/{self.id}", token=self.token(by)))
        assert answer.status == 200, answer.text
        return self.view

    def conclude(self, **changes: Any) -> str:
        """All the way: request, agree, verify, finalise; the id of the agreement."""
        assert self.begin(OFFICE, terms={**TERMS, **changes}).status == 201
        for answer in (self.sign("agree", PROVIDER), self.sign("verify", OFFICE), self.act("finalize", PROVIDER)):
            assert answer.status == 200, answer.text
        return str(self.view["agreement"])

    def _took(self, answer: Answer) -> Answer:
        if answer.status < 300:
            self.view = answer.json
            self.id, self.revision = self.view["id"], self.view["revision"]
            assert answer.headers["etag"] == f'"v{self.revision}"'
        return answer
