"""Datasets with their resources, under CKAN's name for them: packages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from chalicelib.shared.errors import NotFound, Stale
from chalicelib.shared.identity import Caller
from chalicelib.shared.journal import Once

from . import rules
from .access import Access
from .governance.gate import Gate
from .model import Dataset, DatasetId, Group, Package
from .rules import Rejected
from .store import Store, Writing

ATTEMPTS = 5
"""How often a change that met another one is made again on what that one left."""

Edit = Callable[[Package, Group], Package]
"""Makes of a package as it stands (and its organisation) the package as it shall be."""


class Packages:
    """Reads and writes packages for a caller. One that the caller may not see does not exist for them."""

    def __init__(
        self, store: Store, access: Access, gate: Gate, *, ids: Callable[[], str], clock: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._access = access
        self._gate = gate
        self._ids = ids
        self._clock = clock

    def find(self, caller: Caller, id_or_name: object, *, missing: str = "id") -> tuple[Package, Group]:
        """A package that the caller may see, and its organisation.

        Raises:
            NotFound: there is none, or it is not for this caller; the two look the same.
            Rejected: no id was given.
        """
        if not id_or_name:
            raise Rejected({missing: ["Missing value"]})
        package = self._store.package(id_or_name) if rules.is_id(id_or_name) else None
        return self._seen(caller, package)

    def find_of_resource(self, caller: Caller, id: object) -> tuple[Package, Group]:
        """The package of a resource, if the caller may see it.

        Raises:
            NotFound, Rejected.
        """
        if not id:
            raise Rejected({"id": ["Missing value"]})
        package = self._store.package_of_resource(id) if rules.is_id(id) else None
        if package is None or package.resource(str(id)) is None:
            raise NotFound("ไม่พบทรัพยากรข้อมูล", "Not found")
        return self._seen(caller, package)

    def _seen(self, caller: Caller, package: Package | None) -> tuple[Package, Group]:
        organization = None if package is None else self._store.group("organization", package.dataset.owner_org)
        if package is None or organization is None or not self._access.may_see(caller, package.dataset, organization):
            raise NotFound("ไม่พบชุดข้อมูล", "Not found")
        return package, organization

    def themes(self, package: Package) -> list[Group]:
        """The groups that a package belongs to, in order."""
        found = self._store.groups_by_id(package.dataset.groups) if package.dataset.groups else {}
        return [found[each] for each in package.dataset.groups if each in found]

    def create(self, caller: Caller, once: Once, given: Mapping[str, Any]) -> str:
        """Enters a dataset; answers its id. With `private` false the whole national standard is asked for.

        Raises:
            NotAllowed, Rejected.
        """
        self._access.must_write_somewhere(caller, "package_create")
        messages = {"name": faults} if (faults := rules.faults_of_name(given.get("name"))) else {}
        fields, wrong = rules.dataset_fields(given)
        messages |= wrong
        private = rules.flag(given.get("private", False))
        if private is None:
            messages["private"] = ["Must be a boolean value"]
        owner = given.get("owner_org")
        organization = self._store.group("organization", owner) if rules.is_id(owner) else None
        if organization is None:
            missing = not owner
            messages["owner_org"] = ["An organization must be provided" if missing else "Organization does not exist"]
        else:
            self._access.must_write(caller, organization)
            if "private" not in given and not self._gate.may_publish(caller, organization):
                private = True  # CKAN's default is public, which is not an editor's to decide
        if messages or organization is None:
            raise Rejected(messages)
        now = self.now()
        dataset = Dataset(
            id=DatasetId(self._ids()),
            name=given["name"],
            owner_org=organization.id,
            private=bool(private),
            fields=fields if fields.get("title") else {**fields, "title": given["name"]},
            creator=caller.id,
            created=now,
            modified=now,
        )
        rules.check_publishable(replace(dataset, fields=fields))
        rules.check_size(dataset)
        writing = Writing(once, caller.label, "new package", "opendata.dataset.created")
        package, rows = self._gate.follow(caller, organization, None, Package(dataset))
        return self._store.save(replace(writing, more=rows), None, package, organization, ()).id

    def patch(self, caller: Caller, once: Once, given: Mapping[str, Any]) -> str:
        """Changes the fields that are given and leaves the others; answers the dataset's id.

        Raises:
            NotFound, NotAllowed, Rejected, Stale.
        """

        def patched(package: Package, _: Group) -> Package:
            return replace(package, dataset=self._patched(package.dataset, given))

        writing = Writing(once, caller.label, "changed package", "opendata.dataset.changed")
        return self.edit(caller, lambda: self.find(caller, given.get("id")), patched, writing).id

    def edit(self, caller: Caller, find: Callable[[], tuple[Package, Group]], edit: Edit, writing: Writing) -> Package:
        """Makes one change to a package that the caller may write, again where somebody else was faster.

        Args:
            find: reads the package; called once for each attempt.
            edit: makes the new state; raises what stands against it.

        Raises:
            NotFound, NotAllowed, Rejected, Stale.
        """
        for attempt in range(1, ATTEMPTS + 1):
            before, organization = find()
            self._access.must_write(caller, organization)
            after = edit(before, organization)
            owner: Group | None = organization
            if after.dataset.owner_org != organization.id:
                owner = self._store.group("organization", after.dataset.owner_org)
            if owner is None:
                raise Rejected({"owner_org": ["Organization does not exist"]})
            try:
                after, rows = self._gate.follow(caller, owner, before, after)
                passed = replace(writing, more=[*writing.more, *rows])
                return self._store.save(passed, before, after, owner, self.themes(after))
            except Stale:
                if attempt == ATTEMPTS:
                    raise
        raise AssertionError("the loop returns or raises")

    def _patched(self, old: Dataset, given: Mapping[str, Any]) -> Dataset:
        fields, messages = rules.dataset_fields(given)
        name = given.get("name", old.name)
        if faults := rules.faults_of_name(name):
            messages["name"] = faults
        private = rules.flag(given.get("private", old.private))
        if private is None:
            messages["private"] = ["Must be a boolean value"]
        if "owner_org" in given and given["owner_org"] != old.owner_org:
            messages["owner_org"] = ["Cannot be changed by a patch"]
        if messages:
            raise Rejected(messages)
        merged = {**old.fields, **fields}
        new = replace(old, name=name, private=bool(private), fields=merged, modified=self.now())
        rules.check_publishable(new)
        rules.check_size(new)
        return new

    def now(self) -> str:
        """The time as it is kept."""
        return self._clock().isoformat(timespec="microseconds")
