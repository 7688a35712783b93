"""The civil register as its own provider describes it."""

from __future__ import annotations

import copy
from typing import Any

from tests.gdx.exchange import PERSON, SEED, Exchange
from tests.support.client import Answer

CIVIL = "TH/CENTRAL/DOPA/civil"
ENTRY = next(entry for entry in SEED["services"] if entry["id"] == PERSON)
PATH = f"/gdx/v1/services/{PERSON}"
Json = dict[str, Any]


def answer_schema(document: Json) -> Json:
    schema: Json = document["paths"]["/lookup"]["post"]["responses"]["200"]["content"]["application/json"]["schema"]
    while "$ref" in schema:
        found: Any = document
        for step in schema["$ref"].split("/")[1:]:
            found = found[step]
        schema = found
    return schema


def without(*fields: str) -> Json:
    """The register's description without some fields of its answer."""
    document: Json = copy.deepcopy(ENTRY["document"])
    schema = answer_schema(document)
    for field in fields:
        del schema["properties"][field]
    schema["required"] = [name for name in schema.get("required", []) if name not in fields]
    return document


def with_more() -> Json:
    document: Json = copy.deepcopy(ENTRY["document"])
    answer_schema(document)["properties"]["blood_group"] = {"type": "string"}
    return document


def describe(exchange: Exchange, document: Json, *, dry_run: bool = False, **headers: str) -> Answer:
    body = {name: value for name, value in ENTRY.items() if name != "document"} | {"document": document}
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    path = "/gdx/v1/services" + ("?dry_run=true" if dry_run else "")
    return exchange.client.post(path, token=exchange.token(CIVIL), json=body, headers=given)


def card_of_person(exchange: Exchange) -> Json:
    cards = exchange.client.get("/gdx/v1/services").json["items"]
    found: Json = next(item for item in cards if item["id"] == PERSON)
    return found
