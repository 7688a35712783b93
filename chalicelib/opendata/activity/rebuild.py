"""A package as it was: from how it stands now, back through the differences of its history.

The history keeps what was different, not the whole each time (`changes.Version`). Walking back from now costs nothing
where it is asked most, at the newest end.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from chalicelib.shared.storage import Item, Key

from ..changes import Version
from ..model import Dataset, Package, Resource
from ..rows import package_of

_UNTOLD = frozenset({"chain", "changed", "fields", "modified", "version"})
"""Attributes of which the history tells nothing; a name of these in a difference is a descriptive field."""
_DATASET = frozenset(each.name for each in dataclasses.fields(Dataset)) - _UNTOLD
_RESOURCE = frozenset(each.name for each in dataclasses.fields(Resource)) - _UNTOLD
_SHORTENED = 100_000
"""Characters from which on a difference may have been kept without what was before (`history.MAX_DIFF` is larger)."""


class Backwards:
    """Walks back through a package's history.

    Attributes:
        whole: whether the states can still be told; a difference that was too large to be kept ends that.
    """

    def __init__(self, package: Package) -> None:
        self.whole = True
        self._dataset: dict[str, Any] | None = _plain(asdict(package.dataset))
        self._resources: dict[str, dict[str, Any]] = {each.id: _plain(asdict(each)) for each in package.resources}

    def package(self, at: str) -> Package | None:
        """The package as it stands at this point of the walk, at that time; None where it was not there yet."""
        if self._dataset is None or not self.whole:
            return None
        head = {**self._dataset, "modified": at}
        rows = [{**each, "modified": min(str(each["modified"]), at)} for each in self._resources.values()]
        return package_of(_item(head), map(_item, rows))

    def undo(self, version: Version) -> None:
        """Goes back before this version, which must be the latest that was not undone."""
        diff = {name: pair for name, pair in version.diff.items() if name != "resources"}
        resources: Mapping[str, Mapping[str, Any]] = version.diff.get("resources", {})
        if _was_shortened(diff, resources):
            self.whole = False
            return
        if self._dataset is not None:
            self._dataset = _undone(self._dataset, diff, _DATASET)
        for resource, changed in resources.items():
            before = _undone(self._resources.get(resource) or _empty(), changed, _RESOURCE)
            if before is None:
                self._resources.pop(resource, None)
            else:
                self._resources[resource] = before


def _undone(state: Mapping[str, Any], diff: Mapping[str, Any], attributes: frozenset[str]) -> dict[str, Any] | None:
    """The state before a difference; None where there was none."""
    if "id" in diff and diff["id"][0] is None:
        return None
    fields = dict(state["fields"])
    before = dict(state)
    for name, (old, _) in diff.items():
        if name in attributes:
            before[name] = old
        elif old is None:
            fields.pop(name, None)
        else:
            fields[name] = old
    before["fields"] = fields
    before["modified"] = before["modified"] or before["created"]
    return before


def _empty() -> dict[str, Any]:
    """A resource of which nothing is known but what a difference will tell."""
    return {
        **dict.fromkeys(_RESOURCE),
        "fields": {},
        "modified": "",
        "url": "",
        "uploads": 0,
        "chain": [0, ""],
        "changed": "",
        "version": 1,
    }


def _was_shortened(diff: Mapping[str, Any], resources: Mapping[str, Mapping[str, Any]]) -> bool:
    pairs = [*diff.values(), *(pair for changed in resources.values() for pair in changed.values())]
    if "id" in diff or any(pair[0] is not None for pair in pairs):
        return False
    return len(json.dumps([diff, resources], ensure_ascii=False)) >= _SHORTENED


def _plain(state: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(state))
    return found


def _item(data: Mapping[str, Any]) -> Item:
    return Item(Key("-", "-"), {name: value for name, value in data.items() if name != "version"}, data["version"])
