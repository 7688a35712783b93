"""Takes a dataset through its states, and says where it stands, what it lacks and whose turn it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from chalicelib.shared.cursors import Cursors
from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.errors import Fault, NotAllowed, NotFound, Stale, WrongState
from chalicelib.shared.identity import Caller
from chalicelib.shared.journal import Once, Replayed
from chalicelib.shared.storage import Change as Write

from ..access import Access, is_operator
from ..model import Group, Package
from ..packages import Packages
from ..reading import Reading
from ..rules import Rejected, faults_of_text
from ..search.model import Question, Text
from ..standard.checks import Shortcoming, shortcomings
from ..standard.governance import STEPS, Hand, Step, check_step, four_eyes_needed, needs_four_eyes
from ..store import Store, Writing
from .gate import Gate
from .store import GovernanceRows, Standing, Taken, Task

MAX_REASON = 2_000


class Incomplete(Rejected):
    """A dataset lacks something that the standard asks for; every fault in both languages."""

    def __init__(self, found: Sequence[Shortcoming]) -> None:
        messages: dict[str, list[str]] = {}
        for each in found:
            top, _, rest = each.field.partition("/")
            text = f"{rest}: {each.message}" if rest else each.message
            messages.setdefault("tag_string" if top == "tags" else top, []).append(text)
        super().__init__(messages)
        self.faults = tuple(Fault(each.pointer, each.th, each.en) for each in found)


@dataclass(frozen=True)
class Stand:
    """Where a dataset stands, for somebody of its organisation.

    Attributes:
        hands: whose work the caller may do.
        missing: what it lacks before it may be published, advice too.
        steps: what was done, the latest first.
        open: steps that the caller may take now.
    """

    package: Package
    organization: Group
    standing: Standing
    hands: frozenset[Hand]
    missing: Sequence[Shortcoming]
    steps: Sequence[Taken]
    open: Sequence[Step]


class Governance:
    """The way of datasets to the public."""

    def __init__(
        self,
        store: Store,
        packages: Packages,
        access: Access,
        gate: Gate,
        rows: GovernanceRows,
        reading: Reading,
        cursors: Cursors,
        *,
        ids: Callable[[], str],
        clock: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._packages = packages
        self._access = access
        self._gate = gate
        self._rows = rows
        self._reading = reading
        self._cursors = cursors
        self._ids = ids
        self._clock = clock

    def show(self, caller: Caller, id: object) -> Stand:
        """Where a dataset stands.

        Raises:
            NotFound: there is none, or the caller does not belong to its organisation.
        """
        package, organization = self._packages.find(caller, id)
        if self._access.capacity(caller, organization) is None:
            raise NotFound("ไม่พบชุดข้อมูล", "Not found")
        hands = self._gate.hands(caller, organization)
        standing = self._rows.standing(package.dataset)
        missing = [*missing_of(package), *self._same_title(package)]
        return Stand(
            package,
            organization,
            standing,
            hands,
            missing,
            self._rows.steps(package.id),
            [step for step in STEPS.values() if self._may(caller, organization, step, standing, hands)],
        )

    def _may(self, caller: Caller, organization: Group, step: Step, standing: Standing, hands: frozenset[Hand]) -> bool:
        try:
            check_step(step, standing.state, hands)
            self._check_eyes(caller, organization, step, standing)
        except (NotAllowed, WrongState):
            return False
        return True

    def take(
        self,
        caller: Caller,
        once: Once,
        id: object,
        name: str,
        *,
        reason: str = "",
        version: int | None = None,
        revision: str | None = None,
    ) -> str:
        """Takes one step; answers the dataset's id.

        Args:
            name: of the step (`standard.governance.STEPS`).
            reason: in words for the people of the organisation.
            version: of the dataset as the caller read it, or None.
            revision: of the package as the caller read it (`Package.changed`), or None.

        Raises:
            NotFound, NotAllowed, WrongState, Stale.
            Rejected: a reason is missing, or the dataset lacks something (`Incomplete`).
        """
        step = STEPS[name]
        self._check_reason(step, reason)
        rows: list[Write] = []  # of the attempt that is written; filled anew by each

        def taken(package: Package, organization: Group) -> Package:
            if version is not None and version != package.dataset.version:
                raise _moved_on()
            if revision is not None and revision != package.changed:
                raise _moved_on()
            standing = self._rows.standing(package.dataset)
            check_step(step, standing.state, self._gate.hands(caller, organization))
            self._check_eyes(caller, organization, step, standing)
            if step.whole and (lacking := [each for each in missing_of(package) if not each.warning]):
                raise Incomplete(lacking)
            rows[:] = self._rows.rows(package.id, *self._next(caller, package, standing, step, reason))
            return _stepped(package, step, self._packages.now())

        details = {"governance": name}
        writing = Writing(once, caller.label, "changed package", "opendata.dataset.changed", details=details, more=rows)
        try:
            return self._packages.edit(caller, lambda: self._packages.find(caller, id), taken, writing).id
        except Replayed as before:
            return str((before.answer or {})["id"])

    def _next(
        self, caller: Caller, package: Package, standing: Standing, step: Step, reason: str
    ) -> tuple[Standing, Taken]:
        at, label = self._packages.now(), caller.label
        by: dict[str, Any] = {}
        if step.name == "submit":
            by = {"submitted_by": label, "checked_by": "", "approved_by": ""}
        elif step.name == "check":
            by = {"checked_by": label}
        elif step.name == "approve":
            by = {"approved_by": label}
        elif step.name == "publish":
            by = {"submitted_by": label, "checked_by": label, "approved_by": label}
        new = replace(standing, state=step.target, since=at, reason=reason, owner_org=package.dataset.owner_org, **by)
        taken = Taken(
            self._ids(), at, label, step.name, standing.state, step.target, reason, one_hand=step.name == "publish"
        )
        return new, taken

    def _check_eyes(self, caller: Caller, organization: Group, step: Step, standing: Standing) -> None:
        if not needs_four_eyes(organization):
            return
        if step.name == "publish" and not is_operator(caller):
            raise four_eyes_needed()
        if step.foreign and caller.label == standing.submitted_by:
            raise four_eyes_needed()

    def _check_reason(self, step: Step, reason: str) -> None:
        if step.reason and not reason.strip():
            raise Rejected({"reason": ["Missing value"]})
        if len(reason) > MAX_REASON or faults_of_text(reason):
            raise Rejected({"reason": [f"Must be at most {MAX_REASON} characters, without control characters"]})

    def _same_title(self, package: Package) -> Iterable[Shortcoming]:
        """Advice where another public dataset has the same title; titles must differ in agencies' catalogues."""
        title = str(package.dataset.fields.get("title") or "")
        if not title:
            return
        found = self._reading.engine.search(Question(query=Text("title", title, phrase=True), rows=20)).ids
        others = self._reading.packages(each for each in found if each != package.id)
        if any(other.dataset.fields.get("title") == title for other, _, _ in others):
            yield Shortcoming(
                "title",
                "There is a dataset with the same title",
                "มีชุดข้อมูลอื่นใช้ชื่อนี้แล้ว",
                "Title: another dataset has the same one.",
                warning=True,
            )

    def tasks(
        self, caller: Caller, organization: str | None, state: str, cursor: str | None, limit: int
    ) -> tuple[Group, list[Task], str | None]:
        """What waits for the stewards and publishers of an organisation, the longest waiting first.

        Args:
            organization: id or name; None for that of the officer's agency.
            state: wait, approval or "" for both.

        Raises:
            NotFound: no such organisation.
            NotAllowed: the caller neither checks nor approves there.
        """
        if organization is not None:
            group = self._store.group("organization", organization)
        else:
            group = None if caller.agency is None else self._store.organization_of_agency(caller.agency)
        if group is None:
            raise NotFound("ไม่พบหน่วยงาน", "Not found")
        if not self._gate.hands(caller, group) & {"steward", "publisher"}:
            raise NotAllowed("เฉพาะบริกรข้อมูลและผู้อนุมัติของหน่วยงาน", "Only stewards and publishers of the organization")
        scope = ("tasks", group.id, state, caller.id)
        after = self._cursors.read(cursor, scope)
        found, following = self._rows.tasks(group.id, state, after=after, limit=limit)
        return group, found, self._cursors.make(following, scope)


def missing_of(package: Package) -> list[Shortcoming]:
    """What a package lacks before it may be published."""
    dataset = package.dataset
    described = {**dataset.fields, "owner_org": dataset.owner_org, "name": dataset.name}
    if dataset.vocabulary_tags and not described.get("tags"):
        described["tags"] = [tag for _, tag in dataset.vocabulary_tags]
    return shortcomings(described, [resource.fields for resource in package.resources])


def _stepped(package: Package, step: Step, now: str) -> Package:
    """The package after a step."""
    public = step.target == "published"
    dataset = replace(
        package.dataset,
        private=not public,
        state="active",
        governance="" if step.target == "draft" else step.target,
        modified=now,
    )
    return replace(package, dataset=dataset)


def _moved_on() -> Stale:
    return Stale("ชุดข้อมูลถูกแก้ไขหลังจากที่อ่าน โปรดอ่านใหม่", "The dataset has changed since you read it: read it again.")
