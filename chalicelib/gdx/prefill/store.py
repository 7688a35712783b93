"""How requirements and waiting prefills lie in the table. Keys never name a person.

| pk | sk | what |
|---|---|---|
| `REQUIREMENTS` | code | requirement |
| `HISTORY#REQUIREMENTS#{code}` | `EVT#{seq}` | its history |
| `PREFILL#{id}` | `PREFILL` | values that wait, sealed |
| `PREFILL#{id}` | `EVT#{seq}` | its history |
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from ...shared.storage import Json, Key
from ..ids import ServiceId, SubsystemId
from .model import Found, Kind, Miss, Prefill, PrefillState, Requirement, Source, Value

REQUIREMENTS = "REQUIREMENTS"


def requirement_key(code: str) -> Key:
    """Where a requirement lies."""
    return Key(REQUIREMENTS, code)


def requirement_history(code: str) -> str:
    """The partition of a requirement's events."""
    return f"HISTORY#{REQUIREMENTS}#{code}"


def prefill_pk(identifier: str) -> str:
    """The partition of one prefill."""
    return f"PREFILL#{identifier}"


def prefill_key(identifier: str) -> Key:
    """Where the waiting values lie."""
    return Key(prefill_pk(identifier), "PREFILL")


def requirement_json(requirement: Requirement) -> Json:
    """A requirement as stored."""
    return {
        "code": requirement.code,
        "th": requirement.th,
        "en": requirement.en,
        "kind": requirement.kind.value,
        "values": [asdict(value) for value in requirement.values],
        "sources": [
            {
                "service": str(source.service),
                "method": source.method,
                "path": source.path,
                "body": dict(source.body),
                "subject": source.subject,
                "values": dict(source.values),
            }
            for source in requirement.sources
        ],
    }


def requirement_from(data: Mapping[str, Any]) -> Requirement:
    """A requirement as read."""
    return Requirement(
        code=data["code"],
        th=data["th"],
        en=data["en"],
        kind=Kind(data["kind"]),
        values=tuple(Value(**value) for value in data["values"]),
        sources=tuple(
            Source(
                service=ServiceId.parse(source["service"]),
                method=source["method"],
                path=source["path"],
                body=source["body"],
                subject=source["subject"],
                values=source["values"],
            )
            for source in data["sources"]
        ),
    )


def found_json(found: Found) -> Json:
    """What a requirement came to, as sealed and stored."""
    return asdict(found)


def found_from(data: Mapping[str, Any]) -> Found:
    """What a requirement came to, as read."""
    return Found(
        **{
            **data,
            "labels": tuple(Value(**value) for value in data["labels"]),
            "agency": _triple(data["agency"]),
            "service": _triple(data["service"]),
            "missed": tuple(Miss(**miss) for miss in data["missed"]),
            "withheld": tuple(data["withheld"]),
        }
    )


def prefill_json(prefill: Prefill) -> Json:
    """A waiting prefill as stored."""
    return {
        **asdict(prefill),
        "client": str(prefill.client),
        "state": prefill.state.value,
        "purpose": list(prefill.purpose),
        "released": list(prefill.released),
        "asked_at": prefill.asked_at.isoformat(),
        "expires_at": prefill.expires_at.isoformat(),
    }


def prefill_from(data: Mapping[str, Any]) -> Prefill:
    """A waiting prefill as read."""
    return Prefill(
        **{
            **data,
            "client": SubsystemId.parse(data["client"]),
            "state": PrefillState(data["state"]),
            "purpose": (data["purpose"][0], data["purpose"][1]),
            "released": tuple(data["released"]),
            "asked_at": datetime.fromisoformat(data["asked_at"]),
            "expires_at": datetime.fromisoformat(data["expires_at"]),
        }
    )


def _triple(parts: Any) -> tuple[str, str, str] | None:
    return None if parts is None else (parts[0], parts[1], parts[2])
