"""Datasets with their resources, under CKAN's name for them: packages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from chalicelib.shared.errors import NotFound, Stale, Unavailable
from chalicelib.shared.identity import Caller
from chalicelib.shared.journal import Once

from . import rules
from .access import Access
from .governance.gate import Gate
from .model import Group, Package
from .rules import Rejected
from .store import Store, Writing

ATTEMPTS = 5
"""How often a change that met another one is made again on what that one left."""


class Shown(NamedTuple):
    """A package with all that is shown of it: its organisation and its themes, in order."""

    package: Package
    organization: Group
    themes: list[Group]


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
        if package is not None and package.resource(str(id)) is None:
            package = None
        # the words are those for a resource also where its dataset is hidden, else they would tell that it is there
        return self._seen(caller, package, "ทรัพยากรข้อมูล")

    def _seen(self, caller: Caller, package: Package | None, what: str = "ชุดข้อมูล") -> tuple[Package, Group]:
        organization = None if package is None else self._store.group("organization", package.dataset.owner_org)
        if package is None or organization is None or not self._access.may_see(caller, package.dataset, organization):
            raise NotFound(f"ไม่พบ{what}", "Not found")
        return package, organization

    def is_member(self, caller: Caller, organization: Group) -> bool:
        """Whether the caller belongs to an organisation, and so learns what its datasets were in private."""
        return self._access.capacity(caller, organization) is not None

    def themes(self, package: Package) -> list[Group]:
        """The groups that a package belongs to, in order."""
        found = self._store.groups_by_id(package.dataset.groups) if package.dataset.groups else {}
        return [found[each] for each in package.dataset.groups if each in found and found[each].state == "active"]

    def shown(self, caller: Caller, id_or_name: object, *, missing: str = "id") -> Shown:
        """A package that the caller may see, with all that is shown of it.

        Raises:
            NotFound, Rejected.
        """
        package, organization = self.find(caller, id_or_name, missing=missing)
        return Shown(package, organization, self.themes(package))

    def edit(self, caller: Caller, find: Callable[[], tuple[Package, Group]], edit: Edit, writing: Writing) -> Package:
        """`change`, where only the package matters afterwards."""
        return self.change(caller, find, edit, writing).package

    def change(
        self,
        caller: Caller,
        find: Callable[[], tuple[Package, Group]],
        edit: Edit,
        writing: Writing,
        *,
        revision: str | None = None,
    ) -> Shown:
        """Makes one change to a package that the caller may write, again where somebody else was faster.

        What changes nothing is not written.

        Args:
            find: reads the package; called once for each attempt.
            edit: makes the new state; raises what stands against it.
            revision: `Package.changed` as the caller read it, None for whatever stands there.

        Raises:
            NotFound, NotAllowed, Rejected.
            Replayed: this very request was done before.
            Stale: the package is not at `revision`.
            Unavailable: others are faster again and again.
        """
        self.heed(writing.once)
        for _ in range(ATTEMPTS):
            before, organization = find()
            self._access.must_write(caller, organization)
            if revision is not None and before.changed != revision:
                raise Stale(
                    "ชุดข้อมูลถูกแก้ไขไปแล้วหลังจากที่อ่าน โปรดอ่านใหม่ก่อนแก้ไข",
                    "The dataset is not the one that If-Match names; read it again first.",
                )
            after = edit(before, organization)
            if after == before and not writing.more:
                self._nothing_to_write(writing, before)
                return Shown(before, organization, self.themes(before))
            owner = self._owner(caller, organization, after)
            try:
                return self.save(caller, writing, before, after, owner)
            except Stale:
                continue
        raise Unavailable(
            "มีผู้อื่นกำลังแก้ไขชุดข้อมูลนี้ โปรดลองใหม่", "Others are changing this dataset just now; try again.", retry_after=1
        )

    def save(self, caller: Caller, writing: Writing, before: Package | None, after: Package, owner: Group) -> Shown:
        """Writes a package by way of governance; for whoever has asked all that is to be asked before.

        Raises:
            NotAllowed: it would become public, which is not the caller's to decide.
            Rejected, Stale, Replayed.
        """
        after, rows = self._gate.follow(caller, owner, before, after)
        themes = self.themes(after)
        passed = replace(writing, more=[*writing.more, *rows])
        return Shown(self._store.save(passed, before, after, owner, themes), owner, themes)

    def heed(self, once: Once) -> None:
        """Looks whether this very request was done before.

        Raises:
            Replayed, KeyReused.
        """
        if once.claimed:
            self._store.journal.read(once)

    def _nothing_to_write(self, writing: Writing, package: Package) -> None:
        """Claims the request all the same: repeated later, on what others have written by then, it must do nothing."""
        if writing.once.claimed:
            self._store.journal.commit(writing.once, [], answer={"id": writing.subject or package.id})

    def _owner(self, caller: Caller, organization: Group, after: Package) -> Group:
        if after.dataset.owner_org == organization.id:
            return organization
        owner = self._store.group("organization", after.dataset.owner_org)
        if owner is None:
            raise Rejected({"owner_org": ["Organization does not exist"]})
        self._access.must_write(caller, owner)
        return owner

    def new_id(self) -> str:
        """An id for something new."""
        return self._ids()

    def now(self) -> str:
        """The time as it is kept."""
        return self._clock().isoformat(timespec="microseconds")
