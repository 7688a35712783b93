"""Reading a file once more, with other assumptions or by newer rules: a new version of the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from chalicelib.shared.errors import WrongState
from chalicelib.shared.identity import Caller
from chalicelib.shared.journal import Once
from chalicelib.shared.objects import Objects

from .. import announcing
from ..model import Group, Package, Resource
from ..packages import Packages, Shown
from ..rules import Messages, Rejected
from ..store import Writing


class Rereading:
    """Has files read again.

    Args:
        packages, objects: the catalogue.
        tell: has an upload taken in that is there (`Uploads.tell`).
    """

    def __init__(self, packages: Packages, objects: Objects, tell: Callable[[str, int], None]) -> None:
        self._packages = packages
        self._objects = objects
        self._tell = tell

    def rerun(self, caller: Caller, once: Once, resource_id: object, options: Mapping[str, Any] | None = None) -> Shown:
        """Has what was sent last read once more. One that has arrived and still waits is only called to mind.

        Args:
            options: what is to be assumed; None: what was assumed before.

        Raises:
            NotFound, NotAllowed, Rejected, Stale, Replayed.
            WrongState: there is nothing that could be read.
        """
        messages: Messages = {}
        wanted = None if options is None else announcing.options({"options": options}, messages)
        if messages:
            raise Rejected(messages)
        told: dict[str, Any] = {}

        def edited(package: Package, _: Group) -> Package:
            told.clear()
            old = package.resource(str(resource_id))
            new = None if old is None else self._anew(old, wanted)
            if old is None or new is None:
                raise WrongState("ยังไม่มีไฟล์ให้อ่าน", "There is no file that could be read.")
            if announcing.is_there(new, old) and new.upload is not None:
                told["arrived"] = [[new.id, new.upload.number]]
            return replace(package, resources=tuple(new if each.id == old.id else each for each in package.resources))

        writing = Writing(
            once, caller.label, "changed resource", "opendata.resource.changed", subject=str(resource_id), details=told
        )
        shown = self._packages.change(
            caller, lambda: self._packages.find_of_resource(caller, resource_id), edited, writing
        )
        resource = shown.package.resource(str(resource_id))
        upload = None if resource is None or told else resource.upload
        # it waits: S3's word of it may have been lost, but what has not arrived must not be told of
        if resource is not None and upload is not None and self._objects.head(upload.key) is not None:
            self._tell(resource.id, upload.number)
        return shown

    def _anew(self, resource: Resource, wanted: Mapping[str, Any] | None) -> Resource | None:
        found, now = announcing.latest(resource), self._packages.now()
        if found is None:
            return None
        if resource.upload is not None:
            return resource if wanted is None else announcing.with_options(resource, wanted, now)
        return announcing.again(resource, found.options if wanted is None else wanted, now)
