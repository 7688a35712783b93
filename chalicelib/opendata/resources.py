"""Resources: the files and links of a dataset."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from chalicelib.shared.errors import NotFound
from chalicelib.shared.identity import Caller
from chalicelib.shared.journal import Once
from chalicelib.shared.objects import Objects

from . import announcing, rules, views
from . import given as wishes
from .access import Access
from .given import Arrived
from .intake.sending import Sending
from .model import Group, Package, Resource, ResourceId
from .packages import Edit, Packages, Shown
from .rules import Messages, Rejected
from .store import AT_ONCE, Past, Store, Writing

Json = dict[str, Any]
Given = Mapping[str, Any]


class Resources:
    """What the actions `resource_*` do.

    A resource is either a link (`url`) or a file of ours. A file is announced: `upload` says its name, size, SHA-256
    and media type, the answer holds a presigned form, and the file is taken in when it has arrived. A very large one is
    announced with its parts, a small one may come with the call itself (`Arrived`); it is put where an announced one
    would arrive.
    """

    def __init__(
        self, store: Store, packages: Packages, access: Access, objects: Objects, sending: Sending, *, site: str
    ) -> None:
        self._store = store
        self._packages = packages
        self._access = access
        self._objects = objects
        self._sending = sending
        self._site = site

    def create(self, caller: Caller, once: Once, given: Given, revision: str | None = None) -> tuple[Shown, str]:
        """Adds a resource to a dataset; answers the package and the resource's id.

        Raises:
            NotFound, NotAllowed, Rejected, Stale, Replayed.
        """
        own = given.get("id")
        new_id = str(own or self._packages.new_id())

        def added(package: Package, _: Group) -> Package:
            if own and (faults := rules.faults_of_own_id(own)):
                raise Rejected({"id": faults})
            made, messages = wishes.resource(
                given, None, id=new_id, package_id=package.id, now=self._packages.now(), site=self._site
            )
            if package.resource(new_id) is not None:
                messages["id"] = ["Resource id already exists."]
            if messages:
                raise Rejected(messages)
            made = _going_on(made, self._store.pasts_of_resources([new_id]) if own else {})
            return replace(package, resources=(*package.resources, made))

        def found() -> tuple[Package, Group]:
            return self._packages.find(caller, given.get("package_id"), missing="package_id")

        kind = ("new resource", "opendata.resource.created")
        return self._change(caller, once, new_id, found, added, revision, kind, given.get("upload")), new_id

    def update(self, caller: Caller, once: Once, given: Given, revision: str | None = None) -> tuple[Shown, str]:
        """Replaces a resource by what is given; its file stays unless another one, or another `url`, is given.

        Raises:
            NotFound, NotAllowed, Rejected, Stale, Replayed.
        """
        return self._edited(caller, once, given, lambda _: given, revision)

    def patch(self, caller: Caller, once: Once, given: Given, revision: str | None = None) -> tuple[Shown, str]:
        """Changes what is given of a resource and leaves the rest.

        Raises:
            NotFound, NotAllowed, Rejected, Stale, Replayed.
        """

        def merged(old: Resource) -> Given:
            shown = views.resource_view(old, 0, self._site)
            if old.uploaded:
                # what follows from the file goes with it, if a link takes its place
                of_file = wishes.OF_A_FILE if "url" in given else wishes.OF_A_FILE - {"url_type"}
                shown = {name: value for name, value in shown.items() if name not in of_file}
            if "upload" in given and "name" not in given and old.file_name == shown["name"]:
                del shown["name"]
            return {**shown, **given}

        return self._edited(caller, once, given, merged, revision)

    def delete(self, caller: Caller, once: Once, id: object, revision: str | None = None) -> Shown:
        """Takes a resource away.

        Raises:
            NotFound, NotAllowed, Rejected, Stale, Replayed.
        """

        def without(package: Package, _: Group) -> Package:
            # the dataset is written too: its revision must grow, whichever resource goes
            dataset = replace(
                package.dataset,
                modified=self._packages.now(),
                order=tuple(each for each in package.dataset.order if each != id),
            )
            return Package(dataset, tuple(each for each in package.resources if each.id != id))

        kind = ("deleted resource", "opendata.resource.deleted")

        def found() -> tuple[Package, Group]:
            return self._packages.find_of_resource(caller, id)

        return self._change(caller, once, str(id), found, without, revision, kind)

    def listed(
        self, given: Any, before: Package | None, package_id: str, now: str, messages: Messages
    ) -> tuple[Resource, ...]:
        """The resources that a whole package's parameters describe, in order; what is wrong goes into `messages`.

        Those that are there are known by their ids; the others are new.
        """
        given = wishes.listed(given)
        if given in (None, ""):
            return ()
        if not isinstance(given, list) or not all(isinstance(each, Mapping) for each in given):
            messages["resources"] = ["Must be a list of dictionaries"]
            return ()
        old = {} if before is None else {each.id: each for each in before.resources}
        strangers = [str(each["id"]) for each in given if each.get("id") and each["id"] not in old]
        own = [each for each in strangers if not rules.faults_of_own_id(each)]
        pasts = self._store.pasts_of_resources(own[:AT_ONCE])
        made: list[Resource] = []
        wrong: list[Messages] = []
        for each in given:
            known = str(each.get("id") or self._packages.new_id())
            was = old.get(ResourceId(known))
            resource, faults = wishes.resource(each, was, id=known, package_id=package_id, now=now, site=self._site)
            if was is None and each.get("id") and (found := rules.faults_of_own_id(each["id"])):
                faults["id"] = found
            if any(other.id == known for other in made):
                faults["id"] = ["Resource id already exists."]
            made.append(resource if was is not None else _going_on(resource, pasts))
            wrong.append(faults)
        if any(wrong):
            messages["resources"] = wrong
        return tuple(made)

    def settle(self, before: Package | None, after: Package, came: Iterable[Arrived]) -> Json:
        """Puts files that came with a call where announced ones arrive; answers what the event must say of them, and of
        those that are to be read anew.

        The object is there before anything tells of it: whoever learns of the event can take it in.
        """
        by_digest = {each.sha256: each for each in came}
        arrived: list[list[Any]] = []
        for each in after.resources:
            old = None if before is None else before.resource(each.id)
            upload = each.upload
            if upload is None or (old is not None and old.upload == upload):
                continue
            there = announcing.is_there(each, old)
            if upload.sha256 in by_digest and not there:
                content = by_digest[upload.sha256].content
                self._objects.put(upload.key, content, media_type=upload.media_type)
                there = True
            if there:
                arrived.append([each.id, upload.number])
        return {"arrived": arrived} if arrived else {}

    def show(self, caller: Caller, id: object, *, form: bool = False) -> tuple[Json, str]:
        """One resource, and the revision of its package; see `view`.

        Raises:
            NotFound, Rejected.
        """
        package, organization = self._packages.find_of_resource(caller, id)
        return self.view(caller, package, organization, str(id), form=form), package.changed

    def view(self, caller: Caller, package: Package, organization: Group, id: str, *, form: bool = False) -> Json:
        """A resource; its publishers also see what became of the upload, and with `form` where to send the file."""
        position, resource = next((place, each) for place, each in enumerate(package.resources) if each.id == id)
        view = views.resource_view(resource, position, self._site)
        if resource.uploads and self._access.capacity(caller, organization) in ("editor", "admin"):
            view["ingest"] = views.ingest_view(resource)
        if form and (how := self._sending.form(resource)):
            view["upload"] = how
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

    def _edited(
        self,
        caller: Caller,
        once: Once,
        given: Given,
        whole: Callable[[Resource], Given],
        revision: str | None,
    ) -> tuple[Shown, str]:
        asked = given.get("id")

        def edited(package: Package, _: Group) -> Package:
            old = package.resource(str(asked))
            if old is None:
                raise NotFound("ไม่พบทรัพยากรข้อมูล", "Not found")
            new, messages = wishes.resource(
                whole(old), old, id=old.id, package_id=package.id, now=self._packages.now(), site=self._site
            )
            if messages:
                raise Rejected(messages)
            return replace(package, resources=tuple(new if each.id == old.id else each for each in package.resources))

        def found() -> tuple[Package, Group]:
            return self._packages.find_of_resource(caller, asked)

        kind = ("changed resource", "opendata.resource.changed")
        return self._change(caller, once, str(asked), found, edited, revision, kind, given.get("upload")), str(asked)

    def _change(
        self,
        caller: Caller,
        once: Once,
        id: str,
        find: Callable[[], tuple[Package, Group]],
        edit: Edit,
        revision: str | None,
        kind: tuple[str, str],
        upload: Any = None,
    ) -> Shown:
        told: Json = {}
        came = [upload] if isinstance(upload, Arrived) else []

        def settled(package: Package, organization: Group) -> Package:
            after = edit(package, organization)
            told.clear()
            told.update(self.settle(package, after, came))
            return after

        writing = Writing(once, caller.label, *kind, subject=id, details=told)
        return self._packages.change(caller, find, settled, writing, revision=revision)


def _going_on(resource: Resource, pasts: Mapping[str, Past]) -> Resource:
    """A resource whose id was in use before: its records go on where the first one's ended."""
    if resource.id not in pasts:
        return resource
    chain, uploads, linked = pasts[resource.id]
    upload = resource.upload
    if upload is not None:
        number = uploads + 1
        upload = replace(upload, number=number, key=announcing.upload_key(resource.id, number))
    return replace(resource, chain=chain, upload=upload, uploads=uploads + (1 if upload else 0), linked=linked)
