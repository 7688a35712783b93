"""How the façade's things lie in the room's table.

| pk | sk | what |
|---|---|---|
| `CONSUMERKEY#{id}` | `KEY` | consumer key (`by_consumer`: `CONSUMERKEYS#{subsystem}`) |
| `CONSUMERKEYS#{subsystem}` | `COUNT` | how many of them work |
| `CONSUMERTOKEN#{pseudonym of the token}` | `1` | whom a token stands for |
| `FACADE#{agency}` | `OWNER` | the member to whom the agency's segment of `/ws` belongs |
| `FACADE#{agency}` | `MAP#{code}` | a mapping |
"""

from __future__ import annotations

from collections.abc import Mapping as Dict
from datetime import datetime
from typing import Any

from ...shared.storage import Json, Key
from ..ids import ServiceId, SubsystemId
from .model import Assign, ConsumerKey, Mapping, Rename, Secret

MAP = "MAP#"


def key_key(identifier: str) -> Key:
    """Where a consumer key lies."""
    return Key(f"CONSUMERKEY#{identifier}", "KEY")


def keys_pk(subsystem: SubsystemId) -> str:
    """The partition of a subsystem's keys in the index `by_consumer`, and of their count."""
    return f"CONSUMERKEYS#{subsystem}"


def token_key(pseudonym: str) -> Key:
    """Where a token lies."""
    return Key(f"CONSUMERTOKEN#{pseudonym}", "1")


def mappings_pk(agency: str) -> str:
    """The partition of an agency's mappings."""
    return f"FACADE#{agency}"


def owner_key(agency: str) -> Key:
    """Where it says whose segment this is."""
    return Key(mappings_pk(agency), "OWNER")


def mapping_key(agency: str, code: str) -> Key:
    """Where a mapping lies."""
    return Key(mappings_pk(agency), f"{MAP}{code}")


def consumer_key_json(key: ConsumerKey) -> Json:
    """A consumer key as stored."""
    return {
        "id": key.id,
        "subsystem": str(key.subsystem),
        "label": key.label,
        "purpose": key.purpose,
        "secrets": [{"code": each.code, "until": _written(each.until)} for each in key.secrets],
        "created_at": key.created_at.isoformat(),
        "revoked_at": _written(key.revoked_at),
    }


def consumer_key_from(data: Dict[str, Any]) -> ConsumerKey:
    """A consumer key as read."""
    return ConsumerKey(
        id=data["id"],
        subsystem=SubsystemId.parse(data["subsystem"]),
        label=data["label"],
        purpose=data["purpose"],
        secrets=tuple(Secret(each["code"], _read(each["until"])) for each in data["secrets"]),
        created_at=datetime.fromisoformat(data["created_at"]),
        revoked_at=_read(data["revoked_at"]),
    )


def mapping_json(mapping: Mapping) -> Json:
    """A mapping as stored."""
    return {
        "agency": mapping.agency,
        "code": mapping.code,
        "method": mapping.method,
        "path": mapping.path,
        "service": str(mapping.service),
        "service_method": mapping.service_method,
        "service_path": mapping.service_path,
        "when": [list(pair) for pair in mapping.when],
        "query": [list(pair) for pair in mapping.query],
        "body": None if mapping.body is None else dict(mapping.body),
        "assign": [[each.source, each.target, each.convert, each.required] for each in mapping.assign],
        "predicate": mapping.predicate,
        "claims": [list(pair) for pair in mapping.claims],
        "answer": [[each.source, each.target, each.show] for each in mapping.answer],
        "purpose": mapping.purpose,
    }


def mapping_from(data: Dict[str, Any]) -> Mapping:
    """A mapping as read."""
    return Mapping(
        agency=data["agency"],
        code=data["code"],
        method=data["method"],
        path=data["path"],
        service=ServiceId.parse(data["service"]),
        service_method=data["service_method"],
        service_path=data["service_path"],
        when=tuple((name, value) for name, value in data["when"]),
        query=tuple((name, pointer) for name, pointer in data["query"]),
        body=data["body"],
        assign=tuple(Assign(*each) for each in data["assign"]),
        predicate=data["predicate"],
        claims=tuple((name, pointer) for name, pointer in data["claims"]),
        answer=tuple(Rename(*each) for each in data["answer"]),
        purpose=data["purpose"],
    )


def _written(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _read(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
