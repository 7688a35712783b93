"""Receipts, for the two parties of an exchange: what was recorded, and the salts that prove what was sent."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..shared.errors import not_found
from ..shared.keyring import Keyring
from ..shared.storage import Table
from . import evidence, store
from .ids import SubsystemId
from .model import Leaf
from .rules import is_party


@dataclass(frozen=True)
class Receipt:
    """What a party gets.

    Attributes:
        token: the receipt, a JWT signed by the exchange.
        leaf: what it is over.
        leaf_text: the canonical JSON whose hash the token holds.
    """

    token: str
    leaf: Leaf
    leaf_text: str
    request_salt: str = field(repr=False)
    answer_salt: str = field(repr=False)


class Receipts:
    """Reads receipts."""

    def __init__(self, table: Table, keyring: Keyring) -> None:
        self._table = table
        self._keyring = keyring

    def read(self, identifier: str, reader: str) -> Receipt:
        """The receipt of an exchange in which `reader` (a subsystem id) asked or answered.

        Raises:
            NotFound: there is none, or it is somebody else's.
        """
        item = self._table.get(store.leaf_key(identifier))
        leaf = None if item is None else evidence.leaf_from(item.data["leaf"])
        if item is None or leaf is None or not is_party(SubsystemId.parse(reader), leaf.consumer, leaf.service):
            raise not_found("ใบรับการแลกเปลี่ยน", "receipt")
        request_salt, answer_salt = evidence.salts(self._keyring, identifier)
        return Receipt(item.data["receipt"], leaf, evidence.leaf_bytes(leaf).decode(), request_salt, answer_salt)
