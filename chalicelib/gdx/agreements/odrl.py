"""An agreement as the Dataspace Protocol writes it (`odrl_reading` reads it back).

Out goes a Contract Agreement Message (Dataspace Protocol 2025-1, `contract-agreement-message-schema.json`) whose
agreement is an ODRL Agreement: the provider's system is the assigner, the consumer's the assignee, the service the
target.

- Permission `use`: reading. Its target is refined to the agreed endpoints and fields.
- Permission `{profile}:verify`: verify-only questions. Its target is refined to the endpoints and the predicates.
- Constraints of each permission: `purpose`, `dateTime`, `count` per day and per minute, and in the profile the legal
  basis, the bytes per day and the description that was agreed upon.
- Obligations: `obtainConsent`, `{profile}:preview`, and `delete` within an `elapsedTime`.

The profile `urn:klang:gdx:odrl:1` names what ODRL has no word for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...shared.storage import Json
from ..model import Agreement
from .bodies import Terms
from .model import Negotiation
from .odrl_names import PROFILE, REFINED, Name, urn

CONTEXT = "https://w3id.org/dspace/2025/1/context.jsonld"


def message_of(negotiation: Negotiation, base_url: str) -> Json:
    """The Contract Agreement Message of a concluded negotiation."""
    identifier = negotiation.id
    return {
        "@context": [CONTEXT],
        "@type": "ContractAgreementMessage",
        "providerPid": urn("negotiation", f"{identifier}/provider"),
        "consumerPid": urn("negotiation", f"{identifier}/consumer"),
        "callbackAddress": f"{base_url}/gdx/v1/negotiations/{identifier}",
        "agreement": agreement_of(negotiation.agreement, negotiation.changed_at),
    }


def agreement_of(agreement: Agreement, at: str) -> Json:
    """The ODRL Agreement.

    Args:
        agreement: the terms.
        at: when it was concluded (ISO 8601).
    """
    terms = Terms.of(agreement).model_dump(mode="json")
    assigner, assignee = urn("system", str(agreement.service.subsystem)), urn("system", str(agreement.consumer))
    target = urn("service", str(agreement.service))
    common = _constraints(terms, agreement.document_hash)
    permission = [
        {
            "action": action,
            "assigner": assigner,
            "assignee": assignee,
            "target": {
                "@type": "AssetCollection",
                "source": target,
                "refinement": [
                    _constraint(Name.ENDPOINT, "isAnyOf", terms["endpoints"]),
                    _constraint(name, "isAnyOf", terms[key]),
                ],
            },
            "constraint": common,
        }
        for action, (name, key) in REFINED.items()
        if terms[key]
    ]
    obligation = _obligations(terms)
    return {
        "@id": urn("agreement", f"{agreement.id}/{agreement.version}"),
        "@type": "Agreement",
        "profile": PROFILE,
        "target": target,
        "assigner": assigner,
        "assignee": assignee,
        "timestamp": at,
        "permission": permission,
        **({"obligation": obligation} if obligation else {}),
    }


def _constraints(terms: Mapping[str, Any], described: str | None) -> list[Json]:
    found = [
        _constraint(Name.PURPOSE, "isAnyOf", terms["purposes"]),
        _constraint(Name.LEGAL_BASIS, "eq", terms["legal_basis"]),
        _constraint(Name.TIME, "gteq", f"{terms['valid_from']}T00:00:00+07:00"),
        _constraint(Name.TIME, "lteq", f"{terms['valid_until']}T23:59:59+07:00"),
        _constraint(Name.COUNT, "lteq", str(terms["daily_quota"]), unit=Name.PER_DAY),
    ]
    if terms["rate_per_minute"] is not None:
        found.append(_constraint(Name.COUNT, "lteq", str(terms["rate_per_minute"]), unit=Name.PER_MINUTE))
    if terms["daily_bytes"] is not None:
        found.append(_constraint(Name.BYTES, "lteq", str(terms["daily_bytes"]), unit=Name.PER_DAY))
    if described is not None:
        found.append(_constraint(Name.DESCRIPTION, "eq", f"sha-256:{described}"))
    return found


def _obligations(terms: Mapping[str, Any]) -> list[Json]:
    found: list[Json] = []
    if terms["consent"]:
        found.append({"action": Name.OBTAIN_CONSENT})
    if terms["preview"]:
        found.append({"action": Name.PREVIEW})
    if terms["retention_days"] is not None:
        within = _constraint(Name.ELAPSED, "lteq", f"P{terms['retention_days']}D")
        found.append({"action": Name.DELETE, "constraint": [within]})
    return found


def _constraint(left: str, operator: str, right: Any, unit: str | None = None) -> Json:
    found = {"leftOperand": str(left), "operator": operator, "rightOperand": right}
    return found if unit is None else {**found, "unit": str(unit)}
