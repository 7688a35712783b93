"""What must hold of any room's table when all is quiet, whatever the flow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from chalicelib.shared.journal import Event, chain_is_whole
from chalicelib.shared.storage import Item

from .flow import Violation


def histories(rows: Iterable[Item]) -> dict[str, list[Event]]:
    """The events of each aggregate, by its partition, in order."""
    found: dict[str, list[Event]] = defaultdict(list)
    for row in rows:
        if row.key.sk.startswith("EVT#"):
            found[row.key.pk].append(Event(**row.data))
    return {pk: sorted(events, key=lambda event: event.seq) for pk, events in found.items()}


def chains(rows: Iterable[Item]) -> Iterator[Violation]:
    """Every history is whole, ends where its aggregate says, and is not told twice."""
    rows = list(rows)
    found = histories(rows)
    for pk, events in found.items():
        kind = pk.partition("#")[0]
        if not chain_is_whole(events):
            yield Violation("CHAIN", f"{kind}: {[event.seq for event in events]}")
        if len({event.id for event in events}) != len(events):
            yield Violation("DOUBLED", f"{kind}: one event twice in a history")
    for row in rows:
        head = row.data.get("head")
        if isinstance(head, dict) and not row.key.sk.startswith("EVT#") and row.key.pk in found:
            last = found[row.key.pk][-1]
            if (head["seq"], head["hash"]) != (last.seq, last.hash):
                yield Violation("HALF", f"{row.key.pk.partition('#')[0]}: its head is {head['seq']}, not {last.seq}")
