"""A log's own key: Ed25519, as verifiers of C2SP notes expect it and as KMS does not make it.

Its 32-byte seed is sealed by the room's keyring (a key that only KMS unwraps) and lies in the room's table. It is made
once, under a condition, with the name that the log then keeps: a log that changes its name is another log.
"""

from __future__ import annotations

import base64
import os
from functools import cached_property
from typing import TYPE_CHECKING

from .ids import new_token
from .keyring import Keyring
from .storage import Create, Item, Key, Table, WriteRefused
from .tlog_note import ED25519, Note, VerifierKey, sign

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


class LogKey:
    """Signs checkpoints.

    Args:
        table: the room's table.
        keyring: seals the seed.
        origin: name of the log, should it not have one yet: its address without the scheme (C2SP tlog-checkpoint).
        place: where the sealed seed lies.
        context: what the seed is sealed for.
    """

    def __init__(self, table: Table, keyring: Keyring, origin: str, *, place: Key, context: str) -> None:
        self._table = table
        self._keyring = keyring
        self._origin = origin
        self._place = place
        self._context = context

    @property
    def vkey(self) -> VerifierKey:
        """The public half with the log's name."""
        return self._pair[0]

    def note(self, text: str) -> Note:
        """The text, signed. The same text gives the same bytes (RFC 8032)."""
        vkey, private = self._pair
        return Note(text, (sign(text, vkey, private.sign),))

    @cached_property
    def _pair(self) -> tuple[VerifierKey, Ed25519PrivateKey]:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        stored = self._table.get(self._place) or self._made()
        seed = base64.b64decode(self._keyring.unseal(stored.data["seed"], self._context))
        private = Ed25519PrivateKey.from_private_bytes(seed)
        return VerifierKey(stored.data["name"], ED25519, private.public_key().public_bytes_raw()), private

    def _made(self) -> Item:
        seed = base64.b64encode(os.urandom(32)).decode()
        item = Item(self._place, {"name": self._origin, "seed": self._keyring.seal(seed, self._context)})
        try:
            self._table.write([Create(item)], new_token())
        except WriteRefused as refused:
            there = refused.failed[0][1]
            if there is None:
                raise RuntimeError("the log's key vanished while it was being made") from None
            return there
        return item
