"""What our dataset is to become: pure, so that it can be computed again from whatever stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from chalicelib.shared.dataclass import dataclass

from ..model import Dataset, DatasetId, Group, Package, Resource, in_order
from ..standard.governance import needs_four_eyes
from ..store import Store
from .mapping import Mapped
from .model import Source, Thing, resource_id


@dataclass(frozen=True)
class Shape:
    """A package as it shall be, its themes if they are known, and what there is to say of it."""

    package: Package
    given: Sequence[Group] | None
    messages: Mapping[str, Any]

    def themes(self, store: Store) -> Sequence[Group]:
        """The themes it belongs to; read where they are those that it had before."""
        if self.given is not None:
            return self.given
        groups = self.package.dataset.groups
        found = store.groups_by_id(groups) if groups else {}
        return [found[each] for each in groups if each in found]


def shaped(
    source: Source,
    remote: str,
    id: DatasetId,
    meant: Mapped,
    names: Sequence[str],
    thing: Thing | None,
    before: Package | None,
    organization: Group,
    themes: Sequence[Group] | None,
    now: str,
) -> Shape:
    """The package that a mapped record makes.

    Args:
        names: what it may be called; it keeps one of these if it has it.
        thing: what is known of it.
        before: our dataset as it stands.
        themes: None keeps those that it has.
        now: time of the change (ISO 8601).
    """
    old = None if before is None else before.dataset
    why = _private(source, organization, meant, thing, old)
    links = _resources(id, meant, before, now)
    dataset = Dataset(
        id=id,
        name=old.name if old is not None and old.name in names else names[0],
        owner_org=organization.id,
        private=bool(why),
        fields=meant.fields,
        creator=f"harvest-{source.id}" if old is None else old.creator,
        created=now if old is None else old.created,
        modified=now,
        groups=_groups(old, themes),
        order=tuple(each.id for each in links),
        harvested=(source.id, remote),
    )
    if old is not None:
        dataset = replace(
            old,
            name=dataset.name,
            owner_org=dataset.owner_org,
            private=dataset.private,
            fields=dataset.fields,
            groups=dataset.groups,
            order=dataset.order,
            state="active",
            harvested=dataset.harvested,
        )
        if dataset != old:
            dataset = replace(dataset, modified=now)
    return Shape(Package(dataset, in_order(dataset, links)), themes, why)


def _groups(old: Dataset | None, themes: Sequence[Group] | None) -> tuple[Any, ...]:
    if themes is None:
        return () if old is None else old.groups
    return tuple(dict.fromkeys(each.id for each in themes))


def _private(
    source: Source, organization: Group, meant: Mapped, thing: Thing | None, old: Dataset | None
) -> dict[str, Any]:
    """Why it must stay private, {} where everybody may see it."""
    if meant.missing:
        return {f"missing:{name}": texts for name, texts in meant.missing.items()}
    if old is not None and old.governance in ("wait", "approval", "revoked"):
        return {"__reason": ["hidden_here"]}
    if thing is not None and thing.state == "published" and old is not None and old.private:
        return {"__reason": ["hidden_here"]}
    if old is not None and not old.private and old.state == "active":
        return {}  # it is public already
    # four eyes may have been asked for since the source was set up
    may = source.publishes and (source.operated or not needs_four_eyes(organization))
    return {} if may else {"__reason": ["no_publisher"]}


def _resources(id: DatasetId, meant: Mapped, before: Package | None, now: str) -> list[Resource]:
    """The links there are, each under the id that it always had; and files that people here added."""
    old = {} if before is None else {each.id: each for each in before.resources}
    found: list[Resource] = []
    for link in meant.links:
        rid = resource_id(id, link.remote)
        there = old.get(rid)
        if there is None:
            found.append(Resource(rid, id, link.fields, created=now, modified=now, url=link.url))
        elif (dict(there.fields), there.url) != (dict(link.fields), link.url):
            found.append(replace(there, fields=link.fields, url=link.url, modified=now))
        else:
            found.append(there)
    links = {each.id for each in found}
    return found + [each for each in old.values() if each.uploaded and each.id not in links]


def changes_of(before: Package | None, after: Package) -> bool:
    """Whether anything is different."""
    return before is None or before.dataset != after.dataset or set_of(before) != set_of(after)


def set_of(package: Package) -> dict[str, Resource]:
    """Resources by id."""
    return {each.id: each for each in package.resources}


def some_of(before: Package | None, after: Package, limit: int) -> tuple[Package, bool]:
    """As much of the way from one to the other as one transaction takes, and whether that is all of it."""
    old = {} if before is None else set_of(before)
    wanted = set_of(after)
    touched = [each for each in after.resources if old.get(each.id) != each]
    gone = [each for each in old if each not in wanted]
    if len(touched) + len(gone) <= limit:
        return after, True
    now = dict(old)
    for each in touched[:limit]:
        now[each.id] = each
    for lost in gone[: max(limit - len(touched), 0)]:
        del now[lost]
    return Package(after.dataset, in_order(after.dataset, now.values())), False
