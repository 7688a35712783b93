"""Writing datasets as CKAN's clients do: whole packages that are entered, replaced, patched, revised, taken away."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from chalicelib.shared.errors import NotAllowed, NotFound, Stale
from chalicelib.shared.identity import Caller
from chalicelib.shared.journal import Once

from . import given as wishes
from . import revising, rules, views
from .access import Access, is_operator
from .given import Arrived, Wish
from .governance.gate import Gate
from .model import Dataset, DatasetId, Group, GroupId, Package
from .packages import ATTEMPTS, Edit, Packages, Shown
from .resources import Resources
from .rest.merging import merged
from .rules import Messages, Rejected
from .store import Store, Writing
from .vocabularies.service import Vocabularies

Given = Mapping[str, Any]
CHANGED = ("changed package", "opendata.dataset.changed")


class Editing:
    """What the actions that write packages do.

    `revision` is what the caller read (`If-Match`); with it a change on anything else is refused.
    """

    def __init__(
        self,
        store: Store,
        packages: Packages,
        resources: Resources,
        access: Access,
        gate: Gate,
        vocabularies: Vocabularies,
        *,
        site: str,
    ) -> None:
        self._store = store
        self._packages = packages
        self._resources = resources
        self._access = access
        self._gate = gate
        self._vocabularies = vocabularies
        self._site = site

    def create(self, caller: Caller, once: Once, given: Given) -> Shown:
        """Enters a dataset with its resources. A public one needs all that the national standard asks for.

        Raises:
            NotAllowed, NotFound, Rejected, Replayed.
        """
        self._access.must_write_somewhere(caller, "package_create")
        self._packages.heed(once)
        for _ in range(ATTEMPTS - 1):
            try:
                return self._created(caller, once, given)
            except Stale:
                continue  # somebody changed its organisation at this moment
        return self._created(caller, once, given)

    def _created(self, caller: Caller, once: Once, given: Given) -> Shown:
        wish = wishes.dataset(given)
        messages = dict(wish.messages)
        messages |= {"name": ["Missing value"]} if wish.name is None else {}
        new_id = self._id(caller, given, messages)
        organization = None if wish.owner is None else self._store.group("organization", wish.owner)
        if organization is not None:
            self._access.must_write(caller, organization)
        elif "owner_org" not in messages:
            given_one = wish.owner is not None
            messages["owner_org"] = ["Organization does not exist" if given_one else "An organization must be provided"]
        now = self._packages.now()
        resources = self._resources.listed(given.get("resources"), None, new_id, now, messages)
        if messages or organization is None or wish.name is None:
            raise Rejected(messages)
        private = wish.private
        if private is None:
            # CKAN's default is public, which is not an editor's to decide
            private = not self._gate.may_publish(caller, organization)
        dataset = Dataset(
            id=DatasetId(new_id),
            name=wish.name,
            owner_org=organization.id,
            private=private,
            fields=_titled(wish),
            creator=caller.id,
            created=now,
            modified=now,
            state=wish.state or "active",
            type=wish.type or "dataset",
            groups=self._themes(caller, wish, ()),
            vocabulary_tags=self._vocabularies.checked(wish.vocabulary_tags),
            order=wishes.in_this_order(None, resources),
        )
        rules.check_publishable(replace(dataset, fields=wish.fields))
        rules.check_size(dataset)
        writing = Writing(once, caller.label, "new package", "opendata.dataset.created")
        return self._packages.save(caller, writing, None, Package(dataset, resources), organization)

    def update(self, caller: Caller, once: Once, given: Given, revision: str | None = None) -> Shown:
        """Replaces a dataset by what is given. What is not given is gone, but for its name, type, organisation and
        state and whether it is private: to forget one of these must publish or hide nothing.

        Raises:
            NotFound, NotAllowed, Rejected, Stale, Replayed.
        """
        asked = given.get("id") or given.get("name")
        return self._change(caller, once, asked, lambda package, _: self._replaced(caller, package, given), revision)

    def patch(self, caller: Caller, once: Once, given: Given, revision: str | None = None) -> Shown:
        """Changes what is given at the top level and leaves the rest.

        Raises:
            NotFound, NotAllowed, Rejected, Stale, Replayed.
        """

        def patched(package: Package, organization: Group) -> Package:
            return self._replaced(caller, package, {**self.view(package, organization), **given})

        return self._change(caller, once, given.get("id"), patched, revision)

    def merge(self, caller: Caller, once: Once, id: str, patch: Given, revision: str | None = None) -> Shown:
        """Changes a dataset by JSON Merge Patch: null takes a field away.

        Raises:
            NotFound, NotAllowed, Rejected, Stale, Replayed.
        """

        def made(package: Package, organization: Group) -> Package:
            return self._replaced(caller, package, merged(self.view(package, organization), patch))

        return self._change(caller, once, id, made, revision)

    def revise(
        self,
        caller: Caller,
        once: Once,
        given: Given,
        files: Mapping[str, Arrived],
        revision: str | None = None,
    ) -> tuple[Shown, Callable[[dict[str, Any]], Any]]:
        """Changes a dataset by CKAN's match, filter and update, and answers besides what shall be shown of it.

        Raises:
            NotFound, NotAllowed, Rejected, Stale, Replayed.
        """
        asked = revising.parse({**given, **files})

        def revised(package: Package, organization: Group) -> Package:
            return self._replaced(caller, package, revising.revised(self.view(package, organization), asked))

        shown = self._change(
            caller, once, asked.id_or_name, revised, revision, missing="match", came=list(files.values())
        )
        return shown, asked.included

    def delete(self, caller: Caller, once: Once, id: object, revision: str | None = None) -> Shown:
        """Takes a dataset from the public and from search; its organisation still sees it, and its name stays taken.

        Raises:
            NotFound, NotAllowed, Rejected, Stale, Replayed.
        """

        def deleted(package: Package, _: Group) -> Package:
            if package.dataset.state == "deleted":
                return package
            return _with(package, state="deleted", modified=self._packages.now())

        kind = ("deleted package", "opendata.dataset.deleted")
        return self._change(caller, once, id, deleted, revision, kind=kind)

    def move(self, caller: Caller, once: Once, given: Given, revision: str | None = None) -> Shown:
        """Gives a dataset to another organisation; the caller must write for both.

        Raises:
            NotFound, NotAllowed, Rejected, Stale, Replayed.
        """
        target = given.get("organization_id")
        if not target:
            raise Rejected({"organization_id": ["Missing value"]})
        organization = self._store.group("organization", target) if rules.is_id(target) else None
        if organization is None:
            raise NotFound("ไม่พบหน่วยงาน", "Not found")
        owner = organization.id

        def moved(package: Package, _: Group) -> Package:
            if package.dataset.owner_org == owner:
                return package
            return _with(package, owner_org=owner, modified=self._packages.now())

        return self._change(caller, once, given.get("id"), moved, revision)

    def reorder(self, caller: Caller, once: Once, given: Given, revision: str | None = None) -> Shown:
        """Puts some resources first, in this order; the others follow as they were.

        Raises:
            NotFound, NotAllowed, Rejected, Stale, Replayed.
        """
        order = wishes.listed(given.get("order"))
        if order in (None, "", []):
            raise Rejected({"order": ["Missing value"]})
        order = [order] if isinstance(order, str) else order
        if not isinstance(order, list) or not all(map(rules.is_id, order)):
            raise Rejected({"order": ["Must be a list of resource ids"]})
        if len(set(order)) != len(order):
            raise Rejected({"order": ["Must supply unique resource_ids"]})

        def reordered(package: Package, _: Group) -> Package:
            first = [found for each in order if (found := package.resource(each)) is not None]
            if len(first) != len(order):
                raise Rejected({"order": ["A resource_id can not be found"]})
            wanted = [*first, *(each for each in package.resources if each.id not in order)]
            places = wishes.in_this_order(package.dataset, wanted)
            if places == package.dataset.order:
                return package
            changed = _with(package, order=places, modified=self._packages.now())
            return replace(changed, resources=tuple(wanted))

        return self._change(caller, once, given.get("id"), reordered, revision)

    def view(self, package: Package, organization: Group) -> dict[str, Any]:
        """A package as its editors read it and send it back."""
        return views.package_view(package, organization, self._packages.themes(package), self._site)

    def _change(
        self,
        caller: Caller,
        once: Once,
        asked: object,
        edit: Edit,
        revision: str | None,
        *,
        missing: str = "id",
        kind: tuple[str, str] = CHANGED,
        came: Sequence[Arrived] = (),
    ) -> Shown:
        told: dict[str, Any] = {}
        writing = Writing(once, caller.label, *kind, details=told)

        def edited(package: Package, organization: Group) -> Package:
            after = edit(package, organization)
            told.clear()
            told.update(self._resources.settle(package, after, came))
            return after

        def found() -> tuple[Package, Group]:
            return self._packages.find(caller, asked, missing=missing)

        return self._packages.change(caller, found, edited, writing, revision=revision)

    def _replaced(self, caller: Caller, package: Package, given: Given) -> Package:
        """The package that whole parameters describe."""
        old, now = package.dataset, self._packages.now()
        wish = wishes.dataset(given)
        messages = dict(wish.messages)
        owner = self._owner(wish, old, messages)
        resources = self._resources.listed(given.get("resources"), package, package.id, now, messages)
        if messages:
            raise Rejected(messages)
        new = replace(
            old,
            name=wish.name or old.name,
            owner_org=owner,
            private=old.private if wish.private is None else wish.private,
            state=wish.state or old.state,
            type=wish.type or old.type,
            fields=_titled(wish) if wish.name else {**wish.fields, "title": wish.fields.get("title") or old.name},
            groups=self._themes(caller, wish, old.groups),
            vocabulary_tags=self._vocabularies.checked(wish.vocabulary_tags, old.vocabulary_tags),
            order=wishes.in_this_order(old, resources),
        )
        gone = {each.id for each in package.resources} - {each.id for each in resources}
        if new != old:
            rules.check_publishable(replace(new, fields=wish.fields))
            rules.check_size(new)
        if new != old or gone:
            new = replace(new, modified=now)
        return Package(new, resources)

    def _id(self, caller: Caller, given: Given, messages: Messages) -> str:
        own = given.get("id")
        if own in (None, ""):
            return self._packages.new_id()
        if not is_operator(caller):
            messages["id"] = ["The input field id was not expected."]
        elif faults := rules.faults_of_own_id(own):
            messages["id"] = faults
        return str(own)

    def _owner(self, wish: Wish, old: Dataset, messages: Messages) -> GroupId:
        if wish.owner is None or wish.owner == old.owner_org:
            return old.owner_org
        organization = self._store.group("organization", wish.owner)
        if organization is None:
            messages.setdefault("owner_org", ["Organization does not exist"])
            return old.owner_org
        return organization.id

    def _themes(self, caller: Caller, wish: Wish, old: Sequence[GroupId]) -> tuple[GroupId, ...]:
        """The ids of the themes that are wished for; to add one the caller must be an editor of it."""
        if set(wish.groups) <= set(old):
            return tuple(GroupId(each) for each in wish.groups)
        if len(wish.groups) > rules.MAX_THEMES:
            raise Rejected({"groups": [f"A dataset belongs to at most {rules.MAX_THEMES} groups"]})
        found = self._store.groups_named("group", wish.groups)
        themes = [found[each] for each in wish.groups if each in found]
        if len(themes) < len(wish.groups) or any(each.state != "active" for each in themes if each.id not in old):
            raise NotFound("ไม่พบกลุ่ม", "Not found: Group was not found.")
        for theme in themes:
            if theme.id not in old and self._access.capacity(caller, theme) not in ("editor", "admin"):
                raise NotAllowed("บัญชีนี้ไม่มีสิทธิ์ในกลุ่มนี้", "User not authorized to edit these groups")
        return tuple(dict.fromkeys(each.id for each in themes))


def _titled(wish: Wish) -> dict[str, Any]:
    return dict(wish.fields) if wish.fields.get("title") else {**wish.fields, "title": wish.name}


def _with(package: Package, **changes: Any) -> Package:
    return replace(package, dataset=replace(package.dataset, **changes))
