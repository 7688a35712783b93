"""Cards: whole packages in one row each, so that a page of hits is read in one request.

The publisher writes a card together with the dataset's document in the snapshot, and both name the run that wrote them.
A card is believed only where the snapshot names the same run, and the log says that nothing changed since.

    CARD#{dataset} / CARD     the package as it is kept, and the run
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict

from chalicelib.shared.storage import Change, Create, Item, Key, Remove, Table, Update, WriteRefused

from ..model import Package
from ..rows import package_of

LARGEST = 350_000
"""Bytes of a card; DynamoDB takes 400 kB."""
AT_ONCE, TOGETHER = 25, 3_000_000
"""Cards, and bytes of them, in one transaction; DynamoDB takes 4 MB."""
IN_ONE_REQUEST = 100


def card_key(dataset: str) -> Key:
    """Where a dataset's card lies."""
    return Key(f"CARD#{dataset}", "CARD")


class Cards:
    """Reads and writes cards."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def read(self, runs: Mapping[str, str]) -> dict[str, Package]:
        """By id, the packages whose card was written by the run that is named for them."""
        wanted = [card_key(each) for each, run in runs.items() if run]
        found: dict[str, Package] = {}
        for start in range(0, len(wanted), IN_ONE_REQUEST):
            for item in self._table.get_many(wanted[start : start + IN_ONE_REQUEST]).values():
                dataset = item.key.pk.removeprefix("CARD#")
                if item.data["run"] == runs[dataset]:
                    found[dataset] = _package(item)
        return found

    def write(self, run: str, packages: Iterable[Package], token: Callable[[], str]) -> set[str]:
        """Writes cards; answers the ids of the datasets that have one now."""
        there: set[str] = set()
        for some in _parts(run, packages):
            known = self._table.get_many([item.key for item, _ in some])
            changes: list[Change] = []
            for item, _ in some:
                old = known.get(item.key)
                changes.append(Create(item) if old is None else Update(old.next(item.data)))
            try:
                self._table.write(changes, token())
            except WriteRefused:
                continue  # another publisher is just at them; without a card the dataset itself is read
            there |= {item.key.pk.removeprefix("CARD#") for item, _ in some}
        return there

    def remove(self, datasets: Sequence[str], token: Callable[[], str]) -> None:
        """Takes cards away."""
        for start in range(0, len(datasets), AT_ONCE):
            changes = [Remove(card_key(each)) for each in datasets[start : start + AT_ONCE]]
            self._table.write(changes, token())


def _parts(run: str, packages: Iterable[Package]) -> Iterable[list[tuple[Item, int]]]:
    some: list[tuple[Item, int]] = []
    for package in packages:
        data = {
            "run": run,
            "dataset": asdict(package.dataset),
            "resources": [asdict(each) for each in package.resources],
        }
        size = len(json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode())
        if size > LARGEST:
            continue
        if len(some) == AT_ONCE or sum(each for _, each in some) + size > TOGETHER:
            yield some
            some = []
        some.append((Item(card_key(package.id), data), size))
    if some:
        yield some


def _package(card: Item) -> Package:
    dataset = card.data["dataset"]
    resources = card.data["resources"]
    return package_of(
        Item(card.key, dataset, int(dataset["version"])),
        [Item(card.key, each, int(each["version"])) for each in resources],
    )
