"""Resources: the files and links of a dataset."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from chalicelib.shared.errors import NotFound
from chalicelib.shared.identity import Caller
from chalicelib.shared.journal import Once
from chalicelib.shared.objects import Objects

from . import rules, views
from .access import Access
from .model import Group, Package, Resource, ResourceId, Upload
from .packages import Packages
from .rules import Rejected
from .store import Writing

Json = dict[str, Any]


class Resources:
    """What the actions `resource_*` do.

    A resource is either a link (`url`) or a file of ours: then `upload` announces its name, size, SHA-256 and media
    type, the answer holds a presigned form, and the file is taken in when it has arrived.
    """

    def __init__(
        self,
        packages: Packages,
        access: Access,
        objects: Objects,
        *,
        site: str,
        ids: Callable[[], str],
    ) -> None:
        self._packages = packages
        self._access = access
        self._objects = objects
        self._site = site
        self._ids = ids

    def create(self, caller: Caller, once: Once, given: Mapping[str, Any]) -> str:
        """Adds a resource to a dataset; answers its id.

        Raises:
            NotFound, NotAllowed, Rejected.
        """
        new_id = ResourceId(self._ids())
        fields, messages = rules.resource_fields(given)
        upload = _announced(given, new_id, 1, messages)
        if upload is None and "upload" not in messages and (faults := rules.faults_of_link(given.get("url"))):
            messages["url"] = faults
        if not fields.get("name") and upload is not None:
            fields["name"] = upload.file_name
        now = self._packages.now()

        def added(package: Package, _: Group) -> Package:
            if messages:
                raise Rejected(messages)
            resource = Resource(
                id=new_id,
                package_id=package.id,
                fields=_with_format(fields, upload),
                created=now,
                modified=now,
                url="" if upload else given["url"],
                upload=upload,
                uploads=1 if upload else 0,
            )
            return replace(package, resources=(*package.resources, resource))

        writing = Writing(once, caller.label, "new resource", "opendata.resource.created", subject=new_id)
        asked = given.get("package_id")
        self._packages.edit(caller, lambda: self._packages.find(caller, asked, missing="package_id"), added, writing)
        return new_id

    def patch(self, caller: Caller, once: Once, given: Mapping[str, Any]) -> str:
        """Changes what is given; with `upload`, announces a new version of the file. Answers the resource's id.

        Raises:
            NotFound, NotAllowed, Rejected, Stale.
        """
        asked = given.get("id")

        def patched(package: Package, _: Group) -> Package:
            old = package.resource(str(asked))
            if old is None:
                raise NotFound("ไม่พบทรัพยากรข้อมูล", "Not found")
            new = self._patched(old, given)
            return replace(package, resources=tuple(new if each.id == old.id else each for each in package.resources))

        writing = Writing(once, caller.label, "changed resource", "opendata.resource.changed", subject=str(asked))
        self._packages.edit(caller, lambda: self._packages.find_of_resource(caller, asked), patched, writing)
        return str(asked)

    def _patched(self, old: Resource, given: Mapping[str, Any]) -> Resource:
        fields, messages = rules.resource_fields(given)
        upload = _announced(given, old.id, old.uploads + 1, messages)
        if upload is not None and not old.uploaded:
            messages["upload"] = ["A link cannot become a file; create a new resource"]
        if "url" in given and not old.uploaded and (faults := rules.faults_of_link(given["url"])):
            messages["url"] = faults
        if messages:
            raise Rejected(messages)
        return replace(
            old,
            fields={**old.fields, **fields},
            url=old.url if old.uploaded else given.get("url", old.url),
            upload=upload or old.upload,
            uploads=old.uploads + (1 if upload else 0),
            modified=self._packages.now(),
        )

    def show(self, caller: Caller, id: object, *, form: bool = False) -> Json:
        """One resource; its publishers also see what became of the upload, and with `form` where to send the file.

        Raises:
            NotFound, Rejected.
        """
        package, organization = self._packages.find_of_resource(caller, id)
        position, resource = next((place, each) for place, each in enumerate(package.resources) if each.id == str(id))
        view = views.resource_view(resource, position, self._site)
        if resource.uploaded and self._access.capacity(caller, organization) in ("editor", "admin"):
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
        package, _ = self._packages.find_of_resource(caller, id)
        return next(each for each in package.resources if each.id == str(id))

    def download(self, caller: Caller, package_id: str, id: str) -> str:
        """A short-lived address of the last good version of the file, saved under its own name.

        Raises:
            NotFound: no such file, or not for this caller, or nothing has been taken in yet.
        """
        resource = self.find(caller, id)
        if resource.file is None or resource.package_id != package_id:
            raise NotFound("ไม่พบไฟล์", "Not found")
        return self._objects.download_url(resource.file.original, file_name=resource.file.file_name)


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
