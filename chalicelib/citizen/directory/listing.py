"""The list itself: gathered from everybody who offers something, kept in the process, made anew as it ages."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import logging
from collections.abc import Callable, Mapping, Sequence

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.errors import Refusal
from chalicelib.shared.thai_fold import order_key

from .model import Kind, Service
from .ports import Source
from .searching import Index, shipped_words

FRESH = dt.timedelta(seconds=60)
"""How long the list is taken for what it is now; a mini-app that was stopped opens nothing in any case."""

log = logging.getLogger("klang.citizen.directory")


@dataclass(frozen=True)
class Listing:
    """The list at one moment.

    Attributes:
        services: by name, Thai order.
        missing: kinds whose source does not answer and of which nothing is known.
        mark: changes when anything in the list does.
    """

    services: tuple[Service, ...]
    missing: tuple[Kind, ...]
    mark: str
    index: Index


class Directory:
    """Gathers and searches.

    Args:
        kept: who offers what that stands in the room's own table, by kind.
        others: who offers what else.
        clock: tells the time.
    """

    def __init__(
        self, kept: Mapping[Kind, Source], others: Mapping[Kind, Source], clock: Callable[[], dt.datetime]
    ) -> None:
        self._kept = dict(kept)
        self._others = dict(others)
        self._clock = clock
        self._last: dict[Kind, tuple[Service, ...]] = {}
        self._made: tuple[dt.datetime, Listing] | None = None

    def listing(self) -> Listing:
        """The list, at most a minute old. A source that is away leaves what it last said."""
        now = self._clock()
        if self._made is not None and timedelta_within(self._made[0], now):
            return self._made[1]
        self._ask(self._kept, all_of_one_table=True)
        self._ask(self._others, all_of_one_table=False)
        missing = [kind for kind in (*self._kept, *self._others) if kind not in self._last]
        found = [service for services in self._last.values() for service in services]
        services = tuple(sorted(found, key=lambda each: (order_key(each.name.th), each.id)))
        mark = _mark(services, missing)
        kept = self._made[1] if self._made is not None and self._made[1].mark == mark else None
        listing = kept or Listing(services, tuple(missing), mark, Index(services, shipped_words()))
        self._made = (now, listing)
        return listing

    def _ask(self, sources: Mapping[Kind, Source], *, all_of_one_table: bool) -> None:
        for kind, source in sources.items():
            try:
                self._last[kind] = tuple(source.services())
            except Refusal as refusal:
                log.warning("a source of services is away", extra={"source": kind, "slug": refusal.slug})
                if all_of_one_table:  # each of the others would wait for it as long in vain
                    return

    def search(self, asked: str | None, listing: Listing) -> list[Service]:
        """What fits, the best first; without a question everything, by name."""
        if asked is None or not asked.strip():
            return list(listing.services)
        return [listing.services[found.place] for found in listing.index.find(asked)]


def timedelta_within(made: dt.datetime, now: dt.datetime) -> bool:
    """Whether a list made then is fresh now; one from the future (a clock set back) is not."""
    return dt.timedelta(0) <= now - made < FRESH


def _mark(services: Sequence[Service], missing: Sequence[str]) -> str:
    text = json.dumps([[service.model_dump(mode="json") for service in services], list(missing)], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
