"""What a consent is."""

from __future__ import annotations

from dataclasses import field
from datetime import datetime
from enum import StrEnum

from ...shared.dataclass import dataclass
from ...shared.journal import Head
from ..ids import ServiceId, SubsystemId


class ConsentState(StrEnum):
    """Where a consent stands.

    REQUESTED and GIVEN are open; REFUSED, WITHDRAWN, EXPIRED and USED are ends, after which a system may ask anew.
    """

    REQUESTED = "REQUESTED"
    GIVEN = "GIVEN"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"
    EXPIRED = "EXPIRED"
    USED = "USED"


class Mode(StrEnum):
    """How often a consent may be used."""

    ONCE = "once"
    REPEATED = "repeated"


@dataclass(frozen=True)
class Named:
    """Something with the words for it that the person is shown: a purpose's code, a field's pointer, a system's id."""

    code: str
    th: str
    en: str


@dataclass(frozen=True)
class Terms:
    """What the person is asked to allow, kept as it was shown: what changes elsewhere later does not change it.

    Attributes:
        consumer: the system that would receive the data, with its agency's name.
        provider: the service that would give it.
        purposes: what for.
        fields: JSON Pointers into the answer.
        legal_basis: the law under which the agreement lets it happen (Thai, English).
        starts, ends: from when and until when it may be used.
        mode: once, or repeatedly.
        data_life_days: how long the receiver may keep the data.
        ial: the weakest login with which it may be given (identity assurance level).
    """

    consumer: Named
    provider: Named
    purposes: tuple[Named, ...]
    fields: tuple[Named, ...]
    legal_basis: tuple[str, str]
    starts: datetime
    ends: datetime
    mode: Mode
    data_life_days: int
    ial: str


@dataclass(frozen=True)
class Act:
    """What shows that the person themself decided: the login that was used.

    Attributes:
        token: SHA-256 of the access token, base64url.
        issuer: who vouched for the person.
        issued_at: when (epoch seconds).
        ial: identity assurance level of the login.
        auth_time: when the person proved who they are (epoch seconds), if the token says so (OpenID Connect Core s.2).
    """

    token: str
    issuer: str
    issued_at: int
    ial: str
    auth_time: int | None


@dataclass(frozen=True)
class Consent:
    """One consent, from the question to its end.

    Attributes:
        id: names it for both sides.
        subject: the room's pseudonym of the person.
        consumer, service: between whom.
        agreement, agreement_version: under what.
        asked_at, decided_at, closed_at: when (UTC).
        closed_by: `person` or `consumer`, once withdrawn.
        sealed_pid: the national id, encrypted, to tell the person.
        act: how the person gave it.
        artefact: the consent as signed by the exchange (JWT of type `gdx-consent+jwt`).
        used_by, used_at: the exchange that used a consent for once up.
        head: end of its chain of events.
    """

    id: str
    subject: str
    consumer: SubsystemId
    service: ServiceId
    agreement: str
    agreement_version: int
    terms: Terms
    state: ConsentState
    asked_at: datetime
    sealed_pid: str = field(repr=False)
    decided_at: datetime | None = None
    closed_at: datetime | None = None
    closed_by: str | None = None
    act: Act | None = None
    artefact: str | None = field(default=None, repr=False)
    used_by: str | None = None
    used_at: str | None = None
    head: Head = field(default_factory=Head)
