"""What a document is."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from chalicelib.shared.dataclass import dataclass

from ..ids import ServiceId, SubsystemId


class DocumentState(StrEnum):
    """Where a document stands.

    OPEN: its parts are being uploaded. READY: whole and verified, and not part of any exchange yet. BOUND: an exchange
    refers to it, so the other party may fetch it. GONE: fetched, expired or given up; deleted.
    """

    OPEN = "OPEN"
    READY = "READY"
    BOUND = "BOUND"
    GONE = "GONE"


@dataclass(frozen=True)
class Document:
    """A file on its way from one party of an agreement to the other.

    Attributes:
        owner: the system that uploads it: `consumer`, or the one that offers `service`.
        sha256: hex, of the whole file, as its owner declares. Where it came in one part S3 has checked it; else the
            receiver checks it against the file.
        parts_sha256: hex SHA-256 over the SHA-256 digests of its parts, in their order, which S3 has checked.
        part_size: bytes of every part but the last.
        parts: hex SHA-256 of each part.
        upload: S3's id of the upload; None once it is finished.
        kept: seconds that it is kept once it is whole.
        exchange: the exchange that refers to it, once bound.
    """

    id: str
    consumer: SubsystemId
    service: ServiceId
    owner: SubsystemId
    media_type: str
    size: int
    sha256: str
    parts_sha256: str
    part_size: int
    parts: tuple[str, ...]
    state: DocumentState
    upload: str | None
    kept: int
    created_at: datetime
    expires_at: datetime
    exchange: str | None = None

    @property
    def receiver(self) -> SubsystemId:
        """The other party."""
        return self.service.subsystem if self.owner == self.consumer else self.consumer


@dataclass(frozen=True)
class Wanted:
    """A document as its owner declares it; the attributes are those of `Document`."""

    owner: SubsystemId
    consumer: SubsystemId
    service: ServiceId
    media_type: str
    size: int
    sha256: str
    part_size: int
    parts: tuple[str, ...]
    kept: int


@dataclass(frozen=True)
class Reference:
    """What a message says of a document that goes with it; `pointer` is where in the message it says so."""

    pointer: str
    document: str
    sha256: str
    size: int
    media_type: str
