"""What the Biz room needs of others; `wiring` binds each to a neighbour."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any, Literal, Protocol

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.storage import Json
from chalicelib.shared.thai import Text


@dataclass(frozen=True)
class Extract:
    """What a state register answered.

    Attributes:
        record: the answer, already limited to the fields of the agreement.
        receipt: id of the exchange, by which the citizen finds it in the access log.
        at: when.
    """

    record: Mapping[str, Any] = field(repr=False)
    receipt: str
    at: dt.datetime


@dataclass(frozen=True)
class Scan:
    """A malware scanner's word on a file: what it found, by the scanner's own name, or None for a clean one."""

    signature: str | None


class Scanner(Protocol):
    """A malware scanner."""

    def scan(self, content: bytes) -> Scan:
        """The verdict; raises shared.errors.Unavailable when there is none, and never guesses."""
        ...


class Registers(Protocol):
    """State registers behind GDX; Biz is an ordinary member with its own agreements."""

    def ask(
        self, service: str, path: str, body: Json, *, pid: str, purpose: Text, legal_basis: str, reference: str
    ) -> Extract:
        """Asks one register.

        Args:
            service: GDX id, `TH/class/member/subsystem/service`.
            path: path within the service.
            body: the question.
            pid: on whose behalf, for the citizen's access log.
            purpose: why, in words.
            legal_basis: by which law.
            reference: our case id.

        Raises:
            shared.errors.NotFound: the register knows no such person or company.
            shared.errors.UpstreamFailed: it did not answer, or the agreement does not allow it.
        """
        ...


@dataclass(frozen=True)
class Letter:
    """A message for a citizen's inbox.

    Attributes:
        id: of the event behind it; delivering it twice leaves one letter.
        subject, body: both languages.
        about: id of the case or licence.
        agency: who writes.
        at: ISO time of the event.
        agency_name: its name, as a call to the inbox may say it.
        legal: whether it has legal effect.
    """

    id: str
    subject: Text
    body: Text
    about: str
    agency: str
    at: str
    agency_name: Text | None = None
    legal: bool = False


class Mailbox(Protocol):
    """The citizen's inbox."""

    def deliver(self, pid: str, letter: Letter) -> None:
        """Delivers once per letter id; raises when it was not surely taken."""
        ...

    def opened(self, pid: str, letters: Sequence[str]) -> Mapping[str, str]:
        """When the person first opened letters of ours, by letter id (ISO time); those unopened are left out.

        Raises:
            shared.errors.Refusal: it cannot be asked now.
        """
        ...


@dataclass(frozen=True)
class Running:
    """How a case stands, for its owner's home page.

    Attributes:
        id, version: of the case; what is older than what was shown changes nothing.
        name: what is applied for.
        state: where it stands, in words.
        turn: whose move it is: applicant, agency, nobody (it has ended).
        due: legal due date of the decision, while the clock runs.
        filed: whether it was received by the agency; else it is a draft.
    """

    id: str
    version: int
    service: str
    name: Text
    agency: str
    agency_name: Text
    state: Text
    turn: Literal["applicant", "agency", "nobody"]
    due: dt.date | None
    filed: bool


class Home(Protocol):
    """The citizen's home page."""

    def show(self, pid: str, running: Running) -> None:
        """Shows how a case stands, or that it has ended; raises when it was not surely taken."""
        ...


class Figures(Protocol):
    """The open-data catalogue, for the portal's own figures."""

    def publish(self, name: str, content: str) -> None:
        """A CSV file, new or again; the same content again changes nothing.

        Raises:
            shared.errors.Refusal: it did not surely take the file.
        """
        ...


@dataclass(frozen=True)
class Paper:
    """A credential for a citizen's wallet.

    Attributes:
        id: delivering it twice leaves one paper.
        kind: licence or receipt.
        title: what it is.
        credential: SD-JWT VC with all disclosures.
        issuer: agency in whose name it is.
    """

    id: str
    kind: Literal["licence", "receipt"]
    title: Text
    credential: str = field(repr=False)
    issuer: str


class Wallet(Protocol):
    """The citizen's wallet."""

    def keep(self, pid: str, paper: Paper) -> None:
        """Keeps once per paper id; raises when it was not surely taken."""
        ...
