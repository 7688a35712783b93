"""Reuse of what is already held: a document that an earlier case took need not be sent again."""

from __future__ import annotations

from chalicelib.shared.errors import not_found
from chalicelib.shared.identity import Caller
from chalicelib.shared.journal import Once, Replayed

from ..model import Case, Document
from ..office import Office, Told, unchanged
from ..store import case_key
from . import rules as documents
from .model import Offer


class Reuse:
    """The applicant's own documents, for their other cases. Another person's do not exist.

    An agent has them at hand only where the power of attorney says so (`reuse`).
    """

    def __init__(self, office: Office) -> None:
        self._office = office

    def offers(self, case: Case) -> tuple[Offer, ...]:
        """What may be attached to a case as it stands, for its owner."""
        return documents.offered(case, self._office.book(case), self._office.store.held_by(case.owner))

    def attach(
        self, once: Once, caller: Caller, id: str, code: str, source: str, document: str, if_match: int | None
    ) -> Document:
        """Let a document of an earlier case stand in this one.

        The copy is made within the bucket and enters by quarantine like everything else, so it is scanned with what is
        known of malware today.

        Raises:
            Invalid, WrongState, NotFound: see `documents.taken_over`.
        """
        office = self._office
        if source == id:
            raise not_found("เอกสาร", "document")  # a case holds nothing for itself
        try:
            case, found = office.read(once, id, case_key(source))
        except Replayed as done:
            case = office.own(None, id, caller, "reuse")
            return self._again(case, done)
        earlier = found.get(case_key(source))
        case = office.admitted(case, caller, "reuse")
        if earlier is None or earlier.data["owner"] != case.owner:  # told by what is not sealed
            raise not_found("เอกสาร", "document")
        held = office.store.case(earlier)
        unchanged(case, if_match)
        case, copy = documents.taken_over(
            case, office.book(case), held, code=code, document=document, id=office.parts.ids(), now=office.now()
        )
        told = Told(
            "document.announced",
            {"document": copy.id, "code": copy.code, "edition": copy.edition, "from": held.id},
            heard=False,
        )
        office.save(once, case, [told], by=caller.label, answer={"document": copy.id})
        self._carry(case, copy)
        return copy

    def _again(self, case: Case, done: Replayed) -> Document:
        """A repeat: the copy is made once more if the check still waits for it, as after a crash."""
        document = case.document(str((done.answer or {}).get("document")))
        if document is None:
            raise not_found("เอกสาร", "document")
        if document.status == "waiting":
            self._carry(case, document)
        return document

    def _carry(self, case: Case, document: Document) -> None:
        origin = document.origin
        if origin is not None:
            source = documents.case_key(origin.case, origin.document)
            self._office.objects.copy(source, documents.quarantine_key(case.id, document.id))
