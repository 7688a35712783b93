"""Resources: the files and links of a dataset."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from chalicelib.shared.errors import NotFound, Stale
from chalicelib.shared.identity import Caller
from chalicelib.shared.journal import Once
from chalicelib.shared.objects import Objects

from . import rules, views
from .model import Organization, Resource, ResourceId, Upload
from .packages import ATTEMPTS, Packages
from .rules import Rejected
from .store import Store

Json = dict[str, Any]


class Resources:
    """What the actions `resource_*` do.

    A resource is either a link (`url`) or a file of ours: then `upload` announces its name, size, SHA-256 and media
    type, the answer holds a presigned form, and the file is taken in when it has arrived.
    """

    def __init__(
        self,
        store: Store,
        packages: Packages,
        objects: Objects,
        *,
        site: str,
        ids: Callable[[], str],
        clock: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._packages = packages
        self._objects = objects
        self._site = site
        self._ids = ids
        self._clock = clock

    def create(self, caller: Caller, once: Once, given: Mapping[str, Any]) -> str:
        """Adds a resource to a dataset; answers its id.

        Raises:
            NotFound, NotAllowed, Rejected.
        """
        dataset, organization = self._packages.find(caller, given.get("package_id"), missing="package_id")
        rules.must_publish_for(caller, organization)
        fields, messages = rules.resource_fields(given)
        new_id = ResourceId(self._ids())
        upload = _announced(given, new_id, 1, messages)
        if upload is None and "upload" not in messages and (faults := rules.faults_of_link(given.get("url"))):
            messages["url"] = faults
        if not fields.get("name") and upload is not None:
            fields["name"] = upload.file_name
        if messages:
            raise Rejected(messages)
        now = self._now()
        resource = Resource(
            id=new_id,
            package_id=dataset.id,
            fields=_with_format(fields, upload),
            created=now,
            modified=now,
            url="" if upload else given["url"],
            upload=upload,
            uploads=1 if upload else 0,
        )
        self._store.add_resource(once, resource, caller.label)
        return new_id

    def patch(self, caller: Caller, once: Once, given: Mapping[str, Any]) -> str:
        """Changes what is given; with `upload`, announces a new version of the file. Answers the resource's id.

        Raises:
            NotFound, NotAllowed, Rejected, Stale.
        """
        for attempt in range(1, ATTEMPTS + 1):
            old, organization = self._found(caller, given.get("id"))
            rules.must_publish_for(caller, organization)
            fields, messages = rules.resource_fields(given)
            upload = _announced(given, old.id, old.uploads + 1, messages)
            if upload is not None and not old.uploaded:
                messages["upload"] = ["A link cannot become a file; create a new resource"]
            if "url" in given and not old.uploaded and (faults := rules.faults_of_link(given["url"])):
                messages["url"] = faults
            if messages:
                raise Rejected(messages)
            new = replace(
                old,
                fields={**old.fields, **fields},
                url=old.url if old.uploaded else given.get("url", old.url),
                upload=upload or old.upload,
                uploads=old.uploads + (1 if upload else 0),
                modified=self._now(),
            )
            try:
                self._store.change_resource(once, new, caller.label, "opendata.resource.changed")
            except Stale:
                if attempt == ATTEMPTS:
                    raise
                continue
            return old.id
        raise AssertionError("the loop returns or raises")

    def show(self, caller: Caller, id: object, *, form: bool = False) -> Json:
        """One resource; its publishers also see what became of the upload, and with `form` where to send the file.

        Raises:
            NotFound, Rejected.
        """
        resource, organization = self._found(caller, id)
        siblings = [sibling.id for sibling in self._store.resources(resource.package_id)]
        view = views.resource_view(resource, siblings.index(resource.id), self._site)
        if rules.belongs(caller, organization) and resource.uploaded:
            view["ingest"] = views.ingest_view(resource)
        if form and resource.upload is not None:
            announced = resource.upload
            made = self._objects.upload_form(
                announced.key, media_type=announced.media_type, size=announced.size, sha256=announced.sha256
            )
            view["upload"] = {"url": made.url, "fields": dict(made.fields), "expires_in": made.expires_in}
        return view

    def find(self, caller: Caller, id: object) -> Resource:
        """A resource of a dataset that the caller may see.

        Raises:
            NotFound, Rejected.
        """
        return self._found(caller, id)[0]

    def _found(self, caller: Caller, id: object) -> tuple[Resource, Organization]:
        if not id:
            raise Rejected({"id": ["Missing value"]})
        resource = self._store.resource(id) if rules.is_id(id) else None
        if resource is None:
            raise NotFound("ไม่พบทรัพยากรข้อมูล", "Not found")
        _, organization = self._packages.find(caller, resource.package_id)
        return resource, organization

    def download(self, caller: Caller, package_id: str, id: str) -> str:
        """A short-lived address of the last good version of the file, saved under its own name.

        Raises:
            NotFound: no such file, or not for this caller, or nothing has been taken in yet.
        """
        resource = self.find(caller, id)
        if resource.file is None or resource.package_id != package_id:
            raise NotFound("ไม่พบไฟล์", "Not found")
        return self._objects.download_url(resource.file.original, file_name=resource.file.file_name)

    def _now(self) -> str:
        return self._clock().isoformat(timespec="microseconds")


def _announced(given: Mapping[str, Any], id: str, number: int, messages: dict[str, list[str]]) -> Upload | None:
    upload = given.get("upload")
    if upload is None:
        return None
    if not isinstance(upload, Mapping):
        messages["upload"] = ["Must be an object with file_name, size, sha256 and media_type"]
        return None
    if faults := rules.faults_of_upload(upload):
        messages["upload"] = faults
        return None
    return Upload(
        number=number,
        key=f"uploads/{id}/{number}",
        file_name=upload["file_name"],
        media_type=upload["media_type"],
        size=upload["size"],
        sha256=upload["sha256"],
    )


def _with_format(fields: Mapping[str, Any], upload: Upload | None) -> dict[str, Any]:
    """CKAN's clients break on an empty format, so a file gets one from its name."""
    if fields.get("format") or upload is None or "." not in upload.file_name:
        return dict(fields)
    return {**fields, "format": rules.normal_format(upload.file_name.rsplit(".", 1)[1])}
