"""The words of ODRL 2.2 that agreements use, and those of the exchange's own profile."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

PROFILE = "urn:klang:gdx:odrl:1"
"""The profile; `docs/how-to/agree-on-data.md` documents its words."""


class Name(StrEnum):
    """Actions, left operands and units; those without the profile before them are ODRL's own."""

    USE = "use"
    DELETE = "delete"
    OBTAIN_CONSENT = "obtainConsent"
    PURPOSE = "purpose"
    TIME = "dateTime"
    COUNT = "count"
    ELAPSED = "elapsedTime"
    VERIFY = f"{PROFILE}:verify"
    PREVIEW = f"{PROFILE}:preview"
    ENDPOINT = f"{PROFILE}:endpoint"
    FIELD = f"{PROFILE}:field"
    PREDICATE = f"{PROFILE}:predicate"
    LEGAL_BASIS = f"{PROFILE}:legalBasis"
    BYTES = f"{PROFILE}:bytes"
    DESCRIPTION = f"{PROFILE}:description"
    PER_DAY = f"{PROFILE}:perThaiDay"
    PER_MINUTE = f"{PROFILE}:perMinute"


REFINED: Mapping[str, tuple[Name, str]] = {
    Name.USE.value: (Name.FIELD, "fields"),
    Name.VERIFY.value: (Name.PREDICATE, "predicates"),
}
"""What the target of each kind of permission is refined to: left operand, and the name in the terms."""


def urn(kind: str, text: str) -> str:
    """A thing of the exchange as an IRI, e.g. `urn:klang:gdx:system:TH/CENTRAL/DOPA/civil`."""
    return f"urn:klang:gdx:{kind}:{text}"


def of_urn(kind: str, iri: object) -> str | None:
    """The text of such an IRI, or None when it is none of that kind."""
    before = urn(kind, "")
    return iri[len(before) :] if isinstance(iri, str) and iri.startswith(before) else None
