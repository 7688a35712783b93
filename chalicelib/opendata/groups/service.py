"""What the actions `organization_*` and `group_*` read and write."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

from chalicelib.shared.errors import NotAllowed, NotFound
from chalicelib.shared.identity import Caller
from chalicelib.shared.journal import Once

from .. import rules as names
from ..access import Access, Capacity, is_operator
from ..model import Group, GroupId, Kind
from ..reading import Reading
from ..rules import Rejected
from ..search.model import Exact, Question
from ..standard.governance import eyes_stay, needs_four_eyes
from ..store import Store
from ..views import Json
from . import rules
from .belongings import MOST_PACKAGES, Belongings
from .closing import Closing
from .store import GroupStore
from .views import extras_view, group_view, parents_view

MOST_NAMES, MOST_WHOLE = 1_000, 25
"""Of one answer of `*_list`, as CKAN."""


class Follows(Protocol):
    """Who knows how many people follow something."""

    def counts(self, ids: Sequence[str]) -> Mapping[str, int]:
        """Followers by id."""
        ...


class Groups:
    """Organisations, or themes: both are groups to CKAN, and these are the groups of one kind.

    Attributes:
        belongings: who and what belongs to them.
        closing: deletes them.
    """

    def __init__(
        self,
        kind: Kind,
        store: Store,
        groups: GroupStore,
        belongings: Belongings,
        reading: Reading,
        access: Access,
        follows: Follows,
        *,
        ids: Callable[[], str],
        clock: Callable[[], datetime],
    ) -> None:
        self.kind: Kind = kind
        self.belongings = belongings
        self.closing = Closing(kind, store, groups, reading)
        self._store = store
        self._groups = groups
        self._reading = reading
        self._access = access
        self._follows = follows
        self._ids = ids
        self._clock = clock

    # -- reading

    def find(self, caller: Caller, id_or_name: object, *, missing: str = "id", said: str = "Not found") -> Group:
        """One group; a deleted one for its admins and the operator only.

        Raises:
            NotFound, Rejected.
        """
        if not id_or_name:
            raise Rejected({missing: ["Missing value"]})
        group = self._store.group(self.kind, id_or_name) if names.is_id(id_or_name) else None
        if group is None or (group.state == "deleted" and self._access.capacity(caller, group) != "admin"):
            raise NotFound("ไม่พบหน่วยงานหรือกลุ่ม", said)
        return group

    def show(self, caller: Caller, given: Mapping[str, Any]) -> Json:
        """One group with what belongs to it, each part unless it is switched off (datasets: if switched on).

        The people are told to those who belong to it and to the operator; others get an empty list.

        Raises:
            NotFound, Rejected.
        """
        group = self.find(caller, given.get("id"))
        on = {name: rules.switched(given, f"include_{name}", name != "datasets") for name in _PARTS}
        counts = self._counts() if on["dataset_count"] else {}
        followers = self._follows.counts([group.id]).get(group.id, 0) if on["followers"] else None
        view = group_view(group, counts.get(group.id, 0) if on["dataset_count"] else None, followers)
        return view | self._parts(caller, group, on)

    def _parts(self, caller: Caller, group: Group, on: Mapping[str, bool]) -> Json:
        parts: Json = {}
        if on["extras"]:
            parts["extras"] = extras_view(group)
        if on["groups"]:
            parts["groups"] = parents_view(group, {each.name: each for each in self._there()} if group.parents else {})
        if on["tags"]:
            parts["tags"] = []
        if on["users"]:
            parts["users"] = self.belongings.users_view(caller, group)
        if on.get("datasets"):
            parts["packages"] = self.belongings.packages(caller, group, MOST_PACKAGES)
        return parts

    def listing(self, caller: Caller, given: Mapping[str, Any], *, limit: int | None, offset: int) -> list[Any]:
        """Names, or whole groups with `all_fields`; those with what the `include_*` ask for.

        Raises:
            Rejected.
        """
        whole = rules.switched(given, "all_fields", False)
        wanted = rules.names_given(given.get("groups") or given.get("organizations"), f"{self.kind}s")
        kind, words = given.get("type") or self.kind, str(given.get("q") or "").casefold()
        found = [
            group
            for group in self._there()
            if (group.type or group.kind) == kind
            and (wanted is None or group.name in wanted)
            and (not words or any(words in text.casefold() for text in (group.name, group.title, group.description)))
        ]
        on = {name: rules.switched(given, f"include_{name}", name == "dataset_count") for name in _PARTS}
        sort = given.get("sort") or ("packages desc" if given.get("order_by") == "packages" else given.get("order_by"))
        counted = (whole and on["dataset_count"]) or str(sort or "").startswith("package")
        counts = self._counts() if counted else {}
        most = MOST_WHOLE if whole else MOST_NAMES
        page = rules.in_order(found, sort, counts)[offset : offset + min(most if limit is None else limit, most)]
        if not whole:
            return [group.name for group in page]
        followers = self._follows.counts([group.id for group in page])
        on["datasets"] = False
        return [
            group_view(group, counts.get(group.id, 0) if on["dataset_count"] else None, followers.get(group.id, 0))
            | self._parts(caller, group, on)
            for group in page
        ]

    def autocomplete(self, words: object, limit: int) -> list[Json]:
        """Groups whose name or title holds these words, in the order of their titles: [{id, name, title}].

        Raises:
            Rejected.
        """
        if not isinstance(words, str):
            raise Rejected({"q": ["Missing value"]})
        asked = words.casefold()
        found = [group for group in self._there() if asked in group.name.casefold() or asked in group.title.casefold()]
        ordered = sorted(found, key=lambda group: (group.title, group.id))[:limit]
        return [{"id": group.id, "name": group.name, "title": group.title} for group in ordered]

    def mine(self, caller: Caller, at_least: Sequence[Capacity], *, counted: bool = False) -> list[Json]:
        """The groups in which the caller has one of these capacities, in the order of titles; all for the operator."""
        there: dict[str, Group] = {group.id: group for group in self._there()}
        if is_operator(caller):
            held: dict[str, Capacity] = dict.fromkeys(there, "admin")
        else:
            held = self._access.memberships(caller)
        found = [there[each] for each, capacity in held.items() if each in there and capacity in at_least]
        counts = self._counts() if counted else {}
        followers = self._follows.counts([group.id for group in found])
        return [
            group_view(group, counts.get(group.id, 0) if counted else None, followers.get(group.id, 0))
            | {"capacity": held[group.id]}
            for group in sorted(found, key=lambda group: (group.title, group.id))
        ]

    def _there(self) -> list[Group]:
        return [group for group in self._reading.groups() if group.kind == self.kind]

    def _counts(self) -> dict[str, int]:
        """Public datasets by group id: one question for all groups."""
        field = "owner_org" if self.kind == "organization" else "group_ids"
        asked = Question(filters=(Exact("state", "active"),), rows=0, facets=(field,), facet_limit=None)
        return dict(self._reading.engine.search(asked).facets.get(field, ()))

    # -- writing

    def create(self, caller: Caller, once: Once, given: Mapping[str, Any]) -> str:
        """Enters a group; answers its id. A publisher enters the organisation of the own agency, the operator any
        organisation (with `agency` or without) and all themes.

        Raises:
            NotAllowed, Rejected.
        """
        operator = is_operator(caller)
        own = self.kind == "organization" and caller.kind == "officer" and "publisher" in caller.roles
        if not operator and (not own or caller.agency is None):
            raise NotAllowed("บัญชีนี้สร้างหน่วยงานหรือกลุ่มไม่ได้", f"User is not authorized to create {self.kind}s")
        self._groups.heed(once)
        blank = Group(
            id=GroupId(self._new_id(given, operator)),
            kind=self.kind,
            name="",
            title="",
            description="",
            image_url="",
            created=self._clock().isoformat(timespec="microseconds"),
            agency=None if operator else caller.agency,
        )
        above = self._there() if given.get("groups") else ()
        group = rules.edited(blank, {**given, "state": "active"}, above, whole=True, operator=operator)
        return self._groups.save(once, None, group, caller.label, f"new {self.kind}").id

    def _new_id(self, given: Mapping[str, Any], operator: bool) -> str:
        """The operator may bring the id, so that a catalogue that moves here keeps its own."""
        asked = given.get("id")
        if not asked or not operator:
            return self._ids()
        if not names.is_id(asked) or names.faults_of_name(asked):
            raise Rejected({"id": ["Must be purely lowercase alphanumeric (ascii) characters and these symbols: -_"]})
        if self._store.groups_by_id([asked]):
            raise Rejected({"id": ["Already exists"]})
        return asked

    def edit(self, caller: Caller, once: Once, given: Mapping[str, Any], *, whole: bool) -> str:
        """Changes a group; answers its id.

        Raises:
            NotFound, NotAllowed, Rejected, Stale, Replayed.
        """
        self._heed(once, given.get("id"), deleting=given.get("state") == "deleted")
        group = self.find(caller, given.get("id"))
        self._access.must_govern(caller, group)
        after = rules.edited(group, given, self._there(), whole=whole, operator=is_operator(caller))
        if needs_four_eyes(group) and not needs_four_eyes(after) and not is_operator(caller):
            raise eyes_stay()
        if after.state == "deleted" and group.state != "deleted":
            self.closing.close(once, group, after, caller.label)
            return group.id
        activity = f"deleted {self.kind}" if after.state == "deleted" else f"changed {self.kind}"
        return self._groups.save(once, group, after, caller.label, activity).id

    def delete(self, caller: Caller, once: Once, asked: object) -> None:
        """Marks a group as deleted; an organisation only when it has no datasets.

        Raises:
            NotFound, NotAllowed, Rejected, Stale, Replayed.
        """
        self._heed(once, asked, deleting=True)
        group = self.find(caller, asked, said=f"Not found: {self._title()} was not found.")
        self._access.must_govern(caller, group)
        if group.state == "deleted":
            return
        self.closing.close(once, group, replace(group, state="deleted"), caller.label)

    def purge(self, caller: Caller, once: Once, asked: object) -> None:
        """Takes a group out for good; an organisation only when it has no datasets, not even deleted ones.

        Raises:
            NotFound, NotAllowed, Rejected, Stale.
        """
        self._access.must_operate(caller, f"{self.kind}_purge")
        self._groups.heed(once)
        group = self.find(caller, asked, said=f"Not found: {self._title()} was not found")
        self.closing.purge(once, group, caller.label)

    def _heed(self, once: Once, asked: object, *, deleting: bool) -> None:
        if deleting and names.is_id(asked):
            self.closing.heed(once, asked)
        self._groups.heed(once)

    def _title(self) -> str:
        return self.kind.capitalize()


_PARTS = ("datasets", "dataset_count", "extras", "groups", "tags", "users", "followers")
