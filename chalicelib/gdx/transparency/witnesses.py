"""Witnesses: others, e.g. the data protection office, who sign the checkpoints that they have seen.

A log alone could show two histories to two parties. A witness signs only trees that grew out of what it signed before,
so a checkpoint with its cosignature (C2SP tlog-cosignature) is the one that everybody sees.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from ...shared.dataclass import dataclass
from ...shared.errors import Fault, Invalid, NotAllowed, Unavailable, WrongState
from ...shared.journal import Journal, Once
from ...shared.objects import Objects
from ...shared.storage import Create, Item, Json, Table, Update, every
from ...shared.tlog_note import COSIGNATURE, BadNote, Checkpoint, Note, Signature, VerifierKey, check
from . import store
from .log import Log

AHEAD = 300
"""Seconds that a witness's clock may be fast."""

ATTEMPTS = 5

NOTE = "text/plain; charset=utf-8"


@dataclass(frozen=True)
class Witness:
    """Somebody whose cosignatures are taken while `active`."""

    key: VerifierKey
    name_th: str
    name_en: str
    active: bool


class Witnesses:
    """Keeps the witnesses and takes their cosignatures."""

    def __init__(
        self, table: Table, journal: Journal, objects: Objects, log: Log, clock: Callable[[], datetime]
    ) -> None:
        self._table = table
        self._journal = journal
        self._objects = objects
        self._log = log
        self._clock = clock

    def appoint(self, witness: Witness, once: Once) -> bool:
        """Enters a witness, or changes one; True when something changed."""
        key = store.witness_key(witness.key.name)
        there = self._journal.read(once, key).get(key)
        data = _json(witness)
        if there is not None and there.data == data:
            return False
        change = Create(Item(key, data)) if there is None else Update(there.next(data))
        self._journal.commit(once, [change], answer={"name": witness.key.name, "changed": True})
        return True

    def everyone(self) -> list[Witness]:
        """All witnesses."""
        return [_witness(item) for item in every(self._table, store.LOG, prefix=store.WITNESS)]

    def deposit(self, size: int, line: str) -> int:
        """Puts a witness's cosignature on the newest checkpoint; the same again changes nothing.

        Args:
            size: of the tree that was cosigned.
            line: the signature line, `— <name> <base64>`.

        Returns:
            When the witness signed (POSIX seconds).

        Raises:
            Invalid: it is no cosignature, or does not hold.
            NotAllowed: nobody appointed this witness.
            WrongState: the log has another size by now; fetch its checkpoint again.
        """
        try:
            signature = Signature.parse(line.removesuffix("\n"))
        except BadNote:
            raise _not_held() from None
        found = self._table.get(store.witness_key(signature.name))
        witness = None if found is None else _witness(found)
        if witness is None or not witness.active or not signature.of(witness.key):
            raise NotAllowed("ผู้นี้ไม่ได้รับแต่งตั้งเป็นพยานของบันทึก", "This is not an appointed witness of the log.")
        for _ in range(ATTEMPTS):
            there = self._objects.head(store.CHECKPOINT)
            published = self._log.published()
            if published.checkpoint.size != size:
                raise WrongState(
                    "บันทึกมีขนาดอื่นแล้ว โปรดอ่านใหม่", "The log has another size by now; read its checkpoint again."
                )
            note = Note.parse(published.text)
            at = self._held(note, signature, witness)
            signed = str(note.signed(signature))
            if signed == published.text or self._replaced(signed, None if there is None else there.etag):
                self._keep(note.signed(signature))
                return at
        raise _changing()

    def _keep(self, note: Note) -> None:
        """The newest cosigned checkpoint, with every cosignature of it; it stays when the log goes on."""
        size = Checkpoint.parse(note.text).size
        for _ in range(ATTEMPTS):
            there = self._objects.head(store.WITNESSED)
            if there is not None:
                kept = Note.parse(self._objects.read(store.WITNESSED).decode())
                if Checkpoint.parse(kept.text).size > size:
                    return
                if kept.text == note.text:
                    for signature in kept.signatures:
                        note = _with(note, signature)
            etag = None if there is None else there.etag
            content = str(note).encode()
            if self._objects.put(store.WITNESSED, content, media_type=NOTE, only_if_new=there is None, if_match=etag):
                return
        raise _changing()

    def _held(self, note: Note, signature: Signature, witness: Witness) -> int:
        try:
            at = check(note.text, signature, witness.key)
        except BadNote:
            raise _not_held() from None
        if at is None or at > self._clock().timestamp() + AHEAD:
            raise _not_held()
        return at

    def _replaced(self, text: str, etag: str | None) -> bool:
        return etag is not None and self._objects.put(store.CHECKPOINT, text.encode(), media_type=NOTE, if_match=etag)


def witness_of(vkey: str, name_th: str, name_en: str, *, active: bool) -> Witness:
    """A witness by its verifier key; raises Invalid."""
    try:
        key = VerifierKey.parse(vkey)
    except BadNote:
        key = None
    if key is None or key.kind != COSIGNATURE:
        raise Invalid(
            "กุญแจของพยานไม่ถูกต้อง",
            "This is not a witness's key.",
            [Fault("/vkey", "ต้องเป็น vkey ชนิด 0x04", "Must be a vkey of type 0x04 (C2SP tlog-cosignature).")],
        )
    return Witness(key, name_th, name_en, active)


def _json(witness: Witness) -> Json:
    return {
        "vkey": str(witness.key),
        "name_th": witness.name_th,
        "name_en": witness.name_en,
        "active": witness.active,
    }


def _witness(item: Item) -> Witness:
    data = item.data
    return Witness(VerifierKey.parse(data["vkey"]), data["name_th"], data["name_en"], data["active"])


def _with(note: Note, signature: Signature) -> Note:
    """The note with another's signature, unless it has a newer one of the same key."""
    keys = {(each.name, each.key_id) for each in note.signatures}
    return note if (signature.name, signature.key_id) in keys else note.signed(signature)


def _changing() -> Unavailable:
    return Unavailable("บันทึกกำลังเปลี่ยนแปลง โปรดลองใหม่", "The checkpoint keeps changing; try again.", retry_after=1)


def _not_held() -> Invalid:
    return Invalid(
        "ลายมือชื่อร่วมไม่ถูกต้อง",
        "The cosignature does not hold.",
        [
            Fault(
                "/cosignature",
                "ต้องลงนามในข้อความของ checkpoint ปัจจุบัน",
                "Must be over the text of the present checkpoint.",
            )
        ],
    )
