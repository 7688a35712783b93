"""What every write of a package passes on its way to the table: nobody makes a dataset public who may not.

CKAN's clients publish by a write with `private: false`. For a publisher that counts as all steps by one hand and is
recorded so; an editor is refused; where the organisation asks for four eyes, so is a publisher. A dataset that was
checked and is changed afterwards goes back to the steward, because what is approved must be what was checked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from chalicelib.shared.identity import Caller
from chalicelib.shared.storage import Change as Write

from ..access import Access, is_operator
from ..firewall.guard import Guard
from ..model import Group, Package, Resource
from ..rules import Rejected
from ..standard.governance import (
    WAITING,
    Hand,
    State,
    changed,
    four_eyes_needed,
    may_not_publish,
    needs_four_eyes,
    state_of,
)
from .store import GovernanceRows, Standing, Taken


class Gate:
    """Follows the writes of packages.

    Args:
        guard: keeps personal data from the public.
    """

    def __init__(
        self,
        rows: GovernanceRows,
        access: Access,
        guard: Guard,
        *,
        ids: Callable[[], str],
        clock: Callable[[], datetime],
    ) -> None:
        self._rows = rows
        self._access = access
        self._guard = guard
        self._ids = ids
        self._clock = clock

    def hands(self, caller: Caller, organization: Group) -> frozenset[Hand]:
        """Whose work the caller may do in an organisation."""
        match self._access.capacity(caller, organization):
            case "admin":
                return frozenset({"editor", "steward", "publisher"})
            case "editor" if _is_steward(caller, organization):
                return frozenset({"editor", "steward"})
            case "editor":
                return frozenset({"editor"})
            case _:
                return frozenset()

    def may_publish(self, caller: Caller, organization: Group) -> bool:
        """Whether a write of the caller's alone may make a dataset public."""
        if needs_four_eyes(organization) and not is_operator(caller):
            return False
        return "publisher" in self.hands(caller, organization)

    def follow(
        self, caller: Caller, organization: Group, before: Package | None, after: Package
    ) -> tuple[Package, Sequence[Write]]:
        """The package as it shall be written, and the rows that belong to the step which the write is.

        Args:
            organization: of the package after the write.

        Raises:
            NotAllowed: it would make public what the caller may not.
            Rejected: it would make public a resource that is marked as private, or personal data.
        """
        _check_resources(before, after)
        after, rows = self._followed(caller, organization, before, after)
        self._guard.check(before, after)
        return _signed(caller, before, after), rows

    def check(self, before: Package | None, after: Package) -> None:
        """What a write that the platform makes itself must pass: a dataset of another catalogue that becomes public.

        Raises:
            Rejected: it would make personal data public.
        """
        self._guard.check(before, after, texts=False)

    def _followed(
        self, caller: Caller, organization: Group, before: Package | None, after: Package
    ) -> tuple[Package, Sequence[Write]]:
        old, new = None if before is None else before.dataset, after.dataset
        if old is not None and old.governance != new.governance:
            return after, ()  # a step that was asked for by name
        was: State = "draft" if old is None else state_of(old)
        moved = old is not None and old.owner_org != new.owner_org
        if new.public and (was != "published" or moved):
            # what comes in from another organisation becomes public in the name of this one
            if not self.may_publish(caller, organization):
                both = needs_four_eyes(organization) and "publisher" in self.hands(caller, organization)
                raise four_eyes_needed() if both else may_not_publish()
            return (after, ()) if was == "published" else self._step(caller, before, after, "publish", was, "published")
        if was == "published" and new.state == "active" and not new.public:
            return self._step(caller, before, after, "hide", was, "draft")
        if was not in WAITING or new.state != "active" or before is None:
            return after, ()
        if before.dataset.owner_org != new.owner_org:
            return self._step(caller, before, after, "move", was, "draft")
        if was == "approval" and changed(before, after):
            return self._step(caller, before, after, "change", was, "wait")
        return after, ()

    def _step(
        self, caller: Caller, before: Package | None, after: Package, step: str, was: State, state: State
    ) -> tuple[Package, Sequence[Write]]:
        at = self._clock().isoformat(timespec="microseconds")
        kept = Standing() if before is None else self._rows.standing(before.dataset)
        label = caller.label
        hands = ("", "", "") if state == "draft" else (kept.submitted_by, "", "")
        if state == "published":
            hands = (label, label, label)
        standing = replace(
            kept,
            state=state,
            since=at,
            submitted_by=hands[0],
            checked_by=hands[1],
            approved_by=hands[2],
            reason="",
            owner_org=after.dataset.owner_org,
        )
        taken = Taken(self._ids(), at, label, step, was, state, one_hand=state == "published")
        governance = "" if state == "draft" else state
        governed = replace(after, dataset=replace(after.dataset, governance=governance))
        return governed, self._rows.rows(after.id, standing, taken)


def _signed(caller: Caller, before: Package | None, after: Package) -> Package:
    """The package with the name of whoever announces a file on the announcement."""
    resources = []
    for each in after.resources:
        known = None if before is None else before.resource(each.id)
        if each.upload is not None and not each.upload.by and (known is None or known.upload != each.upload):
            each = replace(each, upload=replace(each.upload, by=caller.label))
        resources.append(each)
    return replace(after, resources=tuple(resources))


def _check_resources(before: Package | None, after: Package) -> None:
    """A public dataset shows all its resources: one with the standard's `resource_private` must not come into it."""
    if not after.dataset.public:
        return
    shown = (
        set()
        if before is None or not before.dataset.public
        else {each.id for each in before.resources if _private(each)}
    )
    if any(_private(each) and each.id not in shown for each in after.resources):
        text = "A public dataset shows all its resources: put those with resource_private into a private dataset"
        raise Rejected({"resources": [text]})


def _private(resource: Resource) -> bool:
    return str(resource.fields.get("resource_private", "")).lower() == "true"


def _is_steward(caller: Caller, organization: Group) -> bool:
    """Whether the caller is posted as a steward at the organisation's agency."""
    posted = caller.kind == "officer" and caller.agency is not None and caller.agency == organization.agency
    return posted and "steward" in caller.roles
