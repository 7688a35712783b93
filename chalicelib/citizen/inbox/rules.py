"""What an inbox takes, when a message counts as told, and what its reader may do with it. Pure."""

from __future__ import annotations

from chalicelib.shared.errors import Fault, Invalid, WrongState
from chalicelib.shared.sourced import Said
from chalicelib.shared.thai import Text

from .model import Attachment, AttachmentType, Category, Message

HOLDS = 100_000
"""Unread messages that one inbox takes; far more than the state ever sends, a fence against a sender gone mad."""

PER_DAY = 50
"""Messages of one sender to one person in a day (Thailand): a fence of the same kind."""

FILTERED_READS = 5
"""Requests that a filtered page costs at most; it may then be short, and its cursor goes on."""

SERVICE_COUNTS = Said(
    text=Text(
        th="ถือว่าแจ้งแล้วเมื่อข้อความเข้ากล่องข้อความนี้ เวลาที่เปิดอ่านครั้งแรกบันทึกไว้ต่างหาก",
        en="It counts as served when it was put into this inbox; when it was first opened is kept besides.",
    ),
    source="Electronic Performance of Government Act B.E. 2565 (replies go electronically; section not read) and "
    "Administrative Procedure Act B.E. 2539 (service of orders; section not read); general knowledge",
    verified="no",
)
"""When a message with legal effect is served. Not compared with the gazetted text: the agency answers for it."""

_MAGIC: dict[AttachmentType, bytes] = {
    "application/pdf": b"%PDF-",
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/jpeg": b"\xff\xd8\xff",
}
MAGIC_BYTES = 8
"""How much of a file is read to tell what it is."""


def is_what_it_says(media_type: AttachmentType, start: bytes) -> bool:
    """Whether a file begins as one of its type does (ISO 32000 s.7.5.2, ISO/IEC 15948 s.5.2, ITU-T T.81 B.1.1.3)."""
    return start.startswith(_MAGIC[media_type])


def names_each_once(attachments: tuple[Attachment, ...]) -> None:
    """Two attachments of a message have two ids.

    Raises:
        Invalid.
    """
    seen = set[str]()
    for number, each in enumerate(attachments):
        if each.id in seen:
            raise bad_attachment(number, "id", "รหัสไฟล์ซ้ำ", "Two attachments have this id.")
        seen.add(each.id)


def bad_attachment(number: int, field: str, th: str, en: str) -> Invalid:
    """What is wrong with one attachment of a message."""
    return Invalid(
        "ไฟล์แนบไม่ถูกต้อง ข้อความยังไม่ถูกส่ง",
        "An attachment is not right; the message was not served.",
        [Fault(f"/attachments/{number}/{field}", th, en)],
    )


def must_be_hideable(message: Message) -> None:
    """Whoever is served something with legal effect keeps it.

    Raises:
        WrongState.
    """
    if message.legal:
        raise WrongState(
            "ข้อความนี้มีผลทางกฎหมาย ลบไม่ได้ แต่เก็บเข้าคลังได้",
            "This message has legal effect: it cannot be deleted, but it can be archived.",
        )


def fits(message: Message, category: Category | None, unread: bool) -> bool:
    """Whether a message passes a page's filter."""
    return (category is None or message.category == category) and not (unread and message.opened_at is not None)
