"""Where a person's credentials and one-time codes lie in the room's table.

WALLET#{person}  / PAPER#{id}    credential   by_owner: WALLET#{person}, received_at#id; a hidden one is not there
PAPER#{id}                       / EVT#...    history of one credential
SHARE#{id}       / 1             one-time code   by_owner: SHARES#{person}, made_at#id;  EVT#... history; expires
SHARED#{person}  / {day}                      how many codes were made on a day; expires
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.journal import Head, Journal, Once
from chalicelib.shared.storage import Change, Count, Create, Item, Key, Table, Update
from chalicelib.shared.workdays import thai_date

from ..model import Person
from .model import Paper, Share
from .rules import SHARES_PER_DAY

BY_OWNER = "by_owner"
_REMEMBERED = dt.timedelta(days=365)
"""For how long a person sees what became of a code."""
_COUNTED = dt.timedelta(days=3)


@dataclass(frozen=True)
class PaperPage:
    """Some credentials, newest first; `after` for the next page."""

    items: tuple[Paper, ...]
    after: str | None


@dataclass(frozen=True)
class SharePage:
    """Some codes, newest first; `after` for the next page."""

    items: tuple[Share, ...]
    after: str | None


class Store:
    """Reads credentials and codes, and keeps them."""

    def __init__(self, table: Table, journal: Journal) -> None:
        self._table = table
        self._journal = journal

    def paper(self, person: Person, id: str) -> Paper | None:
        """One credential of this person."""
        found = self._table.get(paper_key(person, id))
        return None if found is None else _paper(found)

    def papers(self, person: Person, after: str | None, limit: int) -> PaperPage:
        """Credentials, newest first."""
        page = self._table.query(wallet(person), index=BY_OWNER, after=after, limit=limit, newest_first=True)
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
        self._journal.commit(once, [Create(_paper_item(person, paper))], [(f"PAPER#{paper.id}", event)])

    def hide(self, once: Once, person: Person, paper: Paper, *, by: str, more: Sequence[Change]) -> None:
        """Takes a credential out of the wallet.

        Raises:
            Stale: somebody was faster.
        """
        event, head = self._journal.happened(
            Head(*paper.chain), subject=paper.id, type="citizen.credential.hidden", by=by, data={"kind": paper.kind}
        )
        paper = replace(paper, hidden=True, chain=(head.seq, head.hash), version=paper.version + 1)
        self._journal.commit(once, [Update(_paper_item(person, paper)), *more], [(f"PAPER#{paper.id}", event)])

    def share(self, id: str) -> Share | None:
        """One code, by its id."""
        found = self._table.get(share_key(id))
        return None if found is None else _share(found)

    def shares(self, person: Person, after: str | None, limit: int) -> SharePage:
        """A person's codes, newest first."""
        page = self._table.query(shares_of(person), index=BY_OWNER, after=after, limit=limit, newest_first=True)
        return SharePage(tuple(_share(item) for item in page.items), page.after)


def new_share(share: Share) -> Create:
    """The change that keeps a new code."""
    return Create(_share_item(share))


def changed_share(share: Share) -> Update:
    """The change that replaces a code as it was read."""
    return Update(_share_item(share.model_copy(update={"version": share.version + 1})))


def counted(person: Person, now: dt.datetime) -> Count:
    """The change that counts one more code today, refused when there were too many."""
    key = Key(f"SHARED#{person}", thai_date(now).isoformat())
    return Count(key, 1, SHARES_PER_DAY, expires=int((now + _COUNTED).timestamp()))


def share_key(id: str) -> Key:
    """Where a code lies."""
    return Key(f"SHARE#{id}", "1")


def paper_key(person: Person, id: str) -> Key:
    """Where a credential lies."""
    return Key(wallet(person), f"PAPER#{id}")


def wallet(person: Person) -> str:
    """The partition of a person's credentials."""
    return f"WALLET#{person}"


def shares_of(person: str) -> str:
    """The index partition of a person's codes."""
    return f"SHARES#{person}"


def _share_item(share: Share) -> Item:
    data = share.model_dump(mode="json", exclude={"version"})
    index = {BY_OWNER: Key(shares_of(share.person), f"{share.made_at.isoformat(timespec='milliseconds')}#{share.id}")}
    return Item(share_key(share.id), data, share.version, index, int((share.made_at + _REMEMBERED).timestamp()))


def _share(item: Item) -> Share:
    return Share.model_validate({**item.data, "version": item.version})


def _paper_item(person: Person, paper: Paper) -> Item:
    data: dict[str, Any] = {name: value for name, value in asdict(paper).items() if name != "version"}
    index = {} if paper.hidden else {BY_OWNER: Key(wallet(person), f"{paper.received_at}#{paper.id}")}
    return Item(paper_key(person, paper.id), data, paper.version, index)


def _paper(item: Item) -> Paper:
    return Paper(**{**item.data, "chain": tuple(item.data["chain"]), "version": item.version})
