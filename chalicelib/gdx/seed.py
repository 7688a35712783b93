"""Fills the directory from a document (`infra/seed/gdx.json`): for the laptop and for the first day of an environment.

Loading the same document again changes nothing; what has changed in it is changed in the directory.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ..shared.ids import new_id, new_token
from ..shared.journal import Once
from ..shared.storage import Json
from .agreements.bodies import PostAgreement
from .directory.views import PostMember, PostSubsystem
from .facade.views import SeedMapping
from .ids import MemberId, SubsystemId
from .model import Member, Subsystem
from .prefill.views import SeedRequirement
from .rules import thai_day
from .service import Service
from .services.bodies import PostService

BY = "seed"
YEARS = 5
"""How long an agreement of the seed holds, from the first day of this Thai year."""


def load(
    service: Service,
    data: Mapping[str, Any],
    now: datetime,
    *,
    addresses: Mapping[str, str] | None = None,
    keys: Mapping[str, Mapping[str, Any]] | None = None,
) -> int:
    """Registers members, systems, services, agreements and façade mappings; returns how many entries changed something.

    Args:
        service: the exchange.
        data: the document.
        now: agreements without dates hold from the beginning of this year.
        addresses: what stands for `{name}` in an endpoint; a subsystem whose name is not given has no endpoint.
        keys: subsystem id -> JWK Set. Where none is given the keys in the directory stay.

    Raises:
        pydantic.ValidationError, Invalid: the document is wrong; what came before the wrong entry is registered.
    """
    directory = service.directory
    changed = 0
    for entry in data["members"]:
        changed += directory.register_member(_member(service, entry), BY)
    for entry in data["subsystems"]:
        changed += directory.register_subsystem(_subsystem(service, entry, addresses or {}, keys or {}), BY)
    for entry in data["services"]:
        described = PostService.model_validate_json(json.dumps(entry)).service()
        changed += service.services.describe(described, BY).changed
    for entry in data["agreements"]:
        posted = PostAgreement.model_validate_json(json.dumps({**_validity(now), **entry}))
        changed += service.agreements.standing.order(posted.ordered(), BY)
    for entry in data["requirements"]:
        wanted = SeedRequirement.model_validate_json(json.dumps(entry))
        once = Once(new_id(), "", new_token(), claimed=False)
        changed += service.prefills.requirements.put(wanted.requirement(wanted.code), None, BY, once)[0]
    for entry in data["facade"]:
        posted_mapping = SeedMapping.model_validate_json(json.dumps(entry))
        changed += service.facade.mappings.register(
            posted_mapping.mapping(posted_mapping.agency, posted_mapping.code), None, BY
        )
    return changed


def _validity(now: datetime) -> Json:
    year = thai_day(now).year
    return {"valid_from": f"{year}-01-01", "valid_until": f"{year + YEARS - 1}-12-31"}


def _member(service: Service, entry: Json) -> Member:
    posted = PostMember.model_validate_json(json.dumps(entry))
    return posted.member(service.directory.member(MemberId.parse(posted.id)))


def _subsystem(
    service: Service, entry: Json, addresses: Mapping[str, str], keys: Mapping[str, Mapping[str, Any]]
) -> Subsystem:
    there = service.directory.subsystem(SubsystemId.parse(entry["id"]))
    endpoint = _filled(entry.get("endpoint"), addresses)
    jwks = keys.get(entry["id"], there.jwks if there is not None else {"keys": []})
    kept = {"endpoint": endpoint, "jwks": dict(jwks)}
    return PostSubsystem.model_validate_json(json.dumps({**entry, **kept})).subsystem()


def _filled(template: str | None, addresses: Mapping[str, str]) -> str | None:
    if template is None:
        return None
    names = re.findall(r"\{(\w+)\}", template)
    return template.format_map(dict(addresses)) if set(names) <= addresses.keys() else None
