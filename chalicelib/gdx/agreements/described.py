"""Whether a service is still described as it was when an agreement was made."""

from __future__ import annotations

from ...shared.errors import Fault
from ...shared.storage import Table, every
from ..model import Agreement, Service
from ..services.breaks import breaking, reason
from ..services.openapi_diff import changes_between
from ..services.store import description_key, versions_pk


def broken_since(table: Table, agreement: Agreement, service: Service) -> list[Fault]:
    """How today's description breaks what was agreed upon; empty when it does not, or never changed.

    A description that is not kept cannot be compared: then only what the terms themselves name is looked for
    (`fitting.misfits`).
    """
    agreed = agreement.document_hash
    if agreed is None or agreed == service.document_hash:
        return []
    versions = every(table, versions_pk(service.id))
    number = next((int(item.data["number"]) for item in versions if item.data["hash"] == agreed), None)
    kept = None if number is None else table.get(description_key(service.id, number))
    if kept is None:
        return []
    changes = breaking(changes_between(kept.data["document"], service.document), agreement)
    return [Fault("/terms", *reason(changes))] if changes else []
