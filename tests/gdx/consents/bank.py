"""A bank that asks for a person's consent, over the exchange of tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from chalicelib.gdx.ids import SubsystemId
from chalicelib.shared.storage import Table
from tests.gdx.exchange import MALEE, Exchange
from tests.support.client import Answer
from tests.support.keys import LocalSigner

BANK = "TH/SOE/GSB/loans"
REPORT = "TH/PARTNER/NCB/credit/report"
CREDIT = {
    "pid": MALEE,
    "score": 742,
    "grade": "BB",
    "as_of": "2026-11-24",
    "open_accounts": 2,
    "overdue_accounts": 0,
    "accounts": [{"lender": "บริษัท ตัวอย่าง จำกัด", "balance_satang": 1250000, "days_overdue": 0}],
}


class Bank(Exchange):
    """The exchange of tests with a bank that has keys, and a credit bureau that answers."""

    def __init__(self, table: Table | None = None) -> None:
        super().__init__(table)
        self.keys[BANK] = LocalSigner()
        there = self.service.directory.subsystem(SubsystemId.parse(BANK))
        assert there is not None, "the bank of the seed"
        jwks = {"keys": [dict(self.keys[BANK].public_jwk)]}
        self.service.directory.register_subsystem(replace(there, jwks=jwks), "test")
        self.providers.reply(200, CREDIT)

    def question(self, **changes: Any) -> dict[str, Any]:
        """What the bank asks for; a change to None takes an entry out."""
        good = {
            "pid": MALEE,
            "service": REPORT,
            "purposes": ["loan-application"],
            "fields": ["/score", "/grade"],
            "until": (self.now + timedelta(days=30)).isoformat(),
            "mode": "repeated",
            "data_life_days": 30,
        }
        return {name: value for name, value in {**good, **changes}.items() if value is not None}

    def ask_consent(self, client: str = BANK, key: str | None = None, **changes: Any) -> Answer:
        """A system asks a person."""
        headers = {} if key is None else {"idempotency-key": key}
        return self.client.post(
            "/gdx/v1/consents", token=self.token(client), json=self.question(**changes), headers=headers
        )

    def person(self, pid: str = MALEE, ial: str = "2.3", **claims: Any) -> str:
        """A person's access token."""
        return self.people.token(pid=pid, name="มาลี", ial=ial, **claims)

    def decide(self, identifier: str, what: str, *, token: str | None = None, match: str | None = '"v1"') -> Answer:
        """The person gives, refuses or withdraws."""
        headers = {} if match is None else {"if-match": match}
        path = f"/gdx/v1/me/consents/{identifier}/{what}"
        return self.client.post(path, token=token or self.person(), headers=headers)

    def given(self, **changes: Any) -> str:
        """A consent that was asked for and given; its id."""
        identifier = str(self.ask_consent(**changes).json["id"])
        assert self.decide(identifier, "give").status == 200
        return identifier

    def call_report(self, **headers: str) -> Answer:
        """The bank asks the credit bureau about the person."""
        return self.r1(f"/r1/{REPORT}/lookup", client=BANK, headers=headers)
