"""Receipts, for the two parties of an exchange: what was recorded, the salts that prove what was sent, and the proof
that it stands in the log.

Evidence without retention: the exchange keeps no body. Whoever kept theirs shows it later with its salt; together they
give the commitment in the leaf, the leaf gives the log's entry, and the proof leads from the entry to a checkpoint that
everybody has seen. Without the salt nobody can try out bodies against a commitment.
"""

from __future__ import annotations

from dataclasses import field

from ...shared.dataclass import dataclass
from ...shared.errors import WrongState, not_found
from ...shared.keyring import Keyring
from ...shared.storage import Item, Table
from .. import evidence, store
from ..ids import SubsystemId
from ..model import Leaf
from ..rules import is_party
from .log import Log


@dataclass(frozen=True)
class Entry:
    """What was recorded, and that it stands in the log.

    Attributes:
        token: the promise made with the exchange: a JWT signed by it.
        leaf: what was recorded.
        leaf_text: its canonical JSON.
        entry_text: what stands in the log: the leaf's text, or of a covert access the commitment to it.
        cover_salt: salt of that commitment; None where the leaf itself stands there.
        index: its place in the log, or None until it is sealed (within minutes).
        proof: the tlog-proof by the newest checkpoint, or None until then.
    """

    token: str
    leaf: Leaf
    leaf_text: str
    entry_text: str
    cover_salt: str | None = field(repr=False)
    index: int | None
    proof: str | None


@dataclass(frozen=True)
class Receipt(Entry):
    """What a party gets.

    Attributes:
        request_salt, answer_salt: salts of the commitments in the leaf.
    """

    request_salt: str = field(repr=False)
    answer_salt: str = field(repr=False)


class Receipts:
    """Reads receipts."""

    def __init__(self, table: Table, keyring: Keyring, log: Log) -> None:
        self._table = table
        self._keyring = keyring
        self._log = log

    def read(self, identifier: str, reader: str) -> Receipt:
        """The receipt of an exchange in which `reader` (a subsystem id) asked or answered.

        Raises:
            NotFound: there is none, or it is somebody else's.
        """
        item, leaf = self._of_party(identifier, reader)
        request_salt, answer_salt = evidence.salts(self._keyring, identifier)
        return Receipt(**vars(self._entry(item, leaf)), request_salt=request_salt, answer_salt=answer_salt)

    def entry(self, identifier: str) -> Entry | None:
        """What the person it is about may hold: all but the salts of what was sent; None: no such one."""
        item = self._table.get(store.leaf_key(identifier))
        return None if item is None else self._entry(item, evidence.leaf_from(item.data["leaf"]))

    def proof(self, identifier: str, reader: str, *, witnessed: bool = False) -> str:
        """The tlog-proof alone.

        Args:
            witnessed: by the newest checkpoint that a witness has cosigned.

        Raises:
            NotFound: as `read`, or there is no witness.
            WrongState: the entry is not sealed, or not witnessed, yet.
        """
        item, _ = self._of_party(identifier, reader)
        index = place_of(item)
        if index is None:
            raise WrongState(
                "รายการนี้ยังไม่ได้ผนึกลงบันทึก โปรดลองใหม่ในอีกสักครู่",
                "The entry is not sealed into the log yet; ask again in a minute.",
                retry_after=60,
            )
        return self._log.proof(index, evidence.entry_bytes(item.data), witnessed=witnessed)

    def _entry(self, item: Item, leaf: Leaf) -> Entry:
        entry = evidence.entry_bytes(item.data)
        index = place_of(item)
        return Entry(
            token=item.data["receipt"],
            leaf=leaf,
            leaf_text=evidence.leaf_bytes(leaf).decode(),
            entry_text=entry.decode(),
            cover_salt=None if item.data["cover"] is None else evidence.cover_salt(self._keyring, leaf.id),
            index=index,
            proof=None if index is None else self._log.proof(index, entry),
        )

    def _of_party(self, identifier: str, reader: str) -> tuple[Item, Leaf]:
        item = self._table.get(store.leaf_key(identifier))
        leaf = None if item is None else evidence.leaf_from(item.data["leaf"])
        if item is None or leaf is None or not is_party(SubsystemId.parse(reader), leaf.consumer, leaf.service):
            raise not_found("ใบรับการแลกเปลี่ยน", "receipt")
        return item, leaf


def place_of(row: Item) -> int | None:
    """The place in the log of a leaf's row, or None until it is sealed."""
    said = row.data["log"]
    return None if said is None else int(said["index"])
