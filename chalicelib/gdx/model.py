"""What the exchange knows: members, subsystems, services, agreements, and what came of one exchange."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import date, datetime, timedelta, timezone
from enum import StrEnum
from typing import Any

from chalicelib.shared.dataclass import dataclass

from .ids import MemberId, ServiceId, SubsystemId

BANGKOK = timezone(timedelta(hours=7))
"""Thai time: quotas and validity count Thai days (no daylight saving since 1941)."""


@dataclass(frozen=True)
class Member:
    """An agency, or a partner, that has joined.

    Attributes:
        domains: host names (each with all below it) and private addresses that operators approved for its systems'
            endpoints. Without any it cannot set an endpoint by itself.
    """

    id: MemberId
    name_th: str
    name_en: str
    domains: tuple[str, ...] = ()


@dataclass(frozen=True)
class Subsystem:
    """An information system of a member.

    Attributes:
        jwks: its public keys (JWK Set); several while a key is being changed. Empty: it cannot log in.
        endpoint: where its services answer, no trailing slash; a service `x` answers below `{endpoint}/x`.
        active: False once the member withdrew it.
        delivery: how asynchronous requests reach it: `push` to its endpoint, or `pull` from its inbox. Without an
            endpoint it can only pull.
    """

    id: SubsystemId
    name_th: str
    name_en: str
    jwks: Mapping[str, Any] = field(default_factory=lambda: {"keys": []})
    endpoint: str | None = None
    active: bool = True
    delivery: str = "push"


@dataclass(frozen=True)
class Window:
    """A time for which a service is planned to be away: from `begins` until before `ends` (aware), and why."""

    begins: datetime
    ends: datetime
    th: str
    en: str


@dataclass(frozen=True)
class Service:
    """Something that a subsystem answers.

    Attributes:
        document: its OpenAPI 3 description.
        timeout: seconds that the exchange waits for it.
        subject: JSON Pointer into the request body to the national id of the person asked about; None when the
            service is not about a person. It decides what the person sees in their access log.
        notice: why it is switched off (Thai, English), or None while it works.
        maintenance: when it is planned to be away, by beginning.
        version: number of the description; `services.model.Version` keeps each.
        document_hash: SHA-256 (hex) of the description (`contract.document_hash`).
        source: path at the subsystem's endpoint from which the description was taken, or None.
    """

    id: ServiceId
    title_th: str
    title_en: str
    document: Mapping[str, Any]
    timeout: float = 10.0
    subject: str | None = None
    notice: tuple[str, str] | None = None
    maintenance: tuple[Window, ...] = ()
    version: int = 1
    document_hash: str = ""
    source: str | None = None


class AgreementState(StrEnum):
    """Where an agreement stands (names of the Dataspace Protocol, and SUSPENDED). Only FINALIZED lets anything pass."""

    REQUESTED = "REQUESTED"
    OFFERED = "OFFERED"
    ACCEPTED = "ACCEPTED"
    AGREED = "AGREED"
    VERIFIED = "VERIFIED"
    FINALIZED = "FINALIZED"
    SUSPENDED = "SUSPENDED"
    TERMINATED = "TERMINATED"


@dataclass(frozen=True)
class Purpose:
    """What the data may be used for; the code travels in `X-Gdx-Purpose`, the texts are for the citizen.

    Attributes:
        sealed_days: days for which the law lets an access under this purpose stay hidden from the person (a criminal
            investigation). It is committed to the log at once and shown when they have passed; 0 for all others.
    """

    code: str
    th: str
    en: str
    sealed_days: int = 0


@dataclass(frozen=True)
class Endpoint:
    """A method (or `*`) and an X-Road path glob."""

    method: str
    path: str


@dataclass(frozen=True)
class Compare:
    """One claim held against one value of the answer.

    Attributes:
        answer: JSON Pointer into the provider's answer.
        claim: name of the asker's claim.
        how: `exact`, `name` (Thai and Latin names) or `date` (ISO or Buddhist Era).
    """

    answer: str
    claim: str
    how: str = "exact"


@dataclass(frozen=True)
class Predicate:
    """A verify-only question: do all claims match the record? Only yes or no goes out, never the record."""

    code: str
    compares: tuple[Compare, ...]


@dataclass(frozen=True)
class Agreement:
    """What one subsystem may ask of one service: access list, field mask and quota in one.

    At most one agreement is in force between a consumer and a service, because an X-Road request names only the two.

    Attributes:
        fields: JSON Pointers into the answer (`*` for each item of an array); nothing else is handed out. None at all:
            the agreement is for its predicates only.
        legal_basis: the law that allows it (Thai, English).
        valid_from, valid_until: Thai days, both included.
        daily_quota: exchanges in one Thai day.
        predicates: verify-only questions.
        consent: True when each exchange needs the consent of the person asked about.
        preview: True when the person sees prefilled values before the consumer does.
        rate_per_minute: exchanges in one minute, or None.
        daily_bytes: bytes of answers in one Thai day, or None. Counted in one place, so for rare and large answers.
        retention_days: how long the consumer may keep what it got, or None where the law alone says.
        document_hash: SHA-256 of the OpenAPI description that was agreed upon.
        version: counts the amendments.
        order: `agreed` by both parties, or `ordered` by law and registered by the exchange's operator.
        suspended_because: why it is suspended (Thai, English).
    """

    id: str
    consumer: SubsystemId
    service: ServiceId
    endpoints: tuple[Endpoint, ...]
    fields: tuple[str, ...]
    purposes: tuple[Purpose, ...]
    legal_basis: tuple[str, str]
    valid_from: date
    valid_until: date
    daily_quota: int
    state: AgreementState = AgreementState.FINALIZED
    predicates: tuple[Predicate, ...] = ()
    consent: bool = False
    preview: bool = False
    rate_per_minute: int | None = None
    daily_bytes: int | None = None
    retention_days: int | None = None
    document_hash: str | None = None
    version: int = 1
    order: str = "ordered"
    suspended_because: tuple[str, str] | None = None


@dataclass(frozen=True)
class Ask:
    """One request on its way through the exchange.

    Attributes:
        client: who asks, as authenticated.
        path: raw path below the service, `""` or starting with "/"; `query` is raw too.
        headers: what goes on to the provider, lower-case names, already without what X-Road strips.
        purpose: code of the purpose, or None where the agreement has only one.
        case: the asker's own case number (`X-Road-Issue`), or None.
        message_id: `X-Road-Id`; with the client and the content it makes a repeat recognisable.
        predicate: code of a verify-only question, with the `claims` to hold against the record; None for the record.
        door: how it came in: `r1`, `gdx`, `ws`, `prefill` or `local`.
        agent: pseudonym of the officer for whom the client asks, where its door knows one (the Thai façade).
    """

    client: SubsystemId
    service: ServiceId
    method: str
    path: str
    query: str
    body: bytes = field(repr=False)
    headers: Mapping[str, str]
    message_id: str
    purpose: str | None = None
    case: str | None = None
    predicate: str | None = None
    claims: Mapping[str, str] = field(default_factory=dict, repr=False)
    door: str = "r1"
    agent: str | None = None


@dataclass(frozen=True)
class Leaf:
    """What is kept of an exchange: who, what for, which fields, and salted commitments; no personal data.

    Attributes:
        until: for an access that the law lets stay hidden, the time (ISO 8601) from which the log shows it.
    """

    id: str
    at: str
    message_id: str
    consumer: str
    service: str
    agreement: str
    purpose: str
    case: str | None
    method: str
    status: int
    fields: tuple[str, ...]
    request: str
    answer: str
    until: str | None = None


@dataclass(frozen=True)
class Outcome:
    """What goes back to the asker.

    Attributes:
        id: of the exchange, and of its receipt.
        receipt: signed JWT over the leaf's hash.
        at: when it was recorded (ISO 8601, UTC).
        repeated: True when this very request was recorded before.
        limit, remaining, resets_in: the agreement's daily quota, what was left of it just before this exchange, and the
            seconds until it opens again.
        retention_days: how long the asker may keep the answer, or None.
    """

    id: str
    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    receipt: str
    at: str
    repeated: bool = False
    limit: int = 0
    remaining: int = 0
    resets_in: int = 0
    retention_days: int | None = None


@dataclass(frozen=True)
class Usage:
    """One line of a person's access log: who asked about them, when, what for and by which law.

    Attributes:
        until: hidden from the person before this time (ISO 8601); None for all but what the law lets stay hidden.
    """

    at: str
    consumer: str
    consumer_th: str
    consumer_en: str
    service: str
    service_th: str
    service_en: str
    purpose_th: str
    purpose_en: str
    legal_basis_th: str
    legal_basis_en: str
    fields: tuple[str, ...]
    receipt: str
    until: str | None = None
