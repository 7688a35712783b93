"""What an owner wants to be assumed of a file, and a file that is to be read once more. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from chalicelib.shared.errors import Invalid

from .model import File, Resource, Upload, VersionKind
from .rules import Messages
from .tables.ingest.options import parse

PLAIN = "plain"
"""The option by which an owner wants no table to be made of a file; all others are `tables.ingest.options`."""

REREAD: VersionKind = "rerun"


def upload_key(resource: str, number: int) -> str:
    """Where an upload arrives in the bucket."""
    return f"uploads/{resource}/{number}"


def options(given: object, messages: Messages) -> dict[str, Any] | None:
    """What `ingest.options` asks for, as it is kept; None where it is not given.

    What is shown of an ingest is sent back by CKAN's clients: without `options` it asks for nothing.
    """
    if not isinstance(given, Mapping) or given.get("options") is None:
        return None
    asked = given["options"]
    if not isinstance(asked, Mapping) or not all(isinstance(name, str) for name in asked):
        messages["ingest"] = ["options: must be an object"]
        return None
    plain = asked.get(PLAIN, False)
    if not isinstance(plain, bool):
        messages["ingest"] = ["options.plain: must be true or false"]
        return None
    try:
        found = parse({name: value for name, value in asked.items() if name != PLAIN}).given
    except Invalid as wrong:
        messages["ingest"] = [f"{fault.pointer.strip('/').replace('/', '.')}: {fault.en}" for fault in wrong.faults]
        return None
    return {**found, **({PLAIN: True} if plain else {})}


def latest(resource: Resource) -> Upload | File | None:
    """What the owner sent last and can still be read: what waits, what failed, what is held, or what is current; of a
    table whose rows are written by the API nothing that is current, since to read a file anew would undo the writes."""
    file = resource.file if resource.live is None and (resource.file and resource.file.kind != "compaction") else None
    return resource.upload or resource.failed or resource.held or file


def with_options(resource: Resource, wanted: Mapping[str, Any], now: str) -> Resource:
    """The resource when its file shall be read by other options; the same where they are no others."""
    found = latest(resource)
    if found is None or dict(found.options) == dict(wanted):
        return resource
    if resource.upload is not None:
        return replace(resource, upload=replace(resource.upload, options=dict(wanted)))
    return again(resource, wanted, now)


def again(resource: Resource, wanted: Mapping[str, Any], now: str) -> Resource:
    """The resource when the bytes that were sent last are to be read once more: as an upload that has arrived.

    Raises:
        LookupError: there are none, or they are still awaited.
    """
    found = latest(resource)
    if found is None or resource.upload is not None:
        raise LookupError(resource.id)
    number = resource.uploads + 1
    key, kind = (found.key, found.kind) if isinstance(found, Upload) else (found.original, REREAD)
    upload = Upload(
        number=number,
        key=key,
        file_name=found.file_name,
        media_type=found.media_type,
        size=found.size,
        sha256=found.sha256,
        options=dict(wanted),
        kind=kind,
        at=now,
    )
    return replace(resource, upload=upload, uploads=number, modified=now)


def is_there(resource: Resource, before: Resource | None) -> bool:
    """Whether a new upload's bytes lie there already, so that S3 will say no word of them."""
    upload = resource.upload
    if upload is None or (before is not None and before.upload == upload):
        return False
    return upload.key != upload_key(resource.id, upload.number)
