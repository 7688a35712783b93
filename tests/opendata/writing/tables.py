"""A table that a publisher writes, and how its rows are read back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.opendata.portal import Portal
from tests.support.client import Answer

FIELDS: Sequence[Mapping[str, Any]] = ({"id": "code", "type": "text"}, {"id": "price", "type": "numeric"})


def new_table(portal: Portal, **more: Any) -> str:
    """A table of codes and prices in a new public dataset; answers the resource's id."""
    portal.organization()
    package = portal.dataset()["id"]
    given = {"fields": list(FIELDS), "primary_key": ["code"], **more}
    made = portal.act("datastore_create", portal.publisher, resource={"package_id": package, "name": "ราคา"}, **given)
    return str(portal.result(made)["resource_id"])


def upsert(portal: Portal, table: str, *records: Mapping[str, Any], **more: Any) -> Answer:
    """One call of `datastore_upsert`."""
    return portal.act("datastore_upsert", portal.publisher, resource_id=table, records=list(records), **more)


def rows_of(portal: Portal, table: str) -> list[dict[str, Any]]:
    """All rows as everybody reads them; the total must agree."""
    found = portal.result(portal.act("datastore_search", portal.publisher, resource_id=table, limit=32_000))
    assert found["total"] == len(found["records"])
    assert portal.result(portal.ask("datastore_info", portal.publisher, id=table))["meta"]["count"] == found["total"]
    rows: list[dict[str, Any]] = found["records"]
    return rows


def error_of(answer: Answer, status: int = 409) -> dict[str, Any]:
    """What a refusal says, without its kind."""
    assert answer.status == status, answer.text
    return {name: said for name, said in answer.json["error"].items() if name != "__type"}
