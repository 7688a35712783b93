"""How consents lie in the table. Keys name pseudonyms and systems, never a person.

| pk | sk | what |
|---|---|---|
| `CONSENT#{pseudonym}` | `{consumer}#{service}` | the present consent between the two, which the pipeline reads |
| `CONSENT#{pseudonym}` | `PAST#{id}` | an ended one, after a system asked anew |
| `CONSENTS#{id}` | `WHERE` | whose it is and between whom |
| `CONSENTS#{id}` | `EVT#{seq}` | its history |

There is one present consent for a person, a consumer and a service, so that an exchange, which names these three,
finds it without a search.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from ...shared.journal import Head
from ...shared.storage import Item, Json, Key
from ..ids import ServiceId, SubsystemId
from .model import Act, Consent, ConsentState, Mode, Named, Terms


def person_pk(pseudonym: str) -> str:
    """The partition of a person's consents."""
    return f"CONSENT#{pseudonym}"


def consent_key(pseudonym: str, consumer: SubsystemId, service: ServiceId) -> Key:
    """Where a person's present consent between the two lies."""
    return Key(person_pk(pseudonym), f"{consumer}#{service}")


def past_key(pseudonym: str, identifier: str) -> Key:
    """Where a consent lies after it was replaced."""
    return Key(person_pk(pseudonym), f"PAST#{identifier}")


def history_pk(identifier: str) -> str:
    """The partition of one consent's events."""
    return f"CONSENTS#{identifier}"


def where_key(identifier: str) -> Key:
    """Where it stands whose consent an id names."""
    return Key(history_pk(identifier), "WHERE")


def where_item(consent: Consent) -> Item:
    """Says whose consent it is and between whom."""
    content = {"subject": consent.subject, "consumer": str(consent.consumer), "service": str(consent.service)}
    return Item(where_key(consent.id), content)


def keys_of(identifier: str, where: Mapping[str, Any]) -> tuple[Key, Key]:
    """The two places where a consent may lie."""
    consumer, service = SubsystemId.parse(where["consumer"]), ServiceId.parse(where["service"])
    return consent_key(where["subject"], consumer, service), past_key(where["subject"], identifier)


def consent_json(consent: Consent) -> Json:
    """A consent as stored; what the pipeline reads lies at the top (see `rules.permitted`)."""
    terms = consent.terms
    return {
        "id": consent.id,
        "subject": consent.subject,
        "consumer": str(consent.consumer),
        "service": str(consent.service),
        "agreement": consent.agreement,
        "agreement_version": consent.agreement_version,
        "state": consent.state.value,
        "purposes": [purpose.code for purpose in terms.purposes],
        "fields": [named.code for named in terms.fields],
        "from": terms.starts.isoformat(),
        "until": terms.ends.isoformat(),
        "mode": terms.mode.value,
        "used": None if consent.used_by is None else {"by": consent.used_by, "at": consent.used_at},
        "terms": terms_json(terms),
        "asked_at": consent.asked_at.isoformat(),
        "decided_at": _text(consent.decided_at),
        "closed_at": _text(consent.closed_at),
        "closed_by": consent.closed_by,
        "sealed_pid": consent.sealed_pid,
        "act": None if consent.act is None else asdict(consent.act),
        "artefact": consent.artefact,
        "head": asdict(consent.head),
    }


def consent_from(data: Mapping[str, Any]) -> Consent:
    """A consent as read."""
    used = data["used"] or {}
    return Consent(
        id=data["id"],
        subject=data["subject"],
        consumer=SubsystemId.parse(data["consumer"]),
        service=ServiceId.parse(data["service"]),
        agreement=data["agreement"],
        agreement_version=data["agreement_version"],
        terms=_terms_from(data["terms"]),
        state=ConsentState(data["state"]),
        asked_at=datetime.fromisoformat(data["asked_at"]),
        sealed_pid=data["sealed_pid"],
        decided_at=_time(data["decided_at"]),
        closed_at=_time(data["closed_at"]),
        closed_by=data["closed_by"],
        act=None if data["act"] is None else Act(**data["act"]),
        artefact=data["artefact"],
        used_by=used.get("by"),
        used_at=used.get("at"),
        head=Head(**data["head"]),
    )


def terms_json(terms: Terms) -> Json:
    """Terms as JSON; their canonical form is what the artefact's `terms` is the hash of."""
    return {
        "consumer": asdict(terms.consumer),
        "provider": asdict(terms.provider),
        "purposes": [asdict(named) for named in terms.purposes],
        "fields": [asdict(named) for named in terms.fields],
        "legal_basis": list(terms.legal_basis),
        "from": terms.starts.isoformat(),
        "until": terms.ends.isoformat(),
        "mode": terms.mode.value,
        "data_life_days": terms.data_life_days,
        "ial": terms.ial,
    }


def _terms_from(data: Mapping[str, Any]) -> Terms:
    return Terms(
        consumer=Named(**data["consumer"]),
        provider=Named(**data["provider"]),
        purposes=tuple(Named(**entry) for entry in data["purposes"]),
        fields=tuple(Named(**entry) for entry in data["fields"]),
        legal_basis=(data["legal_basis"][0], data["legal_basis"][1]),
        starts=datetime.fromisoformat(data["from"]),
        ends=datetime.fromisoformat(data["until"]),
        mode=Mode(data["mode"]),
        data_life_days=data["data_life_days"],
        ial=data["ial"],
    )


def _text(time: datetime | None) -> str | None:
    return None if time is None else time.isoformat(timespec="milliseconds")


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
