"""Requirements, and what came of asking for their evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from enum import StrEnum
from typing import Any

from chalicelib.shared.dataclass import dataclass

from ..ids import ServiceId, SubsystemId


class Kind(StrEnum):
    """Whom a requirement is about."""

    PERSON = "person"
    COMPANY = "company"


@dataclass(frozen=True)
class Value:
    """A value that a requirement yields, with its label."""

    name: str
    th: str
    en: str


@dataclass(frozen=True)
class Source:
    """One service that can give the evidence, and how to ask it.

    Attributes:
        body: the request as JSON, the same for everybody.
        subject: JSON Pointer into the body where the national id or company number is put.
        values: name of a value -> JSON Pointer into the answer.
    """

    service: ServiceId
    method: str
    path: str
    body: Mapping[str, Any]
    subject: str
    values: Mapping[str, str]


@dataclass(frozen=True)
class Requirement:
    """What forms ask for.

    Attributes:
        sources: in order of preference; the first that answers is taken.
    """

    code: str
    th: str
    en: str
    kind: Kind
    values: tuple[Value, ...]
    sources: tuple[Source, ...]


@dataclass(frozen=True)
class Subject:
    """Whom values are asked about; `number` is a national id or a company number."""

    kind: Kind
    number: str = field(repr=False)


@dataclass(frozen=True)
class Wanted:
    """One request for values.

    Attributes:
        message_id: makes a repeat recognisable; each exchange's own id is made of it.
        form: the asker's form, for the person to read; no part of any decision.
        preview: True to let the person see and release the values first, whatever the agreements say.
    """

    client: SubsystemId
    subject: Subject
    requirements: tuple[str, ...]
    purpose: str | None
    case: str | None
    form: str | None
    preview: bool
    message_id: str


@dataclass(frozen=True)
class Miss:
    """Why a source gave nothing.

    Attributes:
        why: `no_agreement`, `consent_needed`, `not_found`, `quota`, `provider_away`, `refused` or `not_tried`.
        consent: what to ask the person for at `POST /gdx/v1/consents`, when that would help.
    """

    service: str
    why: str
    th: str
    en: str
    consent: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Found:
    """What one requirement came to.

    Attributes:
        values: name -> value as the source gave it; a value that it did not give is absent.
        agency, service: where they come from (id, Thai, English), or None.
        at: when the exchange recorded it.
        receipt: id of the exchange, `token` its signed receipt.
        missed: the sources that gave nothing.
        withheld: names of values that the person did not release.
    """

    requirement: str
    th: str
    en: str
    labels: tuple[Value, ...]
    values: Mapping[str, Any] = field(default_factory=dict, repr=False)
    agency: tuple[str, str, str] | None = None
    service: tuple[str, str, str] | None = None
    at: str | None = None
    receipt: str | None = None
    token: str | None = None
    missed: tuple[Miss, ...] = ()
    withheld: tuple[str, ...] = ()


class PrefillState(StrEnum):
    """Where a prefill that the person previews stands."""

    PREVIEW_REQUIRED = "PREVIEW_REQUIRED"
    RELEASED = "RELEASED"
    REFUSED = "REFUSED"
    FETCHED = "FETCHED"
    EXPIRED = "EXPIRED"


@dataclass(frozen=True)
class Prefill:
    """Values that wait for the person, then for the asker.

    Attributes:
        subject: the room's pseudonym of the person.
        mark: tells whether a repeat asks for the same, without giving it away.
        sealed: the values, encrypted; gone once they were fetched or refused.
        released: which were released (`requirement/name`).
    """

    id: str
    client: SubsystemId
    client_th: str
    client_en: str
    subject: str
    purpose: tuple[str, str]
    form: str | None
    state: PrefillState
    asked_at: datetime
    expires_at: datetime
    mark: str
    sealed: str | None = field(repr=False)
    sealed_pid: str | None = field(repr=False)
    released: tuple[str, ...] = ()
