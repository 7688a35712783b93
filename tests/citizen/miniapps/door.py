"""The exchange's door for existing clients, in memory: which key and token are whose."""

from __future__ import annotations

from chalicelib.citizen.miniapps.ports import Holder
from chalicelib.shared.errors import Refusal


class Door:
    """`miniapps.ports.Consumers` of a test.

    Attributes:
        keys: consumer key -> system.
        tokens: token -> the key it was got with.
        away: what it raises instead of answering.
    """

    def __init__(self) -> None:
        self.keys: dict[str, str] = {}
        self.tokens: dict[str, str] = {}
        self.away: Refusal | None = None
        self.asked = 0

    def open(self, key: str, token: str, system: str) -> dict[str, str]:
        """A client with a key and a token; its headers."""
        self.keys[key], self.tokens[token] = system, key
        return {"Consumer-Key": key, "Token": token, "Content-Type": "application/json"}

    def holder(self, consumer_key: str, token: str) -> Holder:
        """See `Consumers.holder`."""
        self.asked += 1
        if self.away is not None:
            raise self.away
        if consumer_key not in self.keys:
            return Holder(None, "consumer")
        if self.tokens.get(token) != consumer_key:
            return Holder(None, "token")
        return Holder(self.keys[consumer_key])
