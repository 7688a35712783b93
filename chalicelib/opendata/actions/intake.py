"""Actions on the ingest, by the names that clients of CKAN's loaders know (ckanext-xloader, datapusher)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.shared.errors import NotFound
from chalicelib.shared.journal import Replayed

from ..announcing import latest
from ..intake.told import state
from ..rules import Rejected
from ..views import naive
from .registry import Asked, reads, writes

_STATES: Mapping[str, str] = {
    "waiting": "pending",
    "expired": "error",
    "held": "error",
    "failed": "error",
    "done": "complete",
}


def _submit(asked: Asked) -> bool:
    options = asked.given.get("options")
    if options is not None and not isinstance(options, Mapping):
        raise Rejected({"options": ["Must be an object"]})
    if not asked.given.get("resource_id"):
        raise Rejected({"resource_id": ["Missing value"]})
    try:
        asked.catalogue.rereading.rerun(asked.caller, asked.once, asked.given["resource_id"], options)
    except Replayed:
        return True
    return True


def _status(asked: Asked) -> dict[str, Any]:
    catalogue = asked.catalogue
    wanted = asked.given.get("resource_id")
    package, organization = catalogue.packages.find_of_resource(asked.caller, wanted)
    catalogue.access.must_write(asked.caller, organization)
    resource = package.resource(str(wanted))
    sent = None if resource is None else latest(resource)
    if resource is None or sent is None:
        raise NotFound("ยังไม่มีการนำเข้าไฟล์", "Not found")
    found, problem = state(resource, catalogue.parts.clock()), resource.problem
    job = f"{resource.id}/{sent.number}"
    return {
        "status": _STATES[found],
        "job_id": job,
        "job_url": f"{catalogue.site}/opendata/v1/resources/{resource.id}/ingest",
        "last_updated": naive(resource.modified),
        "job_key": job,
        "task_info": {"state": found, "version": None if resource.file is None else resource.file.number},
        "error": {} if problem is None else {"message": problem.en, "message_th": problem.th},
    }


@writes
def xloader_submit(asked: Asked) -> Any:
    """Read the file of a resource (resource_id) again, by other assumptions (options) where they are given."""
    return _submit(asked)


@writes
def datapusher_submit(asked: Asked) -> Any:
    """Read the file of a resource (resource_id) again, by other assumptions (options) where they are given."""
    return _submit(asked)


@reads
def xloader_status(asked: Asked) -> Any:
    """How the ingest of a resource's file (resource_id) stands; for its publishers."""
    return _status(asked)


@reads
def datapusher_status(asked: Asked) -> Any:
    """How the ingest of a resource's file (resource_id) stands; for its publishers."""
    return _status(asked)
