"""How the exchange's things lie in its table. Keys name systems and pseudonyms, never a person.

| pk | sk | what |
|---|---|---|
| `DIRECTORY` | `TH/CENTRAL/DOPA` | member |
| `DIRECTORY` | `TH/CENTRAL/DOPA/civil` | subsystem |
| `SERVICES#{subsystem}` | code | service with its description |
| `AGREEMENT#{consumer}` | service | agreement (`by_agency`: provider's subsystem) |
| `QUOTA#{consumer}#{service}#{day}` | shard | counter of a Thai day |
| `RATE#{consumer}#{service}#{minute}` | shard | counter of a minute, where the agreement has such a cap |
| `VOLUME#{consumer}#{service}` | day | bytes of a Thai day, where the agreement has such a cap |
| `EXCHANGE#{id}` | `LEAF` | evidence (and `ORDER`: see orders/store.py) |
| `EXCHANGE#{id}` | `AGAIN` | the latest exchange of a request that was repeated late |
| `FAULT#{id}` | `1` | monitoring record of a refused exchange |
| `LOG` | `FRESH` | how far the log is sealed |
| `SUBJECT#{pseudonym}` | `{time}#{id}` | a line of a person's access log |
| `ASSERTION#{hash}` | `1` | a client assertion that was used |
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from ..shared.storage import Json, Key
from .ids import MemberId, ServiceId, SubsystemId
from .model import (
    Agreement,
    AgreementState,
    Compare,
    Endpoint,
    Member,
    Predicate,
    Purpose,
    Service,
    Subsystem,
    Window,
)

DIRECTORY = "DIRECTORY"


def member_key(member: MemberId) -> Key:
    """Where a member lies."""
    return Key(DIRECTORY, str(member))


def subsystem_key(subsystem: SubsystemId) -> Key:
    """Where a subsystem lies."""
    return Key(DIRECTORY, str(subsystem))


def services_pk(subsystem: SubsystemId) -> str:
    """The partition of a subsystem's services."""
    return f"SERVICES#{subsystem}"


def service_key(service: ServiceId) -> Key:
    """Where a service lies."""
    return Key(services_pk(service.subsystem), service.code)


def agreements_pk(consumer: SubsystemId) -> str:
    """The partition of a consumer's agreements."""
    return f"AGREEMENT#{consumer}"


def agreement_key(consumer: SubsystemId, service: ServiceId) -> Key:
    """Where the agreement between the two lies."""
    return Key(agreements_pk(consumer), str(service))


def quota_key(consumer: SubsystemId, service: ServiceId, day: date, shard: int) -> Key:
    """One counter of a day's quota."""
    return Key(f"QUOTA#{consumer}#{service}#{day.isoformat()}", str(shard))


def rate_key(consumer: SubsystemId, service: ServiceId, now: datetime, shard: int) -> Key:
    """One counter of a minute's exchanges."""
    minute = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M")
    return Key(f"RATE#{consumer}#{service}#{minute}", str(shard))


def volume_key(consumer: SubsystemId, service: ServiceId, day: date) -> Key:
    """The counter of a day's bytes."""
    return Key(f"VOLUME#{consumer}#{service}", day.isoformat())


LOG_FRESH = Key("LOG", "FRESH")
"""Says how far the log is sealed: `checked_at`, and `oldest_open`, the time of the oldest leaf outside it, or None."""


def exchange_pk(identifier: str) -> str:
    """The partition of one exchange."""
    return f"EXCHANGE#{identifier}"


def leaf_key(identifier: str) -> Key:
    """Where the evidence of an exchange lies."""
    return Key(exchange_pk(identifier), "LEAF")


def again_key(handle: str) -> Key:
    """Which exchange was the latest look of a request that was repeated late: `id` and `at`."""
    return Key(exchange_pk(handle), "AGAIN")


def subject_pk(pseudonym: str) -> str:
    """The partition of a person's access log."""
    return f"SUBJECT#{pseudonym}"


SEAL_SHARDS = 4


def unsealed_pk(shard: int) -> str:
    """A partition of the index `open` that holds leaves outside the log yet."""
    return f"SEAL#{shard}"


def unsealed_place(identifier: str, at: str) -> Key:
    """Place of a leaf in the index `open` until it is sealed into the log."""
    return Key(unsealed_pk(sum(identifier.encode()) % SEAL_SHARDS), f"{at}#{identifier}")


def seen_pk(agreement: str, day: date) -> str:
    """Partition of the index `by_consumer`: what passed under an agreement on a Thai day."""
    return f"SEEN#{agreement}#{day.isoformat()}"


def case_pk(consumer: str, case: str) -> str:
    """Partition of the index `by_agency`: what a system asked for one of its cases."""
    return f"CASE#{consumer}#{case}"


def faults_pk(system: str, day: date) -> str:
    """Partition of `by_consumer` and `by_agency`: what was refused to a system, or at it, on a Thai day."""
    return f"FAULTS#{system}#{day.isoformat()}"


def member_json(member: Member) -> Json:
    """A member as stored."""
    return {"name_th": member.name_th, "name_en": member.name_en, "domains": list(member.domains)}


def member_from(key: Key, data: Mapping[str, Any]) -> Member:
    """A member as read."""
    return Member(MemberId.parse(key.sk), data["name_th"], data["name_en"], tuple(data["domains"]))


def subsystem_json(subsystem: Subsystem) -> Json:
    """A subsystem as stored."""
    return {
        "name_th": subsystem.name_th,
        "name_en": subsystem.name_en,
        "jwks": dict(subsystem.jwks),
        "endpoint": subsystem.endpoint,
        "active": subsystem.active,
        "delivery": subsystem.delivery,
    }


def subsystem_from(key: Key, data: Mapping[str, Any]) -> Subsystem:
    """A subsystem as read."""
    return Subsystem(
        id=SubsystemId.parse(key.sk),
        name_th=data["name_th"],
        name_en=data["name_en"],
        jwks=data["jwks"],
        endpoint=data["endpoint"],
        active=data["active"],
        delivery=data.get("delivery", "push"),
    )


def windows_json(windows: Sequence[Window]) -> list[list[str]]:
    """Planned absences as stored."""
    return [[each.begins.isoformat(), each.ends.isoformat(), each.th, each.en] for each in windows]


def windows_from(data: Sequence[Sequence[str]]) -> tuple[Window, ...]:
    """Planned absences as read."""
    return tuple(
        Window(datetime.fromisoformat(begins), datetime.fromisoformat(ends), th, en) for begins, ends, th, en in data
    )


def service_json(service: Service) -> Json:
    """A service as stored."""
    return {
        "id": str(service.id),
        "title_th": service.title_th,
        "title_en": service.title_en,
        "document": dict(service.document),
        "timeout": service.timeout,
        "subject": service.subject,
        "notice": None if service.notice is None else list(service.notice),
        "maintenance": windows_json(service.maintenance),
        "version": service.version,
        "document_hash": service.document_hash,
        "source": service.source,
    }


def service_from(data: Mapping[str, Any]) -> Service:
    """A service as read."""
    notice = data["notice"]
    return Service(
        id=ServiceId.parse(data["id"]),
        title_th=data["title_th"],
        title_en=data["title_en"],
        document=data["document"],
        timeout=data["timeout"],
        subject=data["subject"],
        notice=None if notice is None else (notice[0], notice[1]),
        maintenance=windows_from(data["maintenance"]),
        version=data["version"],
        document_hash=data["document_hash"],
        source=data["source"],
    )


def agreement_json(agreement: Agreement) -> Json:
    """An agreement as stored."""
    return {
        "id": agreement.id,
        "consumer": str(agreement.consumer),
        "service": str(agreement.service),
        "endpoints": [[endpoint.method, endpoint.path] for endpoint in agreement.endpoints],
        "fields": list(agreement.fields),
        "purposes": [[purpose.code, purpose.th, purpose.en, purpose.sealed_days] for purpose in agreement.purposes],
        "legal_basis": list(agreement.legal_basis),
        "valid_from": agreement.valid_from.isoformat(),
        "valid_until": agreement.valid_until.isoformat(),
        "daily_quota": agreement.daily_quota,
        "state": agreement.state.value,
        "predicates": [
            [predicate.code, [[each.answer, each.claim, each.how] for each in predicate.compares]]
            for predicate in agreement.predicates
        ],
        "consent": agreement.consent,
        "preview": agreement.preview,
        "rate_per_minute": agreement.rate_per_minute,
        "daily_bytes": agreement.daily_bytes,
        "retention_days": agreement.retention_days,
        "document_hash": agreement.document_hash,
        "version": agreement.version,
        "order": agreement.order,
        "suspended_because": None if agreement.suspended_because is None else list(agreement.suspended_because),
    }


def agreement_from(data: Mapping[str, Any]) -> Agreement:
    """An agreement as read."""
    because = data["suspended_because"]
    return Agreement(
        id=data["id"],
        consumer=SubsystemId.parse(data["consumer"]),
        service=ServiceId.parse(data["service"]),
        endpoints=tuple(Endpoint(method, path) for method, path in data["endpoints"]),
        fields=tuple(data["fields"]),
        purposes=tuple(Purpose(*purpose) for purpose in data["purposes"]),
        legal_basis=(data["legal_basis"][0], data["legal_basis"][1]),
        valid_from=date.fromisoformat(data["valid_from"]),
        valid_until=date.fromisoformat(data["valid_until"]),
        daily_quota=data["daily_quota"],
        state=AgreementState(data["state"]),
        predicates=tuple(
            Predicate(code, tuple(Compare(*each) for each in compares)) for code, compares in data["predicates"]
        ),
        consent=data["consent"],
        preview=data["preview"],
        rate_per_minute=data["rate_per_minute"],
        daily_bytes=data["daily_bytes"],
        retention_days=data["retention_days"],
        document_hash=data["document_hash"],
        version=data["version"],
        order=data["order"],
        suspended_because=None if because is None else (because[0], because[1]),
    )
