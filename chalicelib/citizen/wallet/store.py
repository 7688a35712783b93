"""Where a person's credentials lie in the room's table.

WALLET#{person}  / PAPER#{id}    credential   by_owner: WALLET#{person}, received_at#id
PAPER#{id}                       / EVT#...    history of one credential
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

from chalicelib.shared.journal import Head, Journal, Once
from chalicelib.shared.storage import Create, Item, Key, Table

from ..model import Person
from .model import Paper

BY_OWNER = "by_owner"


@dataclass(frozen=True)
class PaperPage:
    """Some credentials, newest first; `after` for the next page."""

    items: tuple[Paper, ...]
    after: str | None


class Store:
    """Reads credentials and keeps them."""

    def __init__(self, table: Table, journal: Journal) -> None:
        self._table = table
        self._journal = journal

    def paper(self, person: Person, id: str) -> Paper | None:
        """One credential of this person."""
        found = self._table.get(_paper_key(person, id))
        return None if found is None else _paper(found)

    def papers(self, person: Person, after: str | None, limit: int) -> PaperPage:
        """Credentials, newest first."""
        page = self._table.query(_wallet(person), index=BY_OWNER, after=after, limit=limit, newest_first=True)
        return PaperPage(tuple(_paper(item) for item in page.items), page.after)

    def keep(self, once: Once, person: Person, paper: Paper) -> None:
        """Puts a new credential into the wallet.

        Raises:
            AlreadyThere: it is there.
        """
        event, head = self._journal.happened(
            Head(),
            subject=paper.id,
            type="citizen.credential.received",
            by=f"system:{paper.sender}",
            data={"kind": paper.kind},
        )
        paper = replace(paper, chain=(head.seq, head.hash))
        index = {BY_OWNER: Key(_wallet(person), f"{paper.received_at}#{paper.id}")}
        item = Item(_paper_key(person, paper.id), _data(paper), indexes=index)
        self._journal.commit(once, [Create(item)], [(f"PAPER#{paper.id}", event)])


def _wallet(person: Person) -> str:
    return f"WALLET#{person}"


def _paper_key(person: Person, id: str) -> Key:
    return Key(_wallet(person), f"PAPER#{id}")


def _data(paper: Paper) -> dict[str, Any]:
    return {name: value for name, value in asdict(paper).items() if name != "version"}


def _paper(item: Item) -> Paper:
    return Paper(**{**item.data, "chain": tuple(item.data["chain"]), "version": item.version})
