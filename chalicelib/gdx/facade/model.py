"""What the façade knows: consumer keys, the tokens got for them, and mappings from legacy calls to services."""

from __future__ import annotations

from collections.abc import Mapping as Dict
from dataclasses import field
from datetime import datetime, timedelta
from typing import Any, Literal

from chalicelib.shared.dataclass import dataclass

from ..ids import ServiceId, SubsystemId

IDLE = timedelta(minutes=60)
"""A token that is not used so long has ended (the gateway's own rule)."""
REFRESH = timedelta(minutes=5)
"""A use is noted at most so often, so that a call costs no write; a token may therefore idle `REFRESH` longer."""
LASTS = timedelta(hours=24)
"""However busy a token is, it ends after this; the gateway's clients fetch a new one when theirs is not known."""
OVERLAP = timedelta(days=7)
"""How long a replaced secret goes on working, so that a client's configuration can be changed without a gap."""
MAX_KEYS = 5
"""Working keys of one subsystem."""

Convert = Literal["text", "integer", "json"]
Show = Literal["as_is", "be_date", "be_date_text"]


@dataclass(frozen=True)
class Secret:
    """A consumer secret as it is kept.

    Attributes:
        code: HMAC of the secret under the room's key; the secret itself was shown once.
        until: when it ends because another one replaced it, or None.
    """

    code: str
    until: datetime | None = None


@dataclass(frozen=True)
class ConsumerKey:
    """A `Consumer-Key`: by it a legacy client speaks for a subsystem.

    Attributes:
        id: pseudonym of the key; names it in lists and events, and does not open anything.
        label: what the agency calls the client that uses it.
        purpose: code of the purpose of calls that name none, or None.
        secrets: those that open it, newest first.
    """

    id: str
    subsystem: SubsystemId
    label: str
    purpose: str | None
    secrets: tuple[Secret, ...] = field(repr=False)
    created_at: datetime
    revoked_at: datetime | None = None


@dataclass(frozen=True)
class Session:
    """Whom a token stands for.

    Attributes:
        agent: pseudonym of the officer (or system) named by `AgentID`.
        purpose: the consumer key's own, see `ConsumerKey.purpose`.
    """

    subsystem: SubsystemId
    agent: str
    purpose: str | None


@dataclass(frozen=True)
class Assign:
    """One parameter's place in the service's body.

    Attributes:
        source: JSON Pointer into the call's parameters (query, form or JSON body, and `{names}` of the path).
        target: JSON Pointer into the body; "" is the body itself.
        convert: `text` (the default), `integer`, or `json` (as it came).
        required: False where the parameter may be missing.
    """

    source: str
    target: str
    convert: Convert = "text"
    required: bool = True


@dataclass(frozen=True)
class Rename:
    """One value's place in the answer that legacy clients know.

    Attributes:
        source: JSON Pointer into the service's masked answer; `*` stands for each item of an array.
        target: JSON Pointer into the legacy answer, with as many `*`.
        show: `as_is`, or an ISO date as the Buddhist Era number `25250517` (`be_date`) or text (`be_date_text`).
    """

    source: str
    target: str
    show: Show = "as_is"


@dataclass(frozen=True)
class Mapping:
    """What a legacy call means.

    Attributes:
        agency: first segment after `/ws`.
        code: names the mapping within the agency.
        path: below `/ws/{agency}`; a segment `{name}` becomes a parameter.
        when: parameters that must have exactly these values (one path of the gateway serves many data sets).
        service_path: fixed path below the service.
        query: (name, JSON Pointer into the parameters) pairs of the service's own query string.
        body: what the assignments fill; None for a service without a body.
        predicate: code of a verify-only question, or None.
        claims: (name, JSON Pointer into the parameters) pairs for the predicate.
        answer: the legacy answer; empty: the service's answer as it is.
        purpose: code of the purpose of these calls, or None.
    """

    agency: str
    code: str
    method: str
    path: str
    service: ServiceId
    service_method: str
    service_path: str
    when: tuple[tuple[str, str], ...] = ()
    query: tuple[tuple[str, str], ...] = ()
    body: Dict[str, Any] | None = None
    assign: tuple[Assign, ...] = ()
    predicate: str | None = None
    claims: tuple[tuple[str, str], ...] = ()
    answer: tuple[Rename, ...] = ()
    purpose: str | None = None
