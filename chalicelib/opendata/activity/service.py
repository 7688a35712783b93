"""What the actions around activities tell.

Everybody sees what was public then and is public now; people of the organisation also what was not. A draft, a private
or a deleted dataset leaks through no stream: its entries are looked up again each time, with the rights of now.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from chalicelib.shared.errors import NotFound
from chalicelib.shared.identity import Caller

from .. import views as shapes
from ..access import Access
from ..changes import Change, Log, Version
from ..groups.service import Groups
from ..model import Group, Package
from ..packages import Packages
from ..rules import Rejected, RejectedWhole, is_id
from ..store import Store
from ..users.service import Users
from ..views import Json
from . import views
from .asking import LOOKED_AT, Window
from .rebuild import Backwards
from .store import ActivityStore, Entry, user_of

FIRST_READ = 100
DIFFS = ("unified", "context", "html")


class Activities:
    """Activity streams as callers see them."""

    def __init__(
        self,
        entries: ActivityStore,
        store: Store,
        log: Log,
        packages: Packages,
        access: Access,
        users: Users,
        *,
        site: str,
    ) -> None:
        self._entries = entries
        self._store = store
        self._log = log
        self._packages = packages
        self._access = access
        self._users = users
        self._site = site

    # -- streams

    def of_package(self, caller: Caller, asked: object, window: Window) -> list[Json]:
        """The history of a dataset, the latest first.

        Raises:
            NotFound, Rejected.
        """
        package, organization = self._packages.find(caller, asked)
        inside = self._access.capacity(caller, organization) is not None
        wanted: list[Version] = []
        for version in islice(self._history(package), LOOKED_AT):
            if window.ends(version.at) or len(wanted) >= window.offset + window.limit:
                break
            if (version.public or inside) and window.wants(_kind(version), version.at):
                wanted.append(version)
        return self._told([(version, package) for version in wanted[window.offset :]], (), window.data)

    def of_group(self, caller: Caller, groups: Groups, asked: object, window: Window) -> list[Json]:
        """What happened to an organisation or theme and in its datasets.

        Raises:
            NotFound, Rejected.
        """
        group = groups.find(caller, asked)
        return self._stream(caller, self._entries.entries(group.kind, group.id), window)

    def of_user(self, caller: Caller, asked: object, window: Window) -> list[Json]:
        """What a user did.

        Raises:
            NotFound, Rejected.
        """
        user = self._users.find(asked)
        return self._stream(caller, self._entries.entries("user", user.id), window)

    def recent(self, caller: Caller, window: Window) -> list[Json]:
        """What happened to datasets lately, in the whole catalogue."""
        latest = (Entry(each.id, each.dataset, each.at) for each in self._latest() if each.dataset)
        return self._stream(caller, latest, window)

    def _latest(self) -> Iterator[Change]:
        """The end of the log; a long piece of it, with all its search documents, only where a short one is too few."""
        first = list(self._log.latest(limit=FIRST_READ))
        yield from first
        if len(first) == FIRST_READ:
            yield from islice(self._log.latest(limit=LOOKED_AT), FIRST_READ, None)

    def of_entries(self, caller: Caller, entries: Iterable[Entry], window: Window) -> list[Json]:
        """What the caller may see of these."""
        return self._stream(caller, entries, window)

    def _stream(self, caller: Caller, entries: Iterable[Entry], window: Window) -> list[Json]:
        seen = _Seen(self._store, self._access, caller)
        packages: list[tuple[Version, Package]] = []
        groups: list[Change] = []
        order: dict[str, int] = {}
        rest = islice(entries, LOOKED_AT)
        while len(order) < window.offset + window.limit:
            some = list(islice(rest, 50))
            if not some:
                break
            versions, changes = self._entries.many(some)
            for entry in some:
                if len(order) >= window.offset + window.limit:
                    break
                version, change = versions.get(entry.change), changes.get(entry.change)
                if version is not None and window.wants(_kind(version), version.at):
                    package = seen.package(entry.dataset, version)
                    if package is not None:
                        order[entry.change] = len(order)
                        packages.append((version, package))
                elif change is not None and window.wants(change.activity, change.at) and seen.group(change):
                    order[entry.change] = len(order)
                    groups.append(change)
            if window.ends(some[-1].at):
                break
        page = {change for change, place in order.items() if place >= window.offset}
        told = self._told(
            [pair for pair in packages if pair[0].id in page], [each for each in groups if each.id in page], window.data
        )
        return sorted(told, key=lambda activity: order[activity["id"]])

    # -- one activity

    def show(self, caller: Caller, asked: object) -> Json:
        """One activity.

        Raises:
            NotFound: there is none, or it is not for this caller. Rejected.
        """
        if not asked:
            raise Rejected({"id": ["Missing value"]})
        change = self._entries.change(asked) if is_id(asked) else None
        if change is not None:
            found = self._stream(caller, [Entry(change.id, change.dataset, change.at)], Window(limit=1))
            if found:
                return found[0]
        raise NotFound("ไม่พบกิจกรรม", "Not found")

    def difference(self, caller: Caller, asked: object, thing: object, kind: object) -> Json:
        """An activity of a dataset and the one before it, and how their data differ (`unified`, `context`, `html`).

        Raises:
            NotFound: also where the caller may not see the one before. Rejected.
        """
        messages = {name: ["Missing value"] for name, value in (("id", asked), ("object_type", thing)) if not value}
        if messages:
            raise Rejected(messages)
        if thing != "package":
            raise RejectedWhole("object_type must be package")
        if kind not in DIFFS:
            raise RejectedWhole(f"diff_type must be one of: {', '.join(DIFFS)}")
        change = self._entries.change(asked) if is_id(asked) else None
        if change is None or not change.dataset:
            raise NotFound("ไม่พบกิจกรรม", "Not found")
        package, organization = self._packages.find(caller, change.dataset)
        pair = list(islice((each for each in self._history(package) if each.id <= change.id), 2))
        inside = self._access.capacity(caller, organization) is not None
        if len(pair) < 2 or pair[0].id != change.id or not all(each.public or inside for each in pair):
            raise NotFound("ไม่พบกิจกรรมก่อนหน้า", "Not found: Previous activity for this object not found")
        new, old = self._told([(each, package) for each in pair], (), True)
        return {"diff": _diff(old, new, str(kind)), "activities": [old, new]}

    # -- telling

    def _told(self, packages: Sequence[tuple[Version, Package]], groups: Sequence[Change], data: bool) -> list[Json]:
        by = [version.by for version, _ in packages] + [change.by for change in groups]
        users = self._users.many(dict.fromkeys(user_of(each) for each in by)) if by else {}
        states = self._states(packages) if data else {}
        concerned = {each.dataset.owner_org for each in states.values()}
        concerned |= {theme for each in states.values() for theme in each.dataset.groups}
        there = self._store.groups_by_id(concerned) if concerned else {}
        told = []
        for version, package in packages:
            view = self._view(states.get(version.id), there)
            shown = {"id": package.id, **version.package} if view is None else view
            told.append(views.package_activity(version, package.id, shown, users))
        told += [views.group_activity(change, users) for change in groups]
        return told if data else [views.without_data(activity) for activity in told]

    def _view(self, package: Package | None, groups: Mapping[str, Group]) -> Json | None:
        organization = None if package is None else groups.get(package.dataset.owner_org)
        if package is None or organization is None:
            return None
        themes = [groups[each] for each in package.dataset.groups if each in groups and groups[each].state == "active"]
        return shapes.package_view(package, organization, themes, self._site)

    def _states(self, wanted: Sequence[tuple[Version, Package]]) -> dict[str, Package]:
        """Each dataset as each version left it; of one that has not changed since, no history is read."""
        by_dataset: dict[str, tuple[Package, set[str]]] = {}
        for version, package in wanted:
            by_dataset.setdefault(package.id, (package, set()))[1].add(version.id)
        found: dict[str, Package] = {}
        for package, ids in by_dataset.values():
            if ids == {package.changed}:
                found[package.changed] = package
                continue
            back, oldest = Backwards(package), min(ids)
            for version in islice(self._history(package), LOOKED_AT):
                if version.id in ids:
                    state = package if version.id == package.changed else back.package(version.at)
                    if state is not None:
                        found[version.id] = state
                if version.id <= oldest or not back.whole:
                    break
                back.undo(version)
        return found

    def _history(self, package: Package) -> Iterator[Version]:
        after: str | None = None
        while True:
            page, after = self._store.versions(package.id, limit=50, after=after)
            yield from page
            if after is None:
                return


class _Seen:
    """What one caller may see of many entries; each dataset and group is read once."""

    def __init__(self, store: Store, access: Access, caller: Caller) -> None:
        self._store = store
        self._access = access
        self._caller = caller
        self._labels = access.labels(caller)
        self._packages: dict[str, Package | None] = {}
        self._groups: dict[str, bool] = {}

    def package(self, id: str, version: Version) -> Package | None:
        """The dataset as it stands, if the caller may see it now and might see it then."""
        if id not in self._packages:
            self._packages[id] = self._store.package(id)
        package = self._packages[id]
        if package is None or not self._access.sees(self._labels, self._caller, package.dataset):
            return None
        inside = self._access.belongs(self._labels, self._caller, package.dataset)
        return package if version.public or inside else None

    def group(self, change: Change) -> bool:
        """Whether a group is there for everybody."""
        if change.subject not in self._groups:
            group = self._store.groups_by_id([change.subject]).get(change.subject)
            self._groups[change.subject] = group is not None and group.state == "active"
        return self._groups[change.subject]


def _kind(version: Version) -> str:
    return version.activity if version.activity.endswith(" package") else "changed package"


def _diff(old: Json, new: Json, kind: str) -> str:
    before, after = (_lines(each["data"]["package"]) for each in (old, new))
    if kind == "html":
        return difflib.HtmlDiff(wrapcolumn=60).make_table(before, after, context=True, numlines=3)
    differ = difflib.unified_diff if kind == "unified" else difflib.context_diff
    found: Iterable[Any] = differ(before, after, old["timestamp"], new["timestamp"], lineterm="")
    return "\n".join(found)


def _lines(package: Json) -> list[str]:
    return json.dumps(package, ensure_ascii=False, indent=2, sort_keys=True).split("\n")
