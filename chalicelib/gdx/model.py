"""What the exchange knows: members, subsystems, services, agreements, and what came of one exchange."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from enum import StrEnum
from typing import Any

from .ids import MemberId, ServiceId, SubsystemId

BANGKOK = timezone(timedelta(hours=7))
"""Thai time: quotas and validity count Thai days (no daylight saving since 1941)."""


@dataclass(frozen=True)
class Member:
    """An agency, or a partner, that has joined."""

    id: MemberId
    name_th: str
    name_en: str


@dataclass(frozen=True)
class Subsystem:
    """An information system of a member.

    Attributes:
        jwks: its public keys (JWK Set); several while a key is being changed. Empty: it cannot log in.
        endpoint: where its services answer, no trailing slash; a service `x` answers below `{endpoint}/x`.
        active: False once the member withdrew it.
    """

    id: SubsystemId
    name_th: str
    name_en: str
    jwks: Mapping[str, Any] = field(default_factory=lambda: {"keys": []})
    endpoint: str | None = None
    active: bool = True


@dataclass(frozen=True)
class Service:
    """Something that a subsystem answers.

    Attributes:
        document: its OpenAPI 3 description.
        timeout: seconds that the exchange waits for it.
        subject: JSON Pointer into the request body to the national id of the person asked about; None when the
            service is not about a person. It decides what the person sees in their access log.
        notice: why it is switched off (Thai, English), or None while it works.
    """

    id: ServiceId
    title_th: str
    title_en: str
    document: Mapping[str, Any]
    timeout: float = 10.0
    subject: str | None = None
    notice: tuple[str, str] | None = None


class AgreementState(StrEnum):
    """Where an agreement stands (names of the Dataspace Protocol's contract negotiation)."""

    FINALIZED = "FINALIZED"
    SUSPENDED = "SUSPENDED"
    TERMINATED = "TERMINATED"


@dataclass(frozen=True)
class Purpose:
    """What the data may be used for; the code travels in `X-Gdx-Purpose`, the texts are for the citizen."""

    code: str
    th: str
    en: str


@dataclass(frozen=True)
class Endpoint:
    """A method (or `*`) and an X-Road path glob."""

    method: str
    path: str


@dataclass(frozen=True)
class Agreement:
    """What one subsystem may ask of one service: access list, field mask and quota in one.

    At most one agreement is in force between a consumer and a service, because an X-Road request names only the two.

    Attributes:
        fields: JSON Pointers into the answer (`*` for each item of an array); nothing else is handed out.
        legal_basis: the law that allows it (Thai, English).
        valid_from, valid_until: Thai days, both included.
        daily_quota: exchanges in one Thai day.
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


@dataclass(frozen=True)
class Leaf:
    """What is kept of an exchange: who, what for, which fields, and salted commitments; no personal data."""

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


@dataclass(frozen=True)
class Outcome:
    """What goes back to the asker.

    Attributes:
        id: of the exchange, and of its receipt.
        receipt: signed JWT over the leaf's hash.
        at: when it was recorded (ISO 8601, UTC).
        repeated: True when this very request was recorded before.
    """

    id: str
    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    receipt: str
    at: str
    repeated: bool = False


@dataclass(frozen=True)
class Usage:
    """One line of a person's access log: who asked about them, when, what for and by which law."""

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


class OrderState(StrEnum):
    """States of an asynchronous exchange."""

    ACCEPTED = "ACCEPTED"
    DELIVERED = "DELIVERED"
    FETCHED = "FETCHED"
    REJECTED = "REJECTED"
    EXPIRED = "EXPIRED"


@dataclass(frozen=True)
class Order:
    """An asynchronous exchange.

    Attributes:
        sealed: the request body, encrypted; gone once the order is decided.
        error: why it was rejected: X-Road type, Thai, English.
        status, media_type: of the provider's answer, once delivered.
    """

    id: str
    client: SubsystemId
    service: ServiceId
    method: str
    path: str
    purpose: str | None
    case: str | None
    state: OrderState
    accepted_at: datetime
    expires_at: datetime
    sealed: str | None = field(default=None, repr=False)
    error: tuple[str, str, str] | None = None
    status: int | None = None
    media_type: str | None = None
    receipt: str | None = None
