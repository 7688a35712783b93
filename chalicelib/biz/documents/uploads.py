"""Files on their way into a case: announced, sent to quarantine, checked, taken or refused."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

from chalicelib.shared.errors import NotFound, Stale, Unavailable, not_found
from chalicelib.shared.identity import Caller
from chalicelib.shared.journal import Once, Replayed
from chalicelib.shared.objects import Stored, UploadForm

from ..model import Case, CaseId, Document
from ..office import Office, Told, unchanged
from . import rules as documents

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
    """Documents of cases; their bytes never pass through here, except the first few."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def announce(
        self, once: Once, caller: Caller, id: str, file: Announcement, if_match: int | None
    ) -> tuple[Document, UploadForm]:
        """Give the form by which exactly this file may be sent.

        Raises:
            Invalid, WrongState: see `documents.announced`.
        """
        office = self._office
        try:
            case = office.own(once, id, caller)
        except Replayed as done:  # a form is no state: a repeat gets a fresh one for the same file
            return self._again(office.own(None, id, caller), done)
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
        """Check what an S3 notification tells of; harmless when told twice, late, or of nothing of ours."""
        for case_id, document_id in documents.arrivals(body):
            for _ in range(ATTEMPTS):
                try:
                    self._check(case_id, document_id)
                except Stale:
                    continue  # the applicant changed the case meanwhile: look again
                except (Replayed, NotFound):
                    self._office.objects.delete(documents.quarantine_key(case_id, document_id))
                break
            else:
                raise Unavailable("คำขอกำลังถูกแก้ไข", "The application keeps changing; the queue delivers again.")

    def _check(self, case_id: CaseId, document_id: str) -> None:
        office = self._office
        once = Once.of_event(document_id, "check-upload")
        case, _ = office.read(once, case_id)
        document = case.document(document_id)
        key = documents.quarantine_key(case_id, document_id)
        if document is None or document.status != "waiting":
            office.objects.delete(key)
            return
        stored = self._stored(key)
        head = b"" if stored is None else office.objects.read(key, limit=documents.MAGIC_LENGTH)
        judged = documents.judged(document, stored, head, office.now())
        if judged.status == "accepted":
            office.objects.copy(key, documents.case_key(case_id, document_id))
        told = Told(
            f"document.{judged.status}",
            {"document": document_id, "code": document.code},
            heard=judged.status == "refused",
        )
        office.save(once, documents.replaced(case, judged), [told], by="system")
        office.objects.delete(key)

    def _stored(self, key: str) -> Stored | None:
        """What lies there, with its checksum: S3's own, or ours where a store keeps none for posted forms."""
        stored = self._office.objects.head(key)
        if stored is None or stored.sha256 is not None or stored.size > documents.MAX_BYTES:
            return stored
        return replace(stored, sha256=hashlib.sha256(self._office.objects.read(key)).hexdigest())

    def download(self, case: Case, document_id: str) -> str:
        """A short-lived address of an accepted file; raises NotFound for any other."""
        document = case.document(document_id)
        if document is None or document.status != "accepted":
            raise not_found("เอกสาร", "document")
        return self._office.objects.download_url(
            documents.case_key(case.id, document.id), file_name=document.file_name, expires_in=DOWNLOAD_LIVES
        )
