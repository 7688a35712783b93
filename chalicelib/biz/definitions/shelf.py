"""The services on offer in this room: those shipped with the code, and those that agencies published.

A process asks the table at most once in FRESH what is new (one small query); a published version never changes, so it
is read once and kept. Reading a running case asks nothing.
"""

from __future__ import annotations

import datetime as dt
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Any

from chalicelib.shared.errors import not_found

from ..laws import LawPack
from .catalogue import Catalogue
from .model import ServiceDefinition
from .store import Definitions, News, Standing

FRESH = dt.timedelta(seconds=30)
"""How long a process may not know of a publication or a retirement."""

KEPT = 500
"""Published versions that a process keeps."""


class Shelf(Catalogue):
    """Shipped and published services as one catalogue.

    Args:
        shipped: what comes with the code.
        store: what agencies published.
        clock: tells the time.
    """

    def __init__(self, shipped: Catalogue, store: Definitions, clock: Callable[[], dt.datetime]) -> None:
        self._shipped = shipped
        self._store = store
        self._clock = clock
        self._news: dict[str, dict[int, News]] = {}
        self._retired: dict[str, News] = {}
        self._kept: OrderedDict[tuple[str, int], ServiceDefinition] = OrderedDict()
        self._types: dict[tuple[str, int], str] = {}
        self._last_place = ""
        self._asked_at: dt.datetime | None = None

    def live(self, on: dt.date) -> list[ServiceDefinition]:
        """What may be applied for on that day: of each service the newest live version."""
        self._refresh()
        ids = [*self._shipped.ids(), *sorted(self._news.keys() - set(self._shipped.ids()))]
        numbers = {one: number for one in ids if (number := self._newest_live(one, on)) is not None}
        self._load(numbers.items())
        return [self.version(one, number) for one, number in numbers.items()]

    def current(self, id: str, on: dt.date) -> ServiceDefinition:
        """The version under which a case is opened on that day; raises NotFound."""
        self._refresh()
        number = self._newest_live(id, on)
        if number is None:
            raise not_found("บริการนี้", "service")
        return self.version(id, number)

    def version(self, id: str, version: int) -> ServiceDefinition:
        """Exactly that version, live or not: running cases stay on theirs. Raises NotFound."""
        if version in self._shipped.versions(id):
            return self._shipped.version(id, version)
        if (id, version) not in self._kept:
            self._load([(id, version)])
        found = self._kept.get((id, version))
        if found is None:
            raise not_found("บริการนี้", "service")
        self._kept.move_to_end((id, version))
        return found

    def text(self, id: str, version: int) -> str:
        """The canonical JSON of a shipped version; a published one's is in its row. Raises NotFound."""
        return self._shipped.text(id, version)

    def ids(self) -> list[str]:
        """The shipped services."""
        return self._shipped.ids()

    def versions(self, id: str) -> list[int]:
        """The numbers of the shipped versions of a service."""
        return self._shipped.versions(id)

    def issuing(self, vct: str, on: dt.date) -> ServiceDefinition | None:
        """See `Catalogue.issuing`; shipped services come first, then by the day of their first publication.

        Each published version is read once per process, whatever types are asked for.
        """
        self._refresh()
        known = [(one, number) for one in self._shipped.ids() for number in self._shipped.versions(one)]
        known += [(one, number) for one, versions in self._news.items() for number in versions]
        unread = [each for each in known if each not in self._types]
        for first in range(0, len(unread), KEPT):
            some = unread[first : first + KEPT]
            self._load(some)
            self._types |= {each: self.version(*each).credential.vct for each in some}
        having = [each for each in known if self._types[each] == vct]
        if not having:
            return None
        service = having[0][0]
        numbers = [number for one, number in having if one == service]
        live = [number for number in numbers if self._is_live(service, number, on)]
        return self.version(service, max(live or numbers))

    def knows(self, id: str) -> bool:
        """Whether any version of that service was ever published."""
        if self._shipped.knows(id):
            return True
        self._refresh()
        return id in self._news

    def newest(self, id: str) -> ServiceDefinition | None:
        """The newest published version, live or not; None for a service that never was."""
        self._refresh()
        number = max([*self._shipped.versions(id), *self._news.get(id, {})], default=None)
        return None if number is None else self.version(id, number)

    def has_law(self, name: str) -> bool:
        """Whether there is a law pack of that name."""
        return self._shipped.has_law(name)

    def law(self, definition: ServiceDefinition) -> LawPack:
        """The law pack of a definition."""
        return self._shipped.law(definition)

    def standing(self, service: str, stored: Standing | None) -> Standing:
        """Whose a service is: as recorded, or as shipped, or nobody's yet."""
        shipped = self._shipped.versions(service)
        newest = max(shipped, default=0)
        if stored is not None:
            return stored.model_copy(update={"latest": max(stored.latest, newest)})
        return Standing(agency=self._shipped.version(service, newest).agency if shipped else "", latest=newest)

    def ask_again(self) -> None:
        """Ask the table at the next occasion, after a publication by this process."""
        self._asked_at = None

    def _refresh(self) -> None:
        now = self._clock()
        if self._asked_at is not None and now - self._asked_at < FRESH:
            return
        for place, news in self._store.news(self._last_place):
            self._last_place = max(self._last_place, place)
            if news.retired_from is not None:
                self._retired[news.service] = news
            else:
                self._news.setdefault(news.service, {})[news.version] = news
        self._asked_at = now

    def _newest_live(self, id: str, on: dt.date) -> int | None:
        numbers = [*self._shipped.versions(id), *self._news.get(id, {})]
        return max((number for number in numbers if self._is_live(id, number, on)), default=None)

    def _is_live(self, id: str, number: int, on: dt.date) -> bool:
        retired, news = self._retired.get(id), self._news.get(id, {}).get(number)
        ended = retired is not None and retired.retired_from is not None and retired.retired_from <= on
        if retired is not None and ended and number <= retired.version:
            return False
        if number in self._shipped.versions(id) and self._shipped.version(id, number).is_live(on):
            return True
        if news is None or news.effective_from is None or on < news.effective_from:
            return False
        return news.effective_to is None or on <= news.effective_to

    def _load(self, wanted: Iterable[tuple[str, int]]) -> None:
        missing = [
            (service, version)
            for service, version in wanted
            if version not in self._shipped.versions(service) and (service, version) not in self._kept
        ]
        if not missing:
            return
        found: dict[tuple[str, int], Any] = dict(self._store.texts(missing))
        for each, raw in found.items():
            # linted when it was published; what lint learned since must not stop running cases
            self._kept[each] = ServiceDefinition.model_validate(raw)
        while len(self._kept) > max(KEPT, len(found)):
            self._kept.popitem(last=False)
