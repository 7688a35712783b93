"""The log as anybody may read it: checkpoint, tiles, and proofs made from tiles.

A proof is checked before it goes out: whoever gets one that does not hold should never have got it from here.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from ...shared import tlog_merkle as merkle
from ...shared.dataclass import dataclass
from ...shared.errors import Fault, Invalid, NotFound, Unavailable, WrongState, not_found
from ...shared.objects import Objects
from ...shared.tlog_merkle import BadProof, check_consistency, check_inclusion, leaf_hash
from ...shared.tlog_note import BadNote, Checkpoint, Note
from ...shared.tlog_proof import proof_text
from . import store
from .tiles import PATH, WIDTH, BrokenLog, Tree

log = logging.getLogger("klang.gdx.log")

ENTRIES = "tile/entries/"


@dataclass(frozen=True)
class Published:
    """The newest checkpoint."""

    text: str
    checkpoint: Checkpoint
    tree: Tree


class Log:
    """Reads what the sealer has published.

    Args:
        objects: the log's bucket.
        width: hashes of a full tile.
    """

    def __init__(self, objects: Objects, width: int = WIDTH) -> None:
        self._objects = objects
        self._width = width

    def published(self, *, witnessed: bool = False) -> Published:
        """The newest checkpoint with its tree.

        Args:
            witnessed: the newest one that a witness has cosigned.

        Raises:
            NotFound: the log was not sealed yet, or no witness has come.
        """
        try:
            text = self._objects.read(store.WITNESSED if witnessed else store.CHECKPOINT).decode()
        except NotFound:
            raise not_found(
                "บันทึกความโปร่งใส", "checkpoint yet: the log is sealed within a minute of its start"
            ) from None
        with _whole():
            told = Checkpoint.parse(Note.parse(text).text)
        return Published(text, told, Tree(told.size, self._tile_of_ours, self._width))

    def tile(self, name: str) -> bytes:
        """A tile or an entry bundle; raises NotFound. A partial one may be gone once the full one is there."""
        if not PATH.fullmatch(name):
            raise _no_tile()
        try:
            return self._objects.read(name)
        except NotFound:
            raise _no_tile() from None

    def inclusion(self, index: int, size: int | None) -> tuple[int, list[bytes]]:
        """The tree's size and the audit path of an entry in it.

        Args:
            index: place of the entry, from 0.
            size: of the tree; None: the newest.

        Raises:
            Invalid: there is no such tree, or no such entry in it.
        """
        published = self.published()
        asked = published.checkpoint.size if size is None else size
        _within("size", asked, 1, published.checkpoint.size)
        _within("index", index, 0, asked - 1)
        with _whole():
            return asked, merkle.inclusion(index, asked, published.tree.perfect)

    def consistency(self, old: int, new: int | None) -> tuple[int, list[bytes]]:
        """The newer tree's size and what shows that it begins with the older one; raises Invalid as `inclusion`."""
        published = self.published()
        asked = published.checkpoint.size if new is None else new
        _within("to", asked, 0, published.checkpoint.size)
        _within("from", old, 0, asked)
        perfect = published.tree.perfect
        with _whole():
            path = merkle.consistency(old, asked, perfect)
            check_consistency(old, asked, path, merkle.head(old, perfect), _root(published, asked))
        return asked, path

    def proof(self, index: int, entry: bytes, *, witnessed: bool = False) -> str:
        """The tlog-proof of an entry at this place, by the newest checkpoint (that a witness has cosigned).

        Raises:
            WrongState: no witness has cosigned a tree that reaches so far.
            Unavailable: what is published does not show it there, which is told to the operators.
        """
        published = self.published(witnessed=witnessed)
        told = published.checkpoint
        if witnessed and index >= told.size:
            raise WrongState("ยังไม่มีพยานลงนามถึงรายการนี้", "No witness has cosigned so far yet.", retry_after=60)
        with _whole():
            path = merkle.inclusion(index, told.size, published.tree.perfect)
            check_inclusion(leaf_hash(entry), index, told.size, path, told.root)
        return proof_text(index, path, published.text)

    def _tile_of_ours(self, name: str) -> bytes:
        try:
            return self._objects.read(name)
        except NotFound:
            raise BrokenLog(f"{name} is not there") from None


def _root(published: Published, size: int) -> bytes:
    told = published.checkpoint
    return told.root if size == told.size else merkle.head(size, published.tree.perfect)


def _within(name: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise Invalid(
            "ไม่มีตำแหน่งหรือขนาดนี้ในบันทึก",
            "The log has no such place or size.",
            [Fault(f"query:{name}", f"ต้องอยู่ระหว่าง {least} ถึง {most}", f"Must be between {least} and {most}.")],
        )


@contextmanager
def _whole() -> Iterator[None]:
    """What is read here is our own: if it does not fit together, that is not the caller's fault."""
    try:
        yield
    except (BrokenLog, BadProof, BadNote, ValueError) as error:
        log.error("the published log does not hold together", extra={"kind": type(error).__name__})
        raise Unavailable(
            "บันทึกความโปร่งใสขัดข้อง โปรดลองใหม่", "The log cannot be proved just now; its operators know.", retry_after=60
        ) from error


def _no_tile() -> NotFound:
    return not_found("ส่วนของบันทึกนี้", "tile; a full one may have replaced it")
