"""What harvesting knows of a dataset that is purged here.

One row must stay, or the next run would make the dataset again: that people here deleted it. Its name, its messages
and what each run did about it go. While the source still tells of it, the next run writes its name there again.
"""

from __future__ import annotations

from dataclasses import replace

from chalicelib.shared.ids import new_token
from chalicelib.shared.storage import Change, Remove, Table, WriteRefused, every

from ..forgetting import ATTEMPTS, Purged, take_away
from . import rows
from .model import thing_id


def forget(table: Table, purged: Purged) -> None:
    """Takes away what runs of the source kept of a purged dataset; harmless when repeated.

    Raises:
        WriteRefused: a run looks at it again and again; it is called once more.
    """
    if purged.harvested is None:
        return
    source, remote = purged.harvested
    thing = thing_id(remote)
    runs = (row.key.sk.removeprefix("RUN#") for row in every(table, rows.pk(source), prefix="RUN#"))
    take_away(table, (rows.did_key(run, thing) for run in runs), purged.still)
    for attempt in range(ATTEMPTS):
        there = rows.thing_of(table.get(rows.thing_key(source, thing)))
        if there is None:
            return
        after = replace(there, name="", state="deleted_here", hash="", messages={}, absent=None)
        changes: list[Change] = [purged.still, rows.written(source, there, after)]
        named = table.get(rows.named_key(source, there.name[:500])) if there.name else None
        if named is not None and named.data["thing"] == thing:
            changes.append(Remove(named.key, named.version))
        try:
            table.write(changes, new_token())
            return
        except WriteRefused:
            if attempt == ATTEMPTS - 1:
                raise
