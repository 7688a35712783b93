"""Making tables that are written by the API, changing what they are, and dropping them: `datastore_create`, and
`datastore_delete` without filters. Such a change is one of the dataset, so it goes into its history.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from chalicelib.shared.errors import NotFound
from chalicelib.shared.identity import Caller
from chalicelib.shared.journal import Once, Replayed
from chalicelib.shared.storage import Change as Write

from ... import given as wishes
from ...contents import Contents
from ...live import Live
from ...model import File, Group, Package, Resource, ResourceId
from ...packages import Packages
from ...rules import Messages, Rejected
from ...store import Store
from ...store import Writing as Saving
from . import fields, limits, planning
from .asking import Wish, wish
from .building import Building, version_of
from .delta import Overlay
from .fields import Column
from .looking import Looking
from .merging import Merging, names_of
from .service import Change, Given, Json, Writing, base_of, flag
from .store import Place, nowhere

READ_ONLY = 'Cannot edit read-only resource. Either pass "force=True" or change url_type to "datastore"'
_TOGETHER = "resource cannot be used with resource_id"


class Creating:
    """Makes, changes and drops tables."""

    def __init__(
        self,
        store: Store,
        packages: Packages,
        contents: Contents,
        building: Building,
        merging: Merging,
        looking: Looking,
        writing: Writing,
        compact: Callable[[str], object],
        *,
        site: str,
    ) -> None:
        self._store = store
        self._packages = packages
        self._contents = contents
        self._building = building
        self._merging = merging
        self._looking = looking
        self._writing = writing
        self._compact = compact
        self._site = site

    def create(self, caller: Caller, once: Once, given: Given) -> Json:
        """A table for a resource that is there, or for a new one; or more columns, another key, more rows of one.

        Raises:
            NotFound, NotAllowed, Rejected, BadRow, Unavailable.
        """
        new, asked = wishes.listed(given.get("resource")), given.get("resource_id")
        if new not in (None, "") and asked:
            raise Rejected({"resource": [_TOGETHER]})
        if new in (None, "") and not asked:
            raise Rejected({"resource_id": ["resource_id or resource required"]})
        if new not in (None, "") and not isinstance(new, Mapping):
            raise Rejected({"resource": ["Must be a dictionary"]})
        wanted = wish(given)
        show = flag(given, "include_records")
        resource_id = str(asked or self._packages.new_id())
        told: Json = {}

        def made(package: Package, more: list[Write]) -> Resource:
            before = package.resource(resource_id) if asked else self._new(package, resource_id, new)
            if before is None:
                raise nowhere()
            if before.live is None and before.file is not None and wanted.only_describes and before.file.table:
                # to say what columns mean changes no row, so it needs no force
                columns = before.file.table.columns
                if {field.id for field in wanted.fields} <= {column["id"] for column in columns}:
                    return replace(before, dictionary=self._dictionary(before, wanted, columns))
            resource, live = self._opened(package, before, wanted, more)
            return self._changed(package, resource, live, wanted, told)

        kind = "new resource" if new else "changed resource"
        type_ = "opendata.resource.created" if new else "opendata.resource.table_changed"
        saving = Saving(once, caller.label, kind, type_, subject=resource_id)
        try:
            after = self._change(caller, saving, asked, given, made, new)
        except Replayed as before:
            resource_id = str((before.answer or {})["id"])
            after = self._packages.find_of_resource(caller, resource_id)[0]
        return self._answer(after, resource_id, given, told if show else {})

    def drop(self, caller: Caller, once: Once, resource_id: str, *, force: bool) -> None:
        """Takes a table away. The versions that it had stay; a file that was uploaded once stays as a file.

        Raises:
            NotFound, NotAllowed, Rejected, Unavailable.
        """

        def dropped(package: Package, more: list[Write]) -> Resource:
            before = package.resource(resource_id)
            if before is None or before.file is None or before.file.table is None:
                raise nowhere()
            if not before.writable and before.uploaded and not force:
                raise Rejected({"read-only": [READ_ONLY]})
            file = before.file
            if file.kind == "compaction":
                file_before = self._uploaded(before)
                return replace(before, file=file_before, live=None, modified=self._packages.now())
            return replace(before, file=replace(file, tables=()), live=None, modified=self._packages.now())

        place = self._packages.find_of_resource(caller, resource_id)[0].resource(resource_id)
        if place is not None and place.live is not None and place.live.deltas:
            self._compact(resource_id)  # what was written stays in the versions
        saving = Saving(once, caller.label, "changed resource", "opendata.resource.table_dropped", subject=resource_id)
        self._change(caller, saving, resource_id, {}, dropped, None)

    def open(self, caller: Caller, once: Once, resource_id: str, *, force: bool) -> None:
        """Opens the table of an uploaded file to writers, if that was insisted on; nothing where it is open.

        Raises:
            NotFound, NotAllowed, Rejected, Unavailable.
        """
        wanted = Wish((), None, None, (), drops=False, force=force)

        def opened(package: Package, more: list[Write]) -> Resource:
            before = package.resource(resource_id)
            if before is None or (before.live is None and (before.file is None or before.file.table is None)):
                raise nowhere()
            resource, live = self._opened(package, before, wanted, more)
            return replace(resource, live=live)

        saving = Saving(
            replace(once, key=f"{once.key}#open"), caller.label, "changed resource",
            "opendata.resource.table_changed", subject=resource_id,
        )  # fmt: skip
        try:
            self._change(caller, saving, resource_id, {}, opened, None)
        except Replayed:
            return

    # -- inside one attempt

    def _change(
        self,
        caller: Caller,
        saving: Saving,
        asked: Any,
        given: Given,
        made: Callable[[Package, list[Write]], Resource],
        new: Mapping[str, Any] | None,
    ) -> Package:
        more: list[Write] = []

        def find() -> tuple[Package, Group]:
            if new:
                return self._packages.find(caller, new.get("package_id"), missing="package_id")
            try:
                return self._packages.find_of_resource(caller, asked)
            except NotFound:
                raise nowhere() from None

        def edit(package: Package, _: Group) -> Package:
            more.clear()
            resource = made(package, more)
            if new:
                return replace(package, resources=(*package.resources, resource))
            others = tuple(resource if each.id == resource.id else each for each in package.resources)
            return replace(package, resources=others)

        return self._packages.edit(caller, find, edit, replace(saving, more=more))

    def _new(self, package: Package, resource_id: str, given: Mapping[str, Any]) -> Resource:
        if given.get("url") or given.get("upload"):
            raise Rejected({"resource": ["A resource with a file or a url is made by resource_create"]})
        plain = {name: value for name, value in given.items() if name not in ("id", "url", "upload")}
        made, messages = wishes.resource(
            {"format": "CSV", **plain, "url": "", "url_type": "datastore"}, None, id=resource_id, package_id=package.id,
            now=self._packages.now(), site=self._site,
        )  # fmt: skip
        if messages:
            raise Rejected({"resource": [messages]})
        return replace(made, id=ResourceId(resource_id))

    def _opened(self, package: Package, before: Resource, wanted: Wish, more: list[Write]) -> tuple[Resource, Live]:
        """The resource with a base, and the live state of its table; one that is no table yet gets an empty base."""
        if before.live is not None:
            return before, before.live
        base = base_of(before)
        if before.uploaded and not before.writable and not wanted.force:
            raise Rejected({"read-only": [READ_ONLY]})
        if base is not None:
            if len(base.columns) > fields.MAX_COLUMNS or base.rows > limits.MAX_ROWS:
                raise Rejected({"resource_id": ["The table is too large to be written by the API"]})
            return before, Live(base.columns, (), base.rows, base.rows + 1)
        messages: Messages = {}
        columns = fields.laid((), wanted.fields, wanted.records, messages)
        if messages:
            raise Rejected(messages)
        if not columns:
            raise Rejected({"fields": ["Give the columns of the table, or records that name them"]})
        live = Live(columns, (), 0, 1)
        built = self._building.make(live, Overlay(names_of(live)), None)
        resource, file = version_of(before, built, self._packages.now())
        more += [
            self._store.file_row(resource.id, file),
            *self._contents.used(built.content, resource.id, file.number, package.id),
        ]
        return resource, live

    def _changed(self, package: Package, resource: Resource, live: Live, wanted: Wish, told: Json) -> Resource:
        """The resource after fields, key and records were laid on a table that is open."""
        messages: Messages = {}
        columns = fields.laid(live.columns, wanted.fields, wanted.records, messages)
        gone: set[str] = set()
        if wanted.drops and wanted.fields:
            kept = {field.id for field in wanted.fields} | {name for each in wanted.records for name in each}
            gone = {column["id"] for column in columns} - kept
            columns = tuple(column for column in columns if column["id"] not in gone)
        key = live.key if wanted.key is None else wanted.key
        here = {column["id"] for column in columns}
        for name, asked in (("primary_key", key), ("indexes", wanted.indexes or ())):
            if strangers := [f'"{fields.said(each)}" is not a column' for each in asked if each not in here]:
                messages[name] = strangers
        if back := here & set(live.dropped):
            names = ", ".join(f'"{fields.said(each)}"' for each in sorted(back))
            messages["fields"] = [f"{names} was deleted a moment ago; give it another name, or wait some minutes"]
        if messages:
            raise Rejected(messages)
        after = replace(
            live,
            columns=columns,
            key=key,
            dropped=tuple(sorted({*live.dropped, *gone})),
            indexes=live.indexes if wanted.indexes is None else wanted.indexes,
        )
        base, overlay = base_of(resource), self._merging.overlay(after)
        if key != live.key and key and live.rows and not self._looking.unique(after, overlay, base, key):
            raise Rejected({"primary_key": ["The rows that are there have empty or repeated values in these columns"]})
        resource = replace(resource, live=after)
        if wanted.records:
            limits.must_have_room(after)
            plan = self._writing.planned(Place(package.dataset, resource), after, list(wanted.records), "insert")
            told["ids"] = plan.ids
            after = self._writing.applied(resource.id, after, Change(plan.rows, (), plan.added))
            if plan.personal is not None and resource.file is not None:
                resource = replace(resource, file=replace(resource.file, personal=plan.personal))
        return replace(
            resource,
            live=after,
            dictionary=self._dictionary(resource, wanted, columns),
            modified=self._packages.now(),
        )

    def _dictionary(
        self, resource: Resource, wanted: Wish, columns: Sequence[Column]
    ) -> Mapping[str, Mapping[str, str]]:
        found = fields.dictionary(resource.dictionary, wanted.fields, columns)
        if len(json.dumps(dict(found), ensure_ascii=False).encode()) > fields.MAX_DICTIONARY:
            raise Rejected({"fields": [f"The data dictionary is larger than {fields.MAX_DICTIONARY} bytes"]})
        return found

    def _uploaded(self, resource: Resource) -> File | None:
        """The last file that was no work of writers, without its tables; None where there was none."""
        after: str | None = None
        while True:
            page, after = self._store.files(resource.id, limit=50, after=after)
            for file in page:
                if file.kind != "compaction":
                    return replace(file, tables=())
            if after is None:
                return None

    def _answer(self, package: Package, resource_id: str, given: Given, told: Json) -> Json:
        resource = package.resource(resource_id)
        if resource is None:
            raise nowhere()
        columns = resource.live.columns if resource.live else resource.file.columns if resource.file else ()
        described: list[Json] = []
        for column in columns:
            info = resource.dictionary.get(column["id"])
            described.append({"id": column["id"], "type": column["type"], **({"info": dict(info)} if info else {})})
        result: Json = {"resource_id": resource_id, "method": "insert", "fields": described}
        if given.get("resource"):
            result["resource"] = {"package_id": package.id, "id": resource_id}
        if resource.live is not None:
            result |= {"primary_key": list(resource.live.key), "indexes": list(resource.live.indexes)}
        if "ids" in told:
            records = planning.mappings(wishes.listed(given.get("records")))
            result["records"] = [{"_id": each, **record} for each, record in zip(told["ids"], records, strict=True)]
        return result
