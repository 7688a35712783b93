"""What the tests of prefill share."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.shared.egress import HttpAnswer
from tests.gdx.consents.bank import BANK, CREDIT, Bank
from tests.gdx.exchange import MALEE, OFFICE, RECORD
from tests.support.client import Answer

COMPANY_RECORD = {"juristic_id": "0105569999981", "name_th": "บริษัท ครัวกลาง จำกัด", "status": "active", "directors": []}


class Forms(Bank):
    """The exchange of tests with registers that answer by what is asked of them."""

    def __init__(self) -> None:
        super().__init__()
        self.broken: dict[str, HttpAnswer | Exception] = {}
        answers = {"dopa": RECORD, "dbd": COMPANY_RECORD, "ncb": CREDIT, "citizen": {"id": "m"}}
        self.answers = {host: HttpAnswer(200, _JSON, json.dumps(value).encode()) for host, value in answers.items()}
        self.providers.before = self._choose

    def _choose(self) -> None:
        host = self.providers.sent[-1].url.split("//")[1].split(".")[0]
        self.providers.answer = self.broken.get(host, self.answers[host])

    def asked_of(self, host: str) -> int:
        """How often a register was asked."""
        return sum(sent.url.startswith(f"https://{host}.test") for sent in self.providers.sent)

    def prefill(
        self, *requirements: str, client: str = OFFICE, message_id: str | None = None, **changes: Any
    ) -> Answer:
        """A system asks for values."""
        purpose = "loan-application" if client == BANK else "premises-inspection"
        body = {"subject": {"pid": MALEE}, "requirements": list(requirements), "purpose": purpose, **changes}
        headers = {} if message_id is None else {"x-road-id": message_id}
        return self.client.post("/gdx/v1/prefill", token=self.token(client), json=body, headers=headers)

    def put(self, code: str = "alive", *, token: str | None = None, headers: Any = None, **changes: Any) -> Answer:
        """The operator registers a requirement."""
        body: dict[str, Any] = {
            "th": "สถานะ",
            "en": "Status",
            "kind": "person",
            "values": [{"name": "status", "th": "สถานะ", "en": "status"}],
            "sources": [
                {
                    "service": "TH/CENTRAL/DOPA/civil/person",
                    "path": "/lookup",
                    "subject": "/pid",
                    "values": {"status": "/status"},
                }
            ],
            **changes,
        }
        path = f"/gdx/v1/requirements/{code}"
        return self.client.put(path, token=token or self.operator(), json=body, headers=headers or {})


_JSON = {"content-type": "application/json"}


@pytest.fixture
def forms() -> Forms:
    """An exchange with registers behind requirements."""
    return Forms()
