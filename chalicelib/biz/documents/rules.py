"""What an uploaded file must be before a case takes it. Pure.

A file arrives by a presigned form that admits exactly one size, type and checksum, into quarantine. It becomes part of
the case only when its first bytes are what its type promises.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from urllib.parse import unquote_plus

from chalicelib.shared.errors import Fault, Invalid
from chalicelib.shared.objects import Stored
from chalicelib.shared.thai import Text

from ..cases.rules import Book, must_be_applicants_turn
from ..definitions import forms
from ..model import Case, CaseId, Document

MAX_DOCUMENTS = 40
MAX_BYTES = 50 * 1024 * 1024
"""The largest file that any service may ask for (`DocumentRule.max_mb`)."""
"""Files per case, refused ones included; more is a mistake or an attack."""

MAGIC: dict[str, tuple[bytes, ...]] = {
    "application/pdf": (b"%PDF-1.", b"%PDF-2."),
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/png": (b"\x89PNG\r\n\x1a\n",),
}
MAGIC_LENGTH = 8

_CHANGED = Text(
    th="ไฟล์ที่ได้รับไม่ตรงกับที่แจ้งไว้ (ขนาดหรือค่าตรวจสอบ) โปรดส่งใหม่",
    en="The file is not the one announced (size or checksum); send it again.",
)
_NOT_ITS_TYPE = Text(
    th="เนื้อหาของไฟล์ไม่ตรงกับชนิดไฟล์ที่แจ้ง โปรดบันทึกเป็น PDF, JPEG หรือ PNG แล้วส่งใหม่",
    en="The content is not of the announced type; save it as PDF, JPEG or PNG and send it again.",
)
_GONE = Text(th="ไฟล์หายไปก่อนการตรวจ โปรดส่งใหม่", en="The file was gone before it was checked; send it again.")


def quarantine_key(case: str, document: str) -> str:
    """Where a file lands."""
    return f"quarantine/{case}/{document}"


def case_key(case: str, document: str) -> str:
    """Where an accepted file lives."""
    return f"case/{case}/{document}"


def announced(
    case: Case,
    book: Book,
    *,
    id: str,
    code: str,
    file_name: str,
    media_type: str,
    size: int,
    sha256: str,
    now: dt.datetime,
) -> tuple[Case, Document]:
    """The case with a file that is about to come.

    Raises:
        WrongState: it is not the applicant's turn.
        Invalid: the service asks for no such upload in this case, or not of that type or size.
    """
    must_be_applicants_turn(case, book)
    if len(case.documents) >= MAX_DOCUMENTS:
        raise _invalid("", f"แนบไฟล์ได้ไม่เกิน {MAX_DOCUMENTS} ครั้ง", f"At most {MAX_DOCUMENTS} files may be sent.")
    needed = forms.needed_documents(book.definition, case.applicant, case.answers)
    rule = next((rule for rule in needed if rule.code == code and rule.mode == "upload"), None)
    if rule is None:
        raise _invalid("/code", "คำขอนี้ไม่ต้องใช้เอกสารนี้", "This application asks for no such upload.")
    if media_type not in rule.types:
        kinds = ", ".join(rule.types)
        raise _invalid("/media_type", f"ชนิดไฟล์ต้องเป็น {kinds}", f"The type must be one of {kinds}.")
    if size > rule.max_mb * 1024 * 1024:
        raise _invalid("/size", f"ไฟล์ต้องไม่เกิน {rule.max_mb} MB", f"The file may be at most {rule.max_mb} MB.")
    document = Document(
        id=id, code=code, file_name=file_name, media_type=media_type, size=size, sha256=sha256, asked_at=now
    )
    return case.model_copy(update={"documents": (*case.documents, document)}), document


def judged(document: Document, stored: Stored | None, head: bytes, now: dt.datetime) -> Document:
    """The document accepted, or refused with a reason that tells how to mend it.

    Args:
        document: as announced.
        stored: what lies in quarantine, with the checksum that S3 computed.
        head: its first bytes.
        now: when.
    """
    reason: Text | None = None
    if stored is None:
        reason = _GONE
    elif (stored.size, stored.media_type, stored.sha256) != (document.size, document.media_type, document.sha256):
        reason = _CHANGED
    elif not head.startswith(MAGIC[document.media_type]):
        reason = _NOT_ITS_TYPE
    status = "accepted" if reason is None else "refused"
    return document.model_copy(update={"status": status, "reason": reason, "decided_at": now})


def replaced(case: Case, document: Document) -> Case:
    """The case with that document in place of the one with its id."""
    return case.model_copy(
        update={"documents": tuple(document if known.id == document.id else known for known in case.documents)}
    )


def arrivals(body: str) -> Iterator[tuple[CaseId, str]]:
    """The (case, document) pairs that an S3 notification tells of; anything else in it is ignored.

    S3 sends a test event without records when a notification is set up, and encodes keys as in a form.
    """
    told = json.loads(body)
    for record in told.get("Records", []) if isinstance(told, dict) else []:
        parts = unquote_plus(record["s3"]["object"]["key"]).split("/")
        if len(parts) == 3 and parts[0] == "quarantine":
            yield CaseId(parts[1]), parts[2]


def _invalid(pointer: str, th: str, en: str) -> Invalid:
    return Invalid(th, en, [Fault(pointer, th, en)])
