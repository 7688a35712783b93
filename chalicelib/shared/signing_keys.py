"""A room's own signing keys, present and past, so that a key can be changed while others still check by the old.

The present key is whatever key KMS has under the room's alias. An operator announces the next one, so that everybody
who keeps the published JWK Set for a while has it, and then moves the alias. The next sweep gives the key before an
end: it stays published for a while, or for ever where what it signed is looked at for years (licences, receipts), and
in the history for ever.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from .ids import new_token
from .keyring import Signer
from .storage import Create, Item, Json, Key, Table, Update, WriteRefused

SIGNING_KEY = Key("SIGNING", "KEYS")
"""Where a room's table keeps them."""
FRESH = 60.0


class SigningKeys:
    """What a room publishes of its keys.

    Args:
        table: the room's table.
        signer: gives the present key.
        clock: tells the time.
        overlap: how long a key stays published after its successor came; None: until it is revoked.
    """

    def __init__(
        self, table: Table, signer: Callable[[], Signer], clock: Callable[[], datetime], overlap: timedelta | None
    ) -> None:
        self._table = table
        self._signer = signer
        self._clock = clock
        self._overlap = overlap
        self._known: list[Json] = []
        self._until = 0.0

    def jwks(self) -> dict[str, Any]:
        """The keys to check by (RFC 7517): the present one first, then the announced one and those of lately."""
        present = dict(self._present())
        at = self._clock().timestamp()
        others = [
            dict(entry["jwk"])
            for entry in self._entries()
            if entry["jwk"]["kid"] != present["kid"]
            and entry["revoked"] is None
            and (self._overlap is None or entry["exp"] is None or at < entry["exp"] + self._overlap.total_seconds())
        ]
        return {"keys": [present, *others[::-1]]}

    def history(self) -> list[Json]:
        """Every key that ever signed, or is to sign next: `jwk`, `iat`, `exp` and `revoked`.

        Named as in OpenID Federation 1.0 §8.7.2.
        """
        entries = self._read(self._table.get(SIGNING_KEY))
        if any(entry["jwk"]["kid"] == self._signer().kid for entry in entries):
            return entries
        return [*entries, self._entry()]

    def announce(self, jwk: Mapping[str, Any]) -> bool:
        """Publishes the key that the alias will be moved to; True when it was not there yet."""
        there = self._table.get(SIGNING_KEY)
        entries = self._read(there)
        if any(entry["jwk"]["kid"] == jwk["kid"] for entry in entries):
            return False
        known = entries or [self._entry()]
        return self._write(there, [*known, {**self._entry(), "jwk": dict(jwk)}])

    def note(self) -> bool:
        """Takes down the present key if it is new, and the end of those before it; True when something changed."""
        there = self._table.get(SIGNING_KEY)
        entries = self._read(there)
        kids = [entry["jwk"]["kid"] for entry in entries]
        if self._signer().kid not in kids:
            entries, kids = [*entries, self._entry()], [*kids, self._signer().kid]
        at, place = int(self._clock().timestamp()), kids.index(self._signer().kid)
        ended = [{**entry, "exp": at if entry["exp"] is None else entry["exp"]} for entry in entries[:place]]
        changed = [*ended, *entries[place:]]
        if there is not None and changed == self._read(there):
            return False
        return self._write(there, changed)

    def revoke(self, kid: str, reason: str) -> bool:
        """Takes belief from a past key: it is published no longer. True when there is such a key.

        The present key cannot be revoked: move the alias to another one first (docs/runbook.md).
        """
        there = self._table.get(SIGNING_KEY)
        entries = self._read(there)
        at = int(self._clock().timestamp())
        revoked = {"revoked_at": at, "reason": reason}
        changed = [{**entry, "revoked": revoked} if entry["jwk"]["kid"] == kid else entry for entry in entries]
        if kid == self._signer().kid or changed == entries:
            return False
        return self._write(there, changed)

    def _write(self, there: Item | None, entries: list[Json]) -> bool:
        data = {"keys": entries}
        change = Create(Item(SIGNING_KEY, data)) if there is None else Update(there.next(data))
        try:
            self._table.write([change], new_token())
        except WriteRefused:
            return False  # another process was faster; the next sweep looks again
        self._until = 0.0
        return True

    def _entry(self) -> Json:
        return {"jwk": dict(self._present()), "iat": int(self._clock().timestamp()), "exp": None, "revoked": None}

    def _present(self) -> Mapping[str, Any]:
        return self._signer().public_jwk

    def _entries(self) -> list[Json]:
        now = self._clock().timestamp()
        if now >= self._until:
            self._known = self._read(self._table.get(SIGNING_KEY))
            self._until = now + FRESH
        return self._known

    @staticmethod
    def _read(item: Item | None) -> list[Json]:
        return [] if item is None else [dict(entry) for entry in item.data["keys"]]
