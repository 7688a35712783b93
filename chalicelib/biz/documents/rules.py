"""What an uploaded file must be before a case takes it. Pure.

A file arrives by a presigned form that admits exactly one size, type and checksum, into quarantine. It becomes part of
the case only when it is what it says, harmless in structure (`examination`), clean where a scanner is set up, and still
awaited. Sending a document of the same code again makes a new edition; the newest accepted one counts.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from urllib.parse import unquote_plus

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.errors import Fault, Invalid, not_found
from chalicelib.shared.objects import Stored

from ..cases.rules import Book, effect_action, must_be_applicants_turn
from ..definitions.model import DocumentRule
from ..definitions.parts import Effect
from ..model import INSPECTION_PHOTO, Case, Document, Origin, ScanState
from ..noun import CaseId
from .model import Held, Offer
from .reasons import NOTES, REASONS

MAX_DOCUMENTS = 40
"""Files per case, refused ones included; more is a mistake or an attack."""
MAX_PHOTOS = 40
"""Photographs of inspections per case."""
MAX_BYTES = 50 * 1024 * 1024
"""The largest file that any service may ask for (`DocumentRule.max_mb`)."""
MAX_OFFERED = 5
"""Held documents that are offered for one code, the newest ones."""


@dataclass(frozen=True)
class Verdict:
    """What the look into a file and the scan of it gave.

    Attributes:
        reason: a name in `reasons.REASONS`, or None for a good file.
        notes: names in `reasons.NOTES`.
        scan: as `Document.scan`.
        signature: what the scanner calls the malware.
    """

    reason: str | None = None
    notes: tuple[str, ...] = ()
    scan: ScanState | None = None
    signature: str | None = None


def quarantine_key(case: str, document: str) -> str:
    """Where a file lands."""
    return f"quarantine/{case}/{document}"


def case_key(case: str, document: str) -> str:
    """Where an accepted file lives."""
    return f"case/{case}/{document}"


def refused_key(case: str, document: str) -> str:
    """Where a refused file lies apart until the bucket's own rule deletes it; nobody gets its address."""
    return f"refused/{case}/{document}"


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
    rule = _asked_for(case, book, code)
    if media_type not in rule.types:
        kinds = ", ".join(rule.types)
        raise _invalid("/media_type", f"ชนิดไฟล์ต้องเป็น {kinds}", f"The type must be one of {kinds}.")
    if size > rule.max_mb * 1024 * 1024:
        raise _invalid("/size", f"ไฟล์ต้องไม่เกิน {rule.max_mb} MB", f"The file may be at most {rule.max_mb} MB.")
    document = Document(
        id=id,
        code=code,
        file_name=file_name,
        media_type=media_type,
        size=size,
        sha256=sha256,
        asked_at=now,
        edition=_edition(case, code),
    )
    return case.model_copy(update={"documents": (*case.documents, document)}), document


def photographed(
    case: Case, book: Book, *, id: str, file_name: str, media_type: str, size: int, sha256: str, now: dt.datetime
) -> tuple[Case, Document]:
    """The case with an inspector's photograph that is about to come.

    Raises:
        WrongState: no inspection can be reported now.
        Invalid: there are too many photographs.
    """
    effect_action(case, book, "inspection")
    if sum(known.code == INSPECTION_PHOTO for known in case.documents) >= MAX_PHOTOS:
        raise _invalid("", f"แนบภาพถ่ายได้ไม่เกิน {MAX_PHOTOS} ภาพ", f"At most {MAX_PHOTOS} photographs may be sent.")
    document = Document(
        id=id,
        code=INSPECTION_PHOTO,
        file_name=file_name,
        media_type=media_type,
        size=size,
        sha256=sha256,
        asked_at=now,
        edition=_edition(case, INSPECTION_PHOTO),
    )
    return case.model_copy(update={"documents": (*case.documents, document)}), document


def _asked_for(case: Case, book: Book, code: str) -> DocumentRule:
    must_be_applicants_turn(case, book)
    if sum(known.code != INSPECTION_PHOTO for known in case.documents) >= MAX_DOCUMENTS:
        raise _invalid("", f"แนบไฟล์ได้ไม่เกิน {MAX_DOCUMENTS} ครั้ง", f"At most {MAX_DOCUMENTS} files may be sent.")
    rule = next((rule for rule in _uploads(case, book) if rule.code == code), None)
    if rule is None:
        raise _invalid("/code", "คำขอนี้ไม่ต้องใช้เอกสารนี้", "This application asks for no such upload.")
    return rule


def _uploads(case: Case, book: Book) -> list[DocumentRule]:
    needed = book.needed(case)
    return [rule for rule in needed if rule.mode == "upload"]


def _edition(case: Case, code: str) -> int:
    return 1 + sum(known.code == code for known in case.documents)


def deviation(document: Document, stored: Stored | None) -> str | None:
    """Why what lies in quarantine cannot be the announced file, told without reading it."""
    if stored is None:
        return "gone"
    if (stored.size, stored.media_type) != (document.size, document.media_type):
        return "changed"
    if stored.sha256 not in (None, document.sha256):
        return "changed"
    return None


def judged(case: Case, book: Book, document: Document, verdict: Verdict, now: dt.datetime) -> Document:
    """The document accepted, or refused with a reason that tells how to mend it.

    What was announced before the case was filed or withdrawn and came after it changes nothing any more.
    """
    effect: Effect = "inspection" if document.code == INSPECTION_PHOTO else "file"
    awaited = book.definition.workflow.find(case.state, effect) is not None
    reason = verdict.reason if verdict.reason is not None or awaited else "late"
    return document.model_copy(
        update={
            "status": "accepted" if reason is None else "refused",
            "reason": None if reason is None else REASONS[reason],
            "reason_code": reason,
            "notes": tuple(NOTES[note] for note in verdict.notes),
            "scan": verdict.scan,
            "decided_at": now,
        }
    )


def fits(rule: DocumentRule, case: Case, held: Held) -> bool:
    """Whether a document of an earlier case may stand for what this one asks: same matter, same party, right kind."""
    return (
        held.code in (rule.code, *rule.satisfied_by)
        and held.case != case.id
        and held.juristic_id == case.juristic_id
        and held.media_type in rule.types
        and held.size <= rule.max_mb * 1024 * 1024
    )


def offered(case: Case, book: Book, held: Sequence[Held]) -> tuple[Offer, ...]:
    """What the applicant may attach without sending it again: newest first for each upload that the case asks for.

    Args:
        case, book: the case, while it is the applicant's turn; at other times nothing is offered.
        held: the owner's accepted documents, newest first.
    """
    if book.definition.workflow.find(case.state, "file") is None:
        return ()
    there = {(known.code, known.sha256) for known in case.documents if known.status != "refused"}
    found: list[Offer] = []
    for rule in _uploads(case, book):
        fitting = [one for one in held if fits(rule, case, one) and (rule.code, one.sha256) not in there]
        unlike = {one.sha256: one for one in reversed(fitting)}  # the newest of equal ones
        newest = sorted(unlike.values(), key=lambda one: one.document, reverse=True)[:MAX_OFFERED]
        found += [Offer(for_code=rule.code, **one.model_dump()) for one in newest]
    return tuple(found)


def taken_over(
    case: Case, book: Book, source: Case, *, code: str, document: str, id: str, now: dt.datetime
) -> tuple[Case, Document]:
    """The case with a document of an earlier case, which is checked anew like any other.

    Raises:
        WrongState: it is not the applicant's turn.
        Invalid: the case asks for no such upload, or that document cannot stand for it.
        NotFound: there is no such accepted document.
    """
    rule = _asked_for(case, book, code)
    known = source.document(document)
    if known is None or known.status != "accepted" or source.juristic_id != case.juristic_id:
        raise not_found("เอกสาร", "document")
    if not fits(rule, case, held_of(source, known)):
        raise _invalid("/document", "เอกสารนี้ใช้แทนเอกสารที่ขอไม่ได้", "That document cannot stand for the one asked for.")
    copy = Document(
        id=id,
        code=code,
        file_name=known.file_name,
        media_type=known.media_type,
        size=known.size,
        sha256=known.sha256,
        asked_at=now,
        edition=_edition(case, code),
        origin=Origin(case=source.id, document=known.id, service=source.service, sent_at=known.asked_at),
    )
    return case.model_copy(update={"documents": (*case.documents, copy)}), copy


def held_of(case: Case, document: Document) -> Held:
    """What is remembered of an accepted document, for later cases of the same person."""
    return Held(
        case=case.id,
        document=document.id,
        code=document.code,
        service=case.service,
        juristic_id=case.juristic_id,
        file_name=document.file_name,
        media_type=document.media_type,
        size=document.size,
        sha256=document.sha256,
        sent_at=document.asked_at,
    )


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
