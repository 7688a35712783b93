"""How negotiations lie in the room's table.

| pk | sk | what |
|---|---|---|
| `NEGOTIATION#{agreement}` | version, 6 digits | one version of an agreement, from the first word to its end |
| `NEGOTIATED#{agreement}.{version}` | `EVT#...` | its events, each with the hash of the one before |
| `AGREEMENT#{consumer}` | service | the version in force between the two (`gdx/store.py`): what the pipeline reads |

Index `by_consumer`: `NEGOTIATIONS#{consumer}`; `by_agency`: `NEGOTIATIONS#{provider's subsystem}`, both sorted by the
negotiation's id. What the law ordered was not negotiated and stands in neither.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from ...shared.journal import Head
from ...shared.storage import Item, Json, Key
from .. import store
from ..ids import SubsystemId
from ..model import Agreement
from .model import Negotiation, Party, Seal


def negotiations_pk(agreement: str) -> str:
    """The partition of all versions of an agreement."""
    return f"NEGOTIATION#{agreement}"


def negotiation_key(agreement: str, version: int) -> Key:
    """Where one version lies."""
    return Key(negotiations_pk(agreement), f"{version:06d}")


def history_pk(identifier: str) -> str:
    """The partition of a negotiation's events."""
    return f"NEGOTIATED#{identifier}"


def list_pk(system: SubsystemId) -> str:
    """The partition, in an index, of a system's negotiations."""
    return f"NEGOTIATIONS#{system}"


def key_of(negotiation: Negotiation) -> Key:
    """Where a negotiation lies."""
    return negotiation_key(negotiation.agreement.id, negotiation.agreement.version)


def indexes_of(negotiation: Negotiation) -> dict[str, Key]:
    """Where a negotiation stands in the lists of its parties."""
    agreement = negotiation.agreement
    if agreement.order != "agreed":
        return {}
    return {
        "by_consumer": Key(list_pk(agreement.consumer), negotiation.id),
        "by_agency": Key(list_pk(agreement.service.subsystem), negotiation.id),
    }


def pair_key(agreement: Agreement) -> Key:
    """Where the agreement in force between the two lies."""
    return store.agreement_key(agreement.consumer, agreement.service)


def pair_indexes(agreement: Agreement) -> dict[str, Key]:
    """Where the agreement in force stands in its provider's list."""
    return {"by_agency": Key(str(agreement.service.subsystem), f"{agreement.service}#{agreement.consumer}")}


def pair_json(agreement: Agreement) -> Json:
    """The agreement in force as stored."""
    return {"content": store.agreement_json(agreement)}


def negotiation_json(negotiation: Negotiation, head: Head) -> Json:
    """A negotiation as stored, with the end of its chain of events."""
    because = negotiation.ended_because
    return {
        "content": store.agreement_json(negotiation.agreement),
        "terms": negotiation.terms,
        "offered_by": negotiation.offered_by.value,
        "begun_at": negotiation.begun_at,
        "changed_at": negotiation.changed_at,
        "seals": {party.value: asdict(seal) for party, seal in negotiation.seals.items()},
        "suspended_by": None if negotiation.suspended_by is None else negotiation.suspended_by.value,
        "ended_because": None if because is None else list(because),
        "head": asdict(head),
    }


def negotiation_from(data: Mapping[str, Any]) -> Negotiation:
    """A negotiation as read."""
    because = data["ended_because"]
    return Negotiation(
        agreement=store.agreement_from(data["content"]),
        terms=data["terms"],
        offered_by=Party(data["offered_by"]),
        begun_at=data["begun_at"],
        changed_at=data["changed_at"],
        seals={Party(party): Seal(**seal) for party, seal in data["seals"].items()},
        suspended_by=None if data["suspended_by"] is None else Party(data["suspended_by"]),
        ended_because=None if because is None else (because[0], because[1]),
    )


def head_of(item: Item) -> Head:
    """The end of a stored negotiation's chain of events."""
    return Head(**item.data["head"])
