"""Datasets, under CKAN's name for them: packages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from chalicelib.shared.errors import NotFound, Stale
from chalicelib.shared.identity import Caller
from chalicelib.shared.journal import Once

from . import rules, views
from .model import Dataset, DatasetId, Organization
from .rules import Rejected
from .searching import Search
from .store import Store

Json = dict[str, Any]
ATTEMPTS = 5
"""How often a patch that met another change is made again on what that change left."""


class Packages:
    """What the actions `package_*` do. A dataset that the caller may not see does not exist for them."""

    def __init__(self, store: Store, *, site: str, ids: Callable[[], str], clock: Callable[[], datetime]) -> None:
        self._store = store
        self._site = site
        self._ids = ids
        self._clock = clock

    def create(self, caller: Caller, once: Once, given: Mapping[str, Any]) -> str:
        """Enters a dataset; answers its id. With `private` false the whole national standard is asked for.

        Raises:
            NotAllowed, Rejected.
        """
        messages = {"name": faults} if (faults := rules.faults_of_name(given.get("name"))) else {}
        fields, wrong = rules.dataset_fields(given)
        messages |= wrong
        private = rules.flag(given.get("private", False))
        if private is None:
            messages["private"] = ["Must be a boolean value"]
        owner = given.get("owner_org")
        organization = self._store.organization(owner) if rules.is_id(owner) else None
        if organization is None:
            missing = not owner
            messages["owner_org"] = ["An organization must be provided" if missing else "Organization does not exist"]
        else:
            rules.must_publish_for(caller, organization)
        if messages or organization is None:
            raise Rejected(messages)
        now = self._now()
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
        self._store.add_dataset(once, dataset, caller.label)
        return dataset.id

    def patch(self, caller: Caller, once: Once, given: Mapping[str, Any]) -> str:
        """Changes the fields that are given and leaves the others; answers the dataset's id.

        Raises:
            NotFound, NotAllowed, Rejected, Stale.
        """
        for attempt in range(1, ATTEMPTS + 1):
            old, organization = self.find(caller, given.get("id"))
            rules.must_publish_for(caller, organization)
            new = self._patched(old, given)
            try:
                self._store.change_dataset(once, old, new, caller.label)
            except Stale:
                if attempt == ATTEMPTS:
                    raise
                continue
            return old.id
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
        new = replace(old, name=name, private=bool(private), fields=merged, modified=self._now())
        rules.check_publishable(new)
        rules.check_size(new)
        return new

    def show(self, caller: Caller, id_or_name: object) -> Json:
        """One dataset with its resources.

        Raises:
            NotFound, Rejected.
        """
        dataset, organization = self.find(caller, id_or_name, missing="name_or_id")
        return self._view(dataset, organization)

    def list(self, *, limit: int | None, offset: int) -> list[str]:
        """Names of all public datasets, in order."""
        names = sorted(dataset.name for dataset in self._store.public_datasets())
        return names[offset : None if limit is None else offset + limit]

    def search(self, caller: Caller, search: Search) -> Json:
        """Datasets that match, the latest change first unless the question says otherwise.

        This reads the index of public datasets whole, which suits a catalogue of some thousands; the search engine
        takes its place behind the same answer.
        """
        organizations: dict[str, Organization | None] = {}

        def organization_of(dataset: Dataset) -> Organization | None:
            if dataset.owner_org not in organizations:
                organizations[dataset.owner_org] = self._store.organization(dataset.owner_org)
            return organizations[dataset.owner_org]

        found: list[tuple[Dataset, Organization]] = []
        for dataset in self._candidates(caller, search):
            organization = organization_of(dataset)
            if organization is None or not rules.may_see(caller, dataset, organization) or dataset.state != "active":
                continue
            if search.matches(dataset, organization):
                found.append((dataset, organization))
        search.order(found)
        page = found[search.start : search.start + search.rows]
        return {
            "count": len(found),
            "facets": {},
            "results": [self._view(dataset, organization) for dataset, organization in page],
            "sort": search.sort_text,
            "search_facets": {},
        }

    def _candidates(self, caller: Caller, search: Search) -> Iterable[Dataset]:
        yield from self._store.public_datasets()
        if search.include_private and caller.kind == "officer" and caller.agency:
            own = self._store.organization_of_agency(caller.agency)
            if own is not None:
                yield from (dataset for dataset in self._store.datasets_of(own.id) if dataset.private)

    def find(self, caller: Caller, id_or_name: object, *, missing: str = "id") -> tuple[Dataset, Organization]:
        """A dataset that the caller may see, and its organisation.

        Raises:
            NotFound: there is none, or it is not for this caller; the two look the same.
            Rejected: no id was given.
        """
        if not id_or_name:
            raise Rejected({missing: ["Missing value"]})
        dataset = self._store.dataset(id_or_name) if rules.is_id(id_or_name) else None
        organization = None if dataset is None else self._store.organization(dataset.owner_org)
        if dataset is None or organization is None or not rules.may_see(caller, dataset, organization):
            raise NotFound("ไม่พบชุดข้อมูล", "Not found")
        return dataset, organization

    def _view(self, dataset: Dataset, organization: Organization) -> Json:
        return views.package_view(dataset, organization, self._store.resources(dataset.id), self._site)

    def _now(self) -> str:
        return self._clock().isoformat(timespec="microseconds")
