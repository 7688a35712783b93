"""What a caller gives, made into a dataset or a resource. Pure; what must be looked up is left to the services.

CKAN's clients read a package, change something and send all of it back. So whatever `views` shows is taken here: names
that the room derives itself are left out without a word, and an unchanged package comes out equal to what it was.
"""

from __future__ import annotations

import hashlib
import json
import mimetypes
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from chalicelib.shared.dataclass import dataclass

from . import announcing, files, rules
from .announcing import upload_key
from .model import Dataset, DatasetId, Resource, ResourceId, State, Upload
from .rules import Messages
from .standard import fields as metadata

MAX_RESOURCE = 120_000
"""Bytes of one resource's metadata."""

DERIVED = frozenset(
    {"id", "package_id", "position", "state", "created", "metadata_modified", "datastore_active", "url", "upload",
     "clear_upload", "revision_id", "ingest"}
)  # fmt: skip
"""Names of a resource that the room itself says."""
OF_A_FILE = frozenset({"hash", "size", "last_modified", "mimetype", "url_type"})
"""Names that follow from the file, where there is one."""
_DATES = ("last_modified", "cache_last_updated")
_STATES: Mapping[str, State] = {"draft": "draft", "active": "active", "deleted": "deleted"}
_UNTYPED = frozenset({"", "application/octet-stream"})


@dataclass(frozen=True)
class Arrived:
    """A file that came with the call itself (a multipart form)."""

    name: str
    media_type: str
    content: bytes

    @cached_property
    def sha256(self) -> str:
        """Of the content, hex."""
        return hashlib.sha256(self.content).hexdigest()

    def announced(self, resource: str, number: int) -> Upload:
        """What it would be, had it been announced."""
        name = files.safe_file_name(self.name)
        media = self.media_type.split(";")[0].strip().lower()
        if media in _UNTYPED:
            media = mimetypes.guess_type(name)[0] or ""
        return Upload(
            number=number,
            key=upload_key(resource, number),
            file_name=name,
            media_type=media if media in files.MEDIA_TYPES else "application/octet-stream",
            size=len(self.content),
            sha256=self.sha256,
        )


@dataclass(frozen=True)
class Wish:
    """A dataset as somebody wants it, checked as far as that goes without looking anything up.

    Attributes:
        name, owner: None where not given.
        private, state, type: None where not given.
        groups: ids or names of themes.
    """

    name: str | None
    owner: str | None
    private: bool | None
    state: State | None
    type: str | None
    fields: Mapping[str, Any]
    vocabulary_tags: tuple[tuple[str, str], ...]
    groups: tuple[str, ...]
    messages: Messages


def dataset(given: Mapping[str, Any]) -> Wish:
    """A dataset as these parameters describe it, whole."""
    given = {**given, **{name: listed(given[name]) for name in ("tags", "extras", "groups") if name in given}}
    in_vocabularies = [tag for tag in _entries(given.get("tags")) if tag.get("vocabulary_id")]
    free = given
    if in_vocabularies:
        free = {**given, "tags": [tag for tag in given["tags"] if tag not in in_vocabularies]}
    fields, messages = rules.dataset_fields(free)
    name = given.get("name")
    if name not in (None, "") and (faults := rules.faults_of_name(name)):
        messages["name"] = faults
    private = None
    if given.get("private") not in (None, ""):
        private = rules.flag(given["private"])
        if private is None:
            messages["private"] = ["Must be a boolean value"]
    state: State | None = None
    if given.get("state") not in (None, ""):
        state = _STATES.get(str(given["state"]))
        if state is None:
            messages["state"] = ["Value must be one of active, draft, deleted"]
    type_ = given.get("type") or None
    if type_ is not None and (not isinstance(type_, str) or rules.faults_of_name(type_)):
        messages["type"] = ["Must be purely lowercase alphanumeric (ascii) characters and these symbols: -_"]
    owner = given.get("owner_org") or None
    if owner is not None and not rules.is_id(owner):
        messages["owner_org"] = ["Organization does not exist"]
    tags: list[tuple[str, str]] = []
    for tag in in_vocabularies:
        if rules.is_id(tag["vocabulary_id"]) and rules.is_id(tag.get("name")):
            tags.append((tag["vocabulary_id"], tag["name"]))
        else:
            messages["tags"] = ["Missing value"]
    groups = given.get("groups") or []
    references = [each if isinstance(each, str) else each.get("id") or each.get("name") for each in _listed(groups)]
    if not isinstance(groups, list) or not all(rules.is_id(each) for each in references):
        messages["groups"] = ["Must be a list of {id} or {name}"]
    return Wish(
        name=name or None,
        owner=owner,
        private=private,
        state=state,
        type=type_,
        fields=fields,
        vocabulary_tags=tuple(dict.fromkeys(tags)),
        groups=tuple(dict.fromkeys(references)),
        messages=messages,
    )


def listed(value: Any) -> Any:
    """A list or object that came as JSON in a field of a form."""
    if isinstance(value, str) and value.lstrip()[:1] in ("[", "{"):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _listed(value: Any) -> list[Any]:
    return [each for each in value if isinstance(each, str | Mapping)] if isinstance(value, list) else []


def _entries(value: Any) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def resource(
    given: Mapping[str, Any], old: Resource | None, *, id: str, package_id: str, now: str, site: str
) -> tuple[Resource, Messages]:
    """A resource as these parameters describe it, whole; equal to `old` where nothing is different.

    What `given` says of a file: `upload` announces one or is one that came along (`Arrived`); without it the file stays
    unless another `url` takes its place.
    """
    messages: Messages = {}
    uploads = 0 if old is None else old.uploads
    upload = _upload(given.get("upload"), id, uploads + 1, messages)
    options = announcing.options(listed(given.get("ingest")), messages)
    if upload is not None:
        # next month's file is read as this month's, unless its owner says otherwise
        said = options if options is not None else {} if old is None else _options_of(old)
        upload = replace(upload, options=said, at=now)
    url, is_file = "", upload is not None or _keeps_file(given, old, site)
    if not is_file:
        url, faults = rules.link(given.get("url"))
        if faults:
            messages["url"] = faults
    # of a link with a copy of ours, too, size and hash follow from the file
    of_file = is_file or (old is not None and not old.uploaded and old.file is not None)
    fields, wrong = _fields({name: value for name, value in given.items() if not of_file or name not in OF_A_FILE})
    messages |= wrong
    if old is not None and upload is None and not url and old.fields.get("url_type") == "datastore":
        fields["url_type"] = "datastore"
    if upload is not None and not fields.get("name"):
        fields["name"] = upload.file_name
    if not fields.get("format"):
        named = upload or (old.file or old.upload if old is not None and is_file else None)
        guessed = files.guessed_format(named.file_name if named else url)
        fields |= {"format": guessed} if guessed else {}
    if len(json.dumps(fields, ensure_ascii=False).encode(errors="replace")) > MAX_RESOURCE:
        messages["__before"] = [f"The metadata is larger than {MAX_RESOURCE} bytes"]
    if old is None:
        first = 1 if upload else 0
        return Resource(ResourceId(id), DatasetId(package_id), fields, now, now, url, upload, uploads=first), messages
    new = replace(old, fields=fields, url=url)
    if upload is not None:
        new = replace(new, upload=upload, uploads=uploads + 1)
    elif not is_file and old.uploaded:
        new = replace(new, live=None, upload=None, file=None, problem=None, failed=None)
    elif options is not None:
        new = announcing.with_options(new, options, now)
    return (new if new == old else replace(new, modified=now)), messages


def _upload(given: Any, id: str, number: int, messages: Messages) -> Upload | None:
    if given in (None, ""):
        return None
    if isinstance(given, Arrived):
        if not given.content:
            messages["upload"] = ["The file is empty"]
        return given.announced(id, number)
    given = listed(given)
    if not isinstance(given, Mapping):
        messages["upload"] = ["Must be an object with file_name, size, sha256 and media_type"]
        return None
    if faults := files.faults_of_upload(given):
        messages["upload"] = faults
        return None
    return Upload(
        number=number,
        key=upload_key(id, number),
        file_name=given["file_name"],
        media_type=given["media_type"],
        size=given["size"],
        sha256=given["sha256"],
        part_size=given.get("part_size") or 0,
        parts=tuple(given.get("parts") or ()),
    )


def _options_of(resource: Resource) -> Mapping[str, Any]:
    found = announcing.latest(resource)
    return {} if found is None else found.options


def _keeps_file(given: Mapping[str, Any], old: Resource | None, site: str) -> bool:
    if old is None or not old.uploaded or rules.flag(given.get("clear_upload", False)):
        return False
    url = given.get("url")
    own = isinstance(url, str) and url.startswith(f"{site}/dataset/") and f"/resource/{old.id}/download/" in url
    dump = old.writable and url == f"{site}/datastore/dump/{old.id}"
    return url in (None, "") or own or dump or given.get("url_type") == "upload"


def _fields(given: Mapping[str, Any]) -> tuple[dict[str, Any], Messages]:
    """The descriptive fields; what CKAN does not know is kept as given."""
    fields, messages = rules.resource_fields(given)
    fields = {name: value for name, value in fields.items() if value != ""}
    for name in sorted(given.keys() - DERIVED - set(rules.RESOURCE_TEXTS)):
        value = given[name]
        if value is None or (name == "url_type" and value == "upload"):
            continue
        if len(name) > rules.MAX_ID or not name.isprintable():
            messages["__extras"] = ["Must be names of at most 100 printable characters"]
        elif not rules.is_clean(value):
            messages[name] = ["Must not contain control characters"]
        elif name == "size":
            messages |= _size(value, fields)
        elif name in _DATES:
            messages |= _date(name, value, fields)
        elif name not in ("hash", "cache_url", "mimetype_inner", "url_type") or value != "":
            fields[name] = metadata.as_kept(name, value)
    return fields, metadata.faults_of_resource_choices(fields) | messages


def _size(value: Any, fields: dict[str, Any]) -> Messages:
    if value == "":
        return {}
    if isinstance(value, bool) or not str(value).isascii() or not str(value).isdigit() or len(str(value)) > 18:
        return {"size": ["Invalid integer"]}
    fields["size"] = int(value)
    return {}


def _date(name: str, value: Any, fields: dict[str, Any]) -> Messages:
    if value == "":
        return {}
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return {name: ["Date format incorrect"]}
    if moment.tzinfo is not None:
        moment = moment.astimezone(UTC).replace(tzinfo=None)
    fields[name] = moment.isoformat()
    return {}


def in_this_order(old: Dataset | None, wanted: Sequence[Resource]) -> tuple[ResourceId, ...]:
    """What `Dataset.order` must say so that the resources stand like this; nothing where they do so by themselves."""
    ids = tuple(each.id for each in wanted)
    if old is not None and old.order:
        places = {each: place for place, each in enumerate(old.order)}
        last = len(places)
        if tuple(r.id for r in sorted(wanted, key=lambda r: (places.get(r.id, last), r.created, r.id))) == ids:
            return old.order
    by_age = tuple(each.id for each in sorted(wanted, key=lambda each: (each.created, each.id)))
    return () if by_age == ids else ids
