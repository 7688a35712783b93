"""Writing one dataset: what a record makes of ours, in one transaction with the note that it was done.

A dataset whose resources do not fit into one transaction is written in several; each step is computed from what then
stands, so that whoever comes again goes on where the last one stopped.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from chalicelib.shared.errors import Stale
from chalicelib.shared.ids import new_token
from chalicelib.shared.journal import Journal, Once
from chalicelib.shared.objects import Objects
from chalicelib.shared.storage import Change, Create, Item, Require, Table

from .. import rules
from ..governance.gate import Gate
from ..groups.store import GroupStore
from ..model import Group, GroupId, Package
from ..model import Kind as GroupKind
from ..rules import Rejected
from ..store import AT_ONCE, Store, Writing
from . import rows
from .mapping import Mapped, mapped
from .model import Did, Keeping, Record, Run, Source, Thing, Work, dataset_id, group_id
from .shaping import Shape, changes_of, shaped, some_of

ATTEMPTS = 5


class Writer:
    """The steps `dataset` and `gone`."""

    def __init__(
        self,
        table: Table,
        journal: Journal,
        objects: Objects,
        store: Store,
        groups: GroupStore,
        gate: Gate,
        *,
        ids: Callable[[], str],
        clock: Callable[[], datetime],
    ) -> None:
        self._table = table
        self._journal = journal
        self._objects = objects
        self._store = store
        self._groups = groups
        self._gate = gate
        self._ids = ids
        self._clock = clock

    def dataset(self, source: Source, run: Run, work: Work, row: Item) -> None:
        """Makes our dataset what the record says, and notes it.

        Raises:
            Stale, WriteRefused: somebody was faster; the step is to be taken again.
        """
        kept = json.loads(self._objects.read(str(work.data["key"])))
        each = kept["records"][int(work.data["index"])]
        record = Record(each["id"], each["content"], each["skip"])
        step = _Step(source, run, work, row, str(work.data["thing"]), record.id, str(kept["at"]))
        thing = rows.thing_of(self._table.get(rows.thing_key(source.id, step.thing)))
        if thing is not None and (thing.as_of > step.as_of or thing.hash == work.data["hash"]):
            overtaken = thing.hash != work.data["hash"]
            self._note(step, None, "unchanged", thing.package, {"__reason": ["overtaken"]} if overtaken else {})
            return
        if self._ours(record.id):
            self._refuse(step, thing, {"__reason": ["ours"]}, str(work.data["hash"]))
            return
        organization = self._organization(source, record, dry=run.dry)
        if organization is None:
            self._refuse(step, thing, {"__reason": ["no_organization"]})
            return
        meant = mapped(record, source, organization.title)
        if run.dry:
            told = self._foretold(step, thing, meant)
            self._note(step, None, told, dataset_id(source.id, record.id), {**meant.notes, **_missing(meant)})
            return
        themes = self._themes(source, meant)
        self._make(step, thing, meant, organization, themes, str(work.data["hash"]))

    def gone(self, source: Source, run: Run, work: Work, row: Item) -> None:
        """Deletes our copy of a dataset that two complete sightings did not show.

        Raises:
            Stale, WriteRefused: as above.
        """
        thing = rows.thing_of(self._table.get(rows.thing_key(source.id, str(work.data["thing"]))))
        if thing is None or thing.absent is None or thing.as_of > run.started:
            # it was seen again meanwhile
            self._table.write(rows.taken_away([row]), new_token())
            return
        step = _Step(source, run, work, row, thing.id, thing.remote, run.started)
        package = self._store.package(thing.package)
        after = replace(self._after(step, thing, thing.name, "deleted", "", {}), absent=None)
        if package is None or package.dataset.state == "deleted":
            self._note(step, rows.written(source.id, thing, after), "deleted", thing.package, {}, thing.name)
            return
        organization = self._store.group("organization", package.dataset.owner_org)
        if organization is None:
            raise Stale("ไม่พบหน่วยงาน", "The organisation is not there.")
        deleted = replace(package.dataset, state="deleted", modified=self._now())
        more = self._bookkeeping(
            step, rows.written(source.id, thing, after), "deleted", thing.package, {}, thing.name, first=True
        )
        writing = Writing(self._once(), source.by, "deleted package", "opendata.dataset.deleted", more=more)
        themes = list(self._store.groups_by_id(deleted.groups).values()) if deleted.groups else []
        self._store.save(writing, package, replace(package, dataset=deleted), organization, themes)

    def _make(
        self,
        step: _Step,
        thing: Thing | None,
        meant: Mapped,
        organization: Group,
        themes: Sequence[Group] | None,
        hash: str,
    ) -> None:
        source = step.source
        package_id = dataset_id(source.id, step.remote)
        names = list(meant.names)
        first: bool | None = None  # whether the dataset is new here; known at the first reading
        while True:
            before = self._store.package(package_id)
            if first is None:
                first = before is None
            if _let_be(thing, before):
                after = self._after(step, thing, names[0], "deleted_here", hash, {"__reason": ["deleted_here"]})
                change = rows.written(source.id, thing, after)
                self._note(step, change, "skipped", package_id, {"__reason": ["deleted_here"]}, names[0])
                return
            if _must_stay(before, meant):
                self._refuse(step, thing, {**meant.notes, **_missing(meant)}, hash)
                return
            shape = shaped(
                source, step.remote, package_id, meant, names, thing, before, organization, themes, self._now()
            )
            try:
                rules.check_size(shape.package.dataset)
            except Rejected:
                self._refuse(step, thing, {"__reason": ["too_large"]}, hash)
                return
            part, whole = some_of(before, shape.package, AT_ONCE)
            outcome = "new" if first and (thing is None or thing.state == "refused") else "changed"
            messages = {**meant.notes, **shape.messages}
            if not whole:
                more: list[Change] = [Require(step.row.key, step.row.version)]
            else:
                state = "draft" if shape.package.dataset.private else "published"
                told = meant.names[0]
                done = rows.written(source.id, thing, self._after(step, thing, told, state, hash, messages))
                more = self._bookkeeping(step, done, outcome, package_id, messages, told, first=True)
            try:
                self._save(step, shape, before, part, organization, more)
            except Rejected as refused:
                there = self._store.package(package_id)
                if before is None and there is not None:
                    raise Stale("ถูกเขียนไปแล้ว", "Another run made it a moment ago.") from None
                if "name" in refused.messages and len(names) > 1 and shape.package.dataset.name == names[0]:
                    names.pop(0)
                    continue
                if "id" in refused.messages and there is not None:
                    raise Stale("ถูกเขียนไปแล้ว", "Somebody else wrote it.") from None
                # its id is taken by nothing that is there: people purged it
                purged = {"__reason": ["deleted_here"]}
                self._refuse(step, thing, purged if "id" in refused.messages else refused.messages)
                return
            if whole:
                return

    def _save(
        self,
        step: _Step,
        shape: Shape,
        before: Package | None,
        after: Package,
        organization: Group,
        more: Sequence[Change],
    ) -> None:
        if before is not None and not changes_of(before, after):
            self._journal.commit(self._once(), more)
            return
        self._gate.check(before, after)
        new = before is None
        writing = Writing(
            self._once(),
            step.source.by,
            "new package" if new else "changed package",
            "opendata.dataset.created" if new else "opendata.dataset.changed",
            details={"harvest": step.source.id},
            more=more,
        )
        self._store.save(writing, before, after, organization, shape.themes(self._store))

    # -- where it belongs

    def _ours(self, remote: str) -> bool:
        """Whether it is a dataset of our own that comes back: catalogues that harvest keep the id."""
        found = self._store.package(remote) if rules.is_id(remote) else None
        return found is not None and found.id == remote

    def _organization(self, source: Source, record: Record, *, dry: bool) -> Group | None:
        ours = self._store.group("organization", source.organization)
        if ours is None or ours.state == "deleted":
            return None
        told = record.content.get("organization")
        if source.organizations == "ours" or not isinstance(told, Mapping):
            return ours
        stub = _stub(told)
        return self._group(source, "organization", stub, source.organizations, dry=dry) or ours

    def _themes(self, source: Source, meant: Mapped) -> list[Group] | None:
        """The themes that a dataset gets; None: those that it has."""
        if source.groups == "ours":
            return None
        found = [self._group(source, "group", stub, source.groups, dry=False) for stub in meant.groups]
        return [each for each in found if each is not None]

    def _group(
        self, source: Source, kind: GroupKind, stub: Mapping[str, str], keeping: Keeping, *, dry: bool
    ) -> Group | None:
        name = stub.get("name", "")
        if rules.faults_of_name(name):
            return None
        found = self._store.group(kind, name)
        if found is not None or keeping != "create" or dry:
            return found if found is not None and found.state == "active" else None
        texts = {each: _plain(stub.get(each, "")) for each in ("title", "description", "image_url")}
        group = Group(
            id=GroupId(group_id(source.id, kind, name)),
            kind=kind,
            type=kind,
            name=name,
            title=texts["title"] or name,
            description=texts["description"],
            image_url="" if rules.faults_of_link(texts["image_url"]) else texts["image_url"],
            created=self._now(),
        )
        try:
            return self._groups.save(self._once(), None, group, source.by, f"new {kind}")
        except Rejected:
            return self._store.group(kind, name)  # another step made it a moment ago

    # -- what is noted

    def _refuse(self, step: _Step, thing: Thing | None, messages: Mapping[str, Any], hash: str = "") -> None:
        """Notes that a dataset cannot be kept; what we have of it stays as it is."""
        if step.run.dry:
            self._note(step, None, "refused", "", messages)
            return
        name = "" if thing is None else thing.name
        state = "refused" if thing is None else thing.state
        after = self._after(step, thing, name, state, hash, messages)
        self._note(step, rows.written(step.source.id, thing, after), "refused", after.package, messages, name)

    def _note(
        self,
        step: _Step,
        change: Change | None,
        outcome: str,
        package: str,
        messages: Mapping[str, Any],
        name: str = "",
    ) -> None:
        more = self._bookkeeping(step, change, outcome, package, messages, name, first=change is not None)
        self._table.write(more, new_token())

    def _bookkeeping(
        self,
        step: _Step,
        change: Change | None,
        outcome: str,
        package: str,
        messages: Mapping[str, Any],
        name: str,
        *,
        first: bool,
    ) -> list[Change]:
        """What belongs into the transaction that ends a step."""
        now = self._clock()
        did = Did(step.thing, step.remote, name, outcome, package, messages)
        there = self._table.get(rows.did_key(step.run.id, step.thing))
        item = rows.did_item(step.run.id, did, now)
        until = rows.expires(now)
        more: list[Change] = [*rows.taken_away([step.row])]
        more += [] if change is None else [change]
        if there is None:
            more.append(Create(item))
        else:  # it was set aside after failures; now it is done
            more += rows.replaced(there, item)
            more.append(rows.counted(step.run.id, there.data["outcome"], -1, step.work.id, until))
        if first and name:
            more += self._named(step, name)
        return [*more, rows.counted(step.run.id, outcome, 1, step.work.id, until)]

    def _named(self, step: _Step, name: str) -> list[Change]:
        """The row by which a dataset is found by its name there."""
        key = rows.named_key(step.source.id, name[:500])
        there = self._table.get(key)
        if there is not None and there.data["thing"] == step.thing:
            return []
        item = Item(key, {"thing": step.thing})
        return [Create(item)] if there is None else rows.replaced(there, item)

    def _after(
        self, step: _Step, thing: Thing | None, name: str, state: Any, hash: str, messages: Mapping[str, Any]
    ) -> Thing:
        return Thing(
            id=step.thing,
            remote=step.remote,
            name=name,
            package=dataset_id(step.source.id, step.remote),
            state=state,
            hash=hash,
            as_of=step.as_of,
            run=step.run.id,
            at=self._now(),
            messages=messages,
            version=1 if thing is None else thing.version,
        )

    def _foretold(self, step: _Step, thing: Thing | None, meant: Mapped) -> str:
        there = self._store.package(dataset_id(step.source.id, step.remote))
        if _let_be(thing, there):
            return "skipped"
        if _must_stay(there, meant):
            return "refused"
        return "new" if there is None else "changed"

    def _once(self) -> Once:
        # the step's own row, taken away in the same transaction, is what makes it happen once
        return Once(self._ids(), "", new_token(), claimed=False)

    def _now(self) -> str:
        return self._clock().isoformat(timespec="microseconds")


class _Step:
    """One dataset step: where it comes from and the row that it must take away."""

    def __init__(self, source: Source, run: Run, work: Work, row: Item, thing: str, remote: str, as_of: str) -> None:
        self.source, self.run, self.work, self.row = source, run, work, row
        self.thing, self.remote, self.as_of = thing, remote, as_of


def _let_be(thing: Thing | None, package: Package | None) -> bool:
    """Whether people here deleted or purged it: then it is not made again."""
    if thing is None or thing.state in ("refused", "deleted"):
        return False
    return package is None or package.dataset.state == "deleted"


def _must_stay(package: Package | None, meant: Mapped) -> bool:
    """Whether what is public must stay as it is, because what the source tells now lacks mandatory fields."""
    return package is not None and package.dataset.public and bool(meant.missing)


def _missing(meant: Mapped) -> dict[str, list[str]]:
    return {f"missing:{name}": texts for name, texts in meant.missing.items()}


def _stub(told: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(told.get(name) or "") for name in ("name", "title", "description", "image_url")}


def _plain(text: str) -> str:
    """A text of somebody else's that may be kept: cut, and without control characters."""
    plain = "".join(letter for letter in text if letter.isprintable() or letter in "\n\t")
    return plain[: rules.MAX_TEXT]
