"""The portal beside a real exchange in memory: a bank asks, a person decides through the portal."""

from __future__ import annotations

import json
from typing import Any

from tests.citizen.portal import Portal
from tests.gdx.consents.bank import Bank
from tests.gdx.exchange import MALEE, SOMCHAI
from tests.support.client import Answer

CONSENTS = "/citizen/v1/me/consents"


class Street:
    """A portal and an exchange that believe the same login."""

    def __init__(self) -> None:
        self.bank = Bank()
        self.portal = Portal()
        self.portal.neighbours.append(self.bank.room)
        self.portal.issuers.people.signer = self.bank.people.signer
        self.malee = self.portal.issuers.person(MALEE, name="มาลี ใจงาม")
        self.somchai = self.portal.issuers.person(SOMCHAI, name="สมชาย ใจดี")

    def ask(self, **changes: Any) -> str:
        """The bank asks Malee; the consent's id, once the portal has heard of it."""
        identifier = str(self.bank.ask_consent(**changes).json["id"])
        self.settle()
        return identifier

    def settle(self) -> None:
        """The exchange tells the portal what it has to tell."""
        seen = len(self.bank.providers.sent)
        self.bank.pump()
        for sent in self.bank.providers.sent[seen:]:
            if sent.url.endswith("/consents/news"):
                answer = self.hear(json.loads(sent.body or b""))
                assert answer.status == 200, answer.text

    def hear(self, news: dict[str, Any]) -> Answer:
        """News as it comes through the exchange."""
        return self.portal.deliver("consents", "/news", news)

    def get(self, path: str = "", token: str | None = None) -> Answer:
        """Malee reads, or whoever has the token."""
        return self.portal.client.get(f"{CONSENTS}{path}", token=token or self.malee)

    def decide(self, id: str, deed: str, *, match: int | None = 1, key: str = "", token: str | None = None) -> Answer:
        """Malee decides, or whoever has the token."""
        headers = {} if match is None else {"if-match": f'"v{match}"'}
        if key:
            headers["idempotency-key"] = key
        return self.portal.client.post(f"{CONSENTS}/{id}/{deed}", token=token or self.malee, headers=headers)

    def cards(self) -> list[str]:
        """Ids of what stands on Malee's home page."""
        citizen = self.portal.citizen
        return [card.id for card in citizen.hall.cards.page(citizen.hall.person(MALEE))[1]]
