"""What was found in files, for those who may know; a steward's word on it; and what follows from that word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.errors import NotAllowed, NotFound, Stale, Unavailable, WrongState
from chalicelib.shared.identity import Caller
from chalicelib.shared.journal import Event, Once, Replayed
from chalicelib.shared.parts import Parts
from chalicelib.shared.storage import Change as Write

from ..access import Access
from ..governance.gate import Gate
from ..intake.held import Held
from ..model import File, Group, Package, Resource
from ..packages import ATTEMPTS, Edit, Packages
from ..personal import personal
from ..rules import Rejected, faults_of_text
from ..standard.governance import four_eyes_needed, needs_four_eyes
from ..store import Store, Writing
from . import rules
from .model import BASES, Finding, Override, Scope
from .store import MOST, Overrides, added

BY = "system:opendata-firewall"
MAX_REASON = 1_000
Where = tuple[int, str, str]


@dataclass(frozen=True)
class State:
    """A resource before the firewall, for somebody of its organisation.

    Attributes:
        current, held: findings of the version that is current and of the one that waits; the second of each pair says
            whether a steward's word covers it.
        may_override: whether the caller may give one for the version that waits, else for the current one.
    """

    package: Package
    resource: Resource
    current: Sequence[tuple[Finding, bool]]
    held: Sequence[tuple[Finding, bool]]
    overrides: Sequence[Override]
    may_override: bool

    @property
    def file(self) -> File | None:
        """The version that an override would be about."""
        return self.resource.held or self.resource.file


@dataclass(frozen=True)
class Wish:
    """An override as a steward asks for it.

    Attributes:
        version: number of the file version that they looked at.
        findings: which of its findings; all that stand in the way where none is named.
    """

    version: int
    scope: Scope
    basis: str
    reason: str
    findings: Sequence[Where] = ()


class Firewall:
    """Shows findings, takes overrides and their end.

    Every decision is one transaction that also writes the dataset: whoever publishes it, or takes a file in, at the
    same moment is refused and looks again.
    """

    def __init__(
        self,
        parts: Parts,
        store: Store,
        packages: Packages,
        access: Access,
        gate: Gate,
        overrides: Overrides,
        held: Held,
    ) -> None:
        self._store = store
        self._packages = packages
        self._access = access
        self._gate = gate
        self._overrides = overrides
        self._held = held
        self._cursors = parts.cursors
        self._ids = parts.ids
        self._clock = parts.clock

    # -- reading

    def show(self, caller: Caller, resource_id: str) -> State:
        """What was found in a resource's file.

        Raises:
            NotFound: there is none, or the caller does not belong to its organisation.
        """
        package, organization, resource = self._find(caller, resource_id)
        given = self._overrides.of([resource.id])[resource.id]
        return State(
            package,
            resource,
            _covered(resource.file, given),
            _covered(resource.held, given),
            given,
            self._may(caller, organization, resource.held or resource.file),
        )

    def all(self, caller: Caller, cursor: str | None, limit: int) -> tuple[list[Override], str | None]:
        """Overrides of the whole catalogue, the latest first; for whoever runs the platform.

        Raises:
            NotAllowed.
        """
        self._access.must_operate(caller, "personal_data_overrides")
        scope = ("overrides", caller.id)
        found, after = self._overrides.all(after=self._cursors.read(cursor, scope), limit=limit)
        return found, self._cursors.make(after, scope)

    # -- deciding

    def override(self, caller: Caller, once: Once, resource_id: str, wish: Wish) -> None:
        """A steward says that what was found may be published; the version that waits for it becomes current.

        Raises:
            NotFound, NotAllowed, WrongState.
            Stale: the resource has another version by now.
            Rejected: the wish is not whole, or names what was not found.
        """
        _check(wish)
        override_id = self._ids()
        rows: list[Write] = []  # of the attempt that is written; filled anew by each

        def decided(package: Package, organization: Group) -> Package:
            resource = _of(package, resource_id)
            file = resource.held or resource.file
            self._must(caller, organization, file)
            if file is None or not any(each.blocks for each in rules.findings(file)):
                raise WrongState("ไม่พบสิ่งที่ต้องยกเว้นในไฟล์นี้", "Nothing was found in this file that stands in the way.")
            if wish.version != file.number:
                raise Stale("มีไฟล์รุ่นใหม่กว่าที่ตรวจ โปรดตรวจรุ่นล่าสุด", "There is a newer version of the file: look at that.")
            kept = self._overrides.of([resource.id])[resource.id]
            if sum(each.holds for each in kept) >= MOST:
                raise WrongState(
                    f"มีคำยกเว้นครบ {MOST} รายการแล้ว โปรดเพิกถอนรายการที่ไม่ใช้",
                    f"There are {MOST} overrides already: revoke those that are not needed.",
                )
            now = self._now()
            new = Override(
                id=override_id,
                dataset=package.id,
                organization=organization.id,
                resource=resource.id,
                number=file.number,
                sha256=file.sha256,
                findings=_asked(wish, file),
                scope=wish.scope,
                basis=wish.basis,
                reason=wish.reason.strip(),
                by=caller.label,
                at=now,
            )
            kept = added(kept, new)
            rows[:] = [self._overrides.row(resource.id, kept, now)]
            return self._released(_touched(package, now), resource, kept, now, rows)

        details = {"override": override_id, "resource": resource_id}
        writing = Writing(
            once, caller.label, "changed resource", "opendata.resource.override_given", resource_id, details, rows
        )
        try:
            self._decide(caller, resource_id, decided, writing)
        except Replayed:
            return

    def _decide(self, caller: Caller, resource_id: str, decided: Edit, writing: Writing) -> None:
        # not by way of the guard, which knows only the decisions that stand already
        self._packages.heed(writing.once)
        for _ in range(ATTEMPTS):
            before, organization = self._found(caller, resource_id)
            self._access.must_write(caller, organization)
            after = decided(before, organization)
            try:
                self._store.save(writing, before, after, organization, self._packages.themes(after))
            except Stale:
                continue
            return
        raise Unavailable(
            "มีผู้อื่นกำลังแก้ไขชุดข้อมูลนี้ โปรดลองใหม่", "Others are changing this dataset just now; try again.", retry_after=1
        )

    def revoke(self, caller: Caller, once: Once, resource_id: str, override_id: str) -> None:
        """Takes a steward's word back; a public dataset that stood on it is no longer public.

        Raises:
            NotFound, NotAllowed.
        """
        rows: list[Write] = []

        def decided(package: Package, organization: Group) -> Package:
            resource = _of(package, resource_id)
            self._must(caller, organization, None)
            kept = self._overrides.of([resource.id])[resource.id]
            known = next((each for each in kept if each.id == override_id and each.holds), None)
            if known is None:
                raise NotFound("ไม่พบคำยกเว้นนี้", "Not found")
            now = self._now()
            gone = replace(known, revoked_at=now, revoked_by=caller.label)
            kept = [gone if each.id == gone.id else each for each in kept]
            rows[:] = [self._overrides.row(resource.id, kept, now)]
            after = _touched(package, now)
            if after.dataset.public and rules.uncovered(resource.file, kept):
                after = replace(after, dataset=replace(after.dataset, private=True))
            return after

        details = {"override": override_id, "resource": resource_id}
        writing = Writing(
            once, caller.label, "changed resource", "opendata.resource.override_revoked", resource_id, details, rows
        )
        try:
            self._packages.edit(caller, lambda: self._found(caller, resource_id), decided, writing)
        except Replayed:
            return

    # -- what follows

    def let_go(self, event: Event) -> None:
        """A dataset that left the public needs nothing held back: what waited becomes its office's current version."""
        if not event.data.get("before") or event.data.get("after"):
            return
        package = self._store.package(str(event.data.get("package_id")))
        if package is None or package.dataset.public or package.dataset.state == "deleted":
            return
        for resource in package.resources:
            if resource.held is not None and not resource.url:
                self._let_go(package.id, resource)

    def _let_go(self, dataset: str, waiting: Resource) -> None:
        held = waiting.held
        package = self._store.package(dataset)
        resource = None if package is None else package.resource(waiting.id)
        if package is None or resource is None or held is None or resource.held != held or package.dataset.public:
            return
        organization = self._store.groups_by_id([package.dataset.owner_org])[package.dataset.owner_org]
        now, rows = self._now(), list[Write]()
        after = self._shown(package, resource, now, rows)
        once = Once.of_event(f"{waiting.id}/{held.number}", "opendata.firewall.let_go")
        kind = ("changed resource", "opendata.resource.taken_in")
        writing = Writing(once, BY, *kind, resource.id, {"file": held.number, "sha256": held.sha256}, rows)
        try:
            self._store.save(writing, package, after, organization, self._packages.themes(package))
        except Replayed:
            return

    # -- pieces

    def _find(self, caller: Caller, resource_id: str) -> tuple[Package, Group, Resource]:
        package, organization = self._found(caller, resource_id)
        return package, organization, _of(package, resource_id)

    def _found(self, caller: Caller, resource_id: str) -> tuple[Package, Group]:
        package, organization = self._packages.find_of_resource(caller, resource_id)
        if self._access.capacity(caller, organization) is None:
            raise NotFound("ไม่พบทรัพยากรข้อมูล", "Not found")
        return package, organization

    def _must(self, caller: Caller, organization: Group, file: File | None) -> None:
        if "steward" not in self._gate.hands(caller, organization):
            raise NotAllowed(
                "การยกเว้นเป็นหน้าที่ของบริกรข้อมูลหรือผู้อนุมัติเผยแพร่ของหน่วยงาน",
                "An override is for a steward or publisher of the organization",
            )
        if file is not None and needs_four_eyes(organization) and file.by == caller.label:
            raise four_eyes_needed()

    def _may(self, caller: Caller, organization: Group, file: File | None) -> bool:
        try:
            self._must(caller, organization, file)
        except NotAllowed:
            return False
        return file is not None

    def _released(
        self, package: Package, resource: Resource, kept: Sequence[Override], now: str, rows: list[Write]
    ) -> Package:
        if resource.held is None or resource.url or rules.uncovered(resource.held, kept):
            return package
        return self._shown(package, resource, now, rows)

    def _shown(self, package: Package, resource: Resource, now: str, rows: list[Write]) -> Package:
        new, _, more = self._held.shown(resource, now)
        rows += more
        return replace(package, resources=tuple(new if each.id == new.id else each for each in package.resources))

    def _now(self) -> str:
        return self._clock().isoformat(timespec="microseconds")


def _of(package: Package, resource_id: str) -> Resource:
    resource = package.resource(resource_id)
    if resource is None:
        raise NotFound("ไม่พบทรัพยากรข้อมูล", "Not found")
    return resource


def _touched(package: Package, now: str) -> Package:
    return replace(package, dataset=replace(package.dataset, modified=now))


def _covered(file: File | None, given: Sequence[Override]) -> list[tuple[Finding, bool]]:
    left = rules.uncovered(file, given)
    return [(each, each.blocks and each not in left) for each in rules.findings(file)]


def _asked(wish: Wish, file: File) -> tuple[Where, ...]:
    there = tuple(each.where for each in rules.findings(file) if each.blocks)
    if any(each not in there for each in wish.findings):
        raise Rejected({"findings": ["Each must be a finding of this version, by its table, column and kind"]})
    return tuple(dict.fromkeys(wish.findings or there))


def _check(wish: Wish) -> None:
    if wish.basis not in BASES:
        raise Rejected({"basis": [f"Value must be one of {', '.join(BASES)}"]})
    if not wish.reason.strip():
        raise Rejected({"reason": ["Missing value"]})
    if len(wish.reason) > MAX_REASON or faults_of_text(wish.reason):
        raise Rejected({"reason": [f"Must be at most {MAX_REASON} characters, without control characters"]})
    if personal(wish.reason):
        raise Rejected({"reason": ["Must itself hold no id number, telephone number or e-mail address"]})
