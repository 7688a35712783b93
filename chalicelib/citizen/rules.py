"""What may be delivered and what a repeat is."""

from __future__ import annotations

import hashlib

from chalicelib.shared.errors import AlreadyThere, Fault, Invalid
from chalicelib.shared.thai import NationalId, is_national_id

from .model import Person


def checked_pid(pid: str) -> NationalId:
    """The national id, if its check digit holds.

    Raises:
        Invalid: without repeating the number.
    """
    if not is_national_id(pid):
        raise Invalid(
            "เลขประจำตัวประชาชนไม่ถูกต้อง",
            "The national id is not valid.",
            [Fault("/pid", "ต้องเป็นเลข 13 หลักที่ถูกต้อง", "Must be a valid 13-digit number.")],
        )
    return NationalId(pid)


def id_here(sender: str, id: str, person: Person) -> str:
    """The room's id of what a sender calls `id` for a person.

    Two senders may use the same id, and one sender may tell several people the same thing.
    """
    return hashlib.sha256(f"{sender}\n{id}\n{person}".encode()).hexdigest()[:32]


def is_id_here(text: str) -> bool:
    """Whether this can be an id of this room at all; anything else is not even looked up."""
    return len(text) == 32 and text.isascii() and text.isalnum()


def must_be_the_same(mark_there: str, mark: str) -> None:
    """A repeat must have the content of the first time.

    Raises:
        AlreadyThere.
    """
    if mark_there != mark:
        raise AlreadyThere(
            "ใช้รหัสนี้กับเนื้อหาอื่นไปแล้ว โปรดใช้รหัสใหม่",
            "This id was used for other content; choose a new one.",
            [Fault("/id", "รหัสซ้ำ", "Already used.")],
        )
