"""How contributions lie in the table.

    SAID#{id}              / HEAD              the contribution, and its events
    SAIDOF#{dataset}       / {kind}#{id}       those of a dataset that are shown
    SAIDON#{dataset}       / {id}              all of a dataset, whatever became of them
    SAIDOF#reuses          / {id}              all reuses that are shown: the gallery
    SAIDOF#wait#{org}      / {id}              those that wait for an organisation's moderators
    SAIDBY#{author}        / {id}              somebody's own
    STARS#{dataset}#{s}    / {stars}           how often; four shards, so that a popular dataset is no hot item

Lists hold nothing but the id; the contribution stands in one place.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from chalicelib.shared.storage import Change, Count, Create, Item, Key, Remove, Table

from .model import STARS, Contribution, Ratings

SHARDS = 4
MOST = 10**12


def head_key(id: str) -> Key:
    """Where a contribution lies."""
    return Key(f"SAID#{id}", "HEAD")


def dataset_pk(dataset: str) -> str:
    """The partition of a dataset's shown contributions."""
    return f"SAIDOF#{dataset}"


def all_pk(dataset: str) -> str:
    """The partition of all of a dataset's contributions."""
    return f"SAIDON#{dataset}"


def waiting_pk(organization: str) -> str:
    """The partition of what waits for an organisation's moderators."""
    return f"SAIDOF#wait#{organization}"


def author_pk(author: str) -> str:
    """The partition of somebody's own contributions."""
    return f"SAIDBY#{author}"


GALLERY = "SAIDOF#reuses"


def places(contribution: Contribution) -> set[Key]:
    """The lists in which a contribution stands."""
    found = {
        Key(author_pk(contribution.author), contribution.id),
        Key(all_pk(contribution.dataset), contribution.id),
    }
    if contribution.state == "shown":
        found.add(Key(dataset_pk(contribution.dataset), f"{contribution.kind}#{contribution.id}"))
        if contribution.kind == "reuse":
            found.add(Key(GALLERY, contribution.id))
    if contribution.state == "waiting":
        found.add(Key(waiting_pk(contribution.organization), contribution.id))
    return found


def listed(before: Contribution | None, after: Contribution) -> list[Change]:
    """What changes in the lists."""
    old = set() if before is None else places(before)
    new = places(after)
    out: list[Change] = [Remove(key) for key in sorted(old - new)]
    return out + [Create(Item(key, {"id": after.id})) for key in sorted(new - old)]


def counted(dataset: str, stars: int, by: int) -> Count:
    """One more or one less of this many stars."""
    return Count(Key(f"STARS#{dataset}#{secrets.randbelow(SHARDS)}", str(stars)), by, MOST)


def star_keys(dataset: str) -> list[Key]:
    """Where a dataset's stars are counted."""
    return [Key(f"STARS#{dataset}#{shard}", str(stars)) for shard in range(SHARDS) for stars in STARS]


def ratings(table: Table, dataset: str) -> Ratings:
    """How a dataset is rated, in one request."""
    found = table.get_many(star_keys(dataset))
    counts = {
        stars: sum(int(item.data["count"]) for key, item in found.items() if key.sk == str(stars)) for stars in STARS
    }
    return Ratings({stars: count for stars, count in counts.items() if count})


def item_of(contribution: Contribution) -> Item:
    """A contribution as stored."""
    return Item(head_key(contribution.id), asdict(contribution), contribution.version)


def contribution_of(item: Item) -> Contribution:
    """A contribution as read."""
    data: Mapping[str, Any] = {**item.data, "chain": tuple(item.data["chain"]), "version": item.version}
    return Contribution(**data)


def read_all(table: Table, ids: Sequence[str]) -> list[Contribution]:
    """Contributions in this order, at most 100; what is gone is left out."""
    found = table.get_many([head_key(each) for each in ids])
    return [contribution_of(found[head_key(each)]) for each in ids if head_key(each) in found]
