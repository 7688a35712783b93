"""The search index of the catalogue; see docs/how-to/operate-search.md."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from chalicelib.wiring import House

from .command import Asked, Command, NotDone


def search(house: House, command: str, snapshot: str) -> Any:
    """What an operator does to the search index.

    Raises:
        NotDone: there is no such snapshot, or somebody else publishes this very moment.
    """
    catalogue = house.opendata
    if command == "snapshots":
        head = catalogue.snapshots.head()
        asked = "" if head is None else head.snapshot.id
        return {
            "held": head is not None and head.held,
            "waiting": catalogue.publisher.waiting(),
            "snapshots": [{"asked": each.id == asked, **asdict(each)} for each in catalogue.snapshots.kept()],
        }
    if command == "roll-back-search":
        back = catalogue.publisher.back_to(snapshot)
        if back is None:
            raise NotDone("there is no such snapshot of this version; `snapshots` lists them")
        return {"asked": back.id, "held": True}
    made = catalogue.publisher.publish(whole=command == "rebuild-search", release=True)
    if made is None:
        raise NotDone("another publisher was faster; look at `snapshots`")
    return {"asked": made.id, "count": made.count, "size": made.size}


def _search(asked: Asked) -> Any:
    return search(asked.house, asked.options.command, getattr(asked.options, "snapshot", ""))


COMMANDS = (
    Command("snapshots", "list the snapshots of the search index", _search, "opendata"),
    Command("publish-search", "publish the next snapshot now", _search, "opendata"),
    Command("rebuild-search", "the same, from the table alone", _search, "opendata"),
    Command(
        "roll-back-search",
        "ask an older snapshot",
        _search,
        "opendata",
        {"--snapshot": {"help": "id of the snapshot to go back to", "default": ""}},
    ),
)
