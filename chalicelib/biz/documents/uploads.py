"""Files on their way into a case: announced, sent to quarantine, checked, taken or refused."""

from __future__ import annotations

import hashlib
import logging

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.errors import NotFound, Stale, Unavailable, not_found
from chalicelib.shared.identity import Caller
from chalicelib.shared.journal import Once, Replayed
from chalicelib.shared.objects import UploadForm

from ..model import INSPECTION_PHOTO, Case, Document
from ..noun import CaseId
from ..office import Office, Told, unchanged
from ..ports import Scanner
from . import rules as documents
from .cage import Examine
from .rules import Verdict

log = logging.getLogger("klang.biz.documents")

DOWNLOAD_LIVES = 300
ATTEMPTS = 5
"""How often a check is made again when the case changed meanwhile."""


@dataclass(frozen=True)
class Announcement:
    """A file that an applicant is about to send."""

    code: str
    file_name: str
    media_type: str
    size: int
    sha256: str


class Uploads:
    """Documents of cases. Their bytes come and go by presigned addresses; only the check in the queue reads them.

    Args:
        office: the room's tools.
        examine: looks into a file; never raises over what it finds there.
        scanner: the malware scanner, or None where none is set up: then accepted documents are marked so.
    """

    def __init__(self, office: Office, examine: Examine, scanner: Scanner | None) -> None:
        self._office = office
        self._examine = examine
        self._scanner = scanner

    def announce(
        self, once: Once, caller: Caller, id: str, file: Announcement, if_match: int | None
    ) -> tuple[Document, UploadForm]:
        """Give the form by which exactly this file may be sent.

        Raises:
            Invalid, WrongState: see `documents.announced`.
        """
        office = self._office
        try:
            case = office.own(once, id, caller, "fill")
        except Replayed as done:  # a form is no state: a repeat gets a fresh one for the same file
            return self._again(office.own(None, id, caller, "fill"), done)
        unchanged(case, if_match)
        case, document = documents.announced(
            case,
            office.book(case),
            id=office.parts.ids(),
            code=file.code,
            file_name=file.file_name,
            media_type=file.media_type,
            size=file.size,
            sha256=file.sha256,
            now=office.now(),
        )
        told = Told("document.announced", {"document": document.id, "code": document.code}, heard=False)
        office.save(once, case, [told], by=caller.label, answer={"document": document.id})
        return document, self.form(case.id, document)

    def announce_photo(
        self, once: Once, caller: Caller, id: str, *, file_name: str, media_type: str, size: int, sha256: str
    ) -> tuple[Document, UploadForm]:
        """Give an inspector the form by which exactly this photograph may be sent.

        It takes the way of every file: quarantine, the look into it, the scan; and it stays with the case.

        Raises:
            Invalid, WrongState: see `documents.photographed`.
            NotAllowed: the officer does not inspect.
        """
        office = self._office
        try:
            case = office.of_agency(once, id, caller)
        except Replayed as done:
            return self._again(office.of_agency(None, id, caller), done)
        book = office.book(case)
        case, document = documents.photographed(
            case,
            book,
            id=office.parts.ids(),
            file_name=file_name,
            media_type=media_type,
            size=size,
            sha256=sha256,
            now=office.now(),
        )
        told = Told("document.announced", {"document": document.id, "code": document.code}, heard=False)
        office.save(once, case, [told], by=caller.label, answer={"document": document.id})
        return document, self.form(case.id, document)

    def _again(self, case: Case, done: Replayed) -> tuple[Document, UploadForm]:
        document = case.document(str((done.answer or {}).get("document")))
        if document is None:
            raise not_found("เอกสาร", "document")
        return document, self.form(case.id, document)

    def form(self, case: CaseId, document: Document) -> UploadForm:
        """A presigned form for exactly this file, into quarantine."""
        return self._office.objects.upload_form(
            documents.quarantine_key(case, document.id),
            media_type=document.media_type,
            size=document.size,
            sha256=document.sha256,
        )

    def arrived(self, body: str) -> None:
        """Check what an S3 notification tells of; harmless when told twice, late, or of nothing of ours.

        Raises:
            Unavailable: the scanner or the check is away, or the case keeps changing; the document waits on, and the
                queue delivers again.
        """
        for case_id, document_id in documents.arrivals(body):
            self._check(case_id, document_id)

    def _check(self, case_id: CaseId, document_id: str) -> None:
        office, verdict = self._office, None
        once = Once.of_event(document_id, "check-upload")
        key = documents.quarantine_key(case_id, document_id)
        for _ in range(ATTEMPTS):
            try:
                case, _others = office.read(once, case_id)
            except (Replayed, NotFound):
                office.objects.delete(key)
                return
            document = case.document(document_id)
            if document is None or document.status != "waiting":
                if document is not None and document.status == "refused":
                    office.objects.delete(documents.case_key(case_id, document_id))  # our copy of an attempt before
                office.objects.delete(key)
                return
            verdict = verdict or self._verdict(document, key)
            try:
                self._decide(once, case, document, verdict)
            except Stale:
                continue  # the case changed meanwhile: see whether the document is still awaited
            except Replayed:
                pass  # another delivery of the same arrival was first
            except NotFound:
                verdict = None  # gone between the look and the copy: look again
                continue
            office.objects.delete(key)
            return
        raise Unavailable("คำขอกำลังถูกแก้ไข", "The application keeps changing; the queue delivers again.")

    def _verdict(self, document: Document, key: str) -> Verdict:
        """What is wrong with the file, if anything; a scanner that is away stops everything (fail closed)."""
        objects = self._office.objects
        reason = documents.deviation(document, objects.head(key))
        if reason is not None:
            return Verdict(reason)
        try:
            content = objects.read(key)
        except NotFound:
            return Verdict("gone")
        if hashlib.sha256(content).hexdigest() != document.sha256:
            return Verdict("changed")
        if self._scanner is not None:
            signature = self._scanner.scan(content).signature
            if signature is not None:
                log.warning("malware refused", extra={"document": document.id, "signature": signature})
                return Verdict("infected", scan="infected", signature=signature)
        found = self._examine(document.media_type, content)
        return Verdict(found.reason, found.notes, "none" if self._scanner is None else "clean")

    def _decide(self, once: Once, case: Case, document: Document, verdict: Verdict) -> None:
        """Put the file where it belongs, then say so in the case.

        Nothing is taken away before the case has said so: another delivery may just have had the file accepted.
        """
        office = self._office
        judged = documents.judged(case, office.book(case), document, verdict, office.now())
        source = documents.quarantine_key(case.id, document.id)
        good, bad = documents.case_key(case.id, document.id), documents.refused_key(case.id, document.id)
        more = []
        if judged.status == "accepted":
            office.objects.copy(source, good)
            if judged.code != INSPECTION_PHOTO:
                more.append(office.store.held(case.owner, documents.held_of(case, judged)))
        elif verdict.reason != "gone":
            office.objects.copy(source, bad)
        data = {"document": document.id, "code": document.code, "edition": document.edition, "scan": judged.scan}
        if judged.reason_code is not None:
            data["reason"] = judged.reason_code
        if verdict.signature is not None:
            data["signature"] = verdict.signature
        told = Told(f"document.{judged.status}", data, heard=judged.status == "refused")
        office.save(once, documents.replaced(case, judged), [told], by="system", more=more)
        if judged.status == "refused":
            office.objects.delete(good)  # an attempt before may have taken it for good

    def download(self, case: Case, document_id: str) -> str:
        """A short-lived address of an accepted file; raises NotFound for any other."""
        document = case.document(document_id)
        if document is None or document.status != "accepted":
            raise not_found("เอกสาร", "document")
        return self._office.objects.download_url(
            documents.case_key(case.id, document.id), file_name=document.file_name, expires_in=DOWNLOAD_LIVES
        )
