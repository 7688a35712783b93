"""How services that agencies wrote lie in the table.

    DEFINITION#{agency}#{id}  META        an agency's work on a service: its draft and the end of its history
    DEFINITION#{agency}#{id}  EVT#...     its history
    SERVICE#{id}              META        whose it is, its newest version, whether it is retired
    SERVICE#{id}              V#{number}  a published version; never changed
    SHELF                     {moment}#.. what was published or retired, in order: from it a process learns what is new

Nothing here names a person; editors are pseudonyms.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict

from chalicelib.shared.journal import Event, Head
from chalicelib.shared.storage import Create, Item, Key, Page, Table, Update
from chalicelib.shared.thai import Text

_OVERLAP = dt.timedelta(minutes=2)
"""How far back news are read again: a transaction may be done later than one that began after it."""


class Row(BaseModel):
    """Base of what is stored."""

    model_config = ConfigDict(frozen=True, defer_build=True)


class Work(Row):
    """An agency's work on one service: at most one draft."""

    version: int = 0
    text: str | None = None
    editors: tuple[str, ...] = ()
    edited_at: dt.datetime | None = None
    head: Head = Head()


class Standing(Row):
    """Whose a service is, and how far it has come."""

    version: int = 0
    agency: str
    latest: int
    retired_from: dt.date | None = None
    retired_upto: int = 0
    retired_why: Text | None = None


class Published(Row):
    """One version that was published."""

    service: str
    version: int
    text: str
    sha256: str
    published_at: dt.datetime | None = None
    effective_from: dt.date
    effective_to: dt.date | None = None


class News(Row):
    """A version that was published, or a service that was retired up to a version."""

    service: str
    agency: str
    version: int
    retired_from: dt.date | None = None
    effective_from: dt.date | None = None
    effective_to: dt.date | None = None


def work_key(agency: str, service: str) -> Key:
    """Where an agency's work on a service lies; its history is in the same partition."""
    return Key(f"DEFINITION#{agency}#{service}", "META")


def standing_key(service: str) -> Key:
    """Where it lies whose a service is."""
    return Key(f"SERVICE#{service}", "META")


def version_key(service: str, version: int) -> Key:
    """Where a published version lies."""
    return Key(f"SERVICE#{service}", f"V#{version:06d}")


class Definitions:
    """Drafts and published versions as items."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def work(self, item: Item | None) -> Work:
        """The work in an item; none is the beginning."""
        return Work() if item is None else Work.model_validate({**item.data, "version": item.version})

    def find_work(self, agency: str, service: str) -> Work:
        """An agency's work on a service, in one request."""
        return self.work(self._table.get(work_key(agency, service)))

    def changed_work(self, agency: str, service: str, work: Work) -> Create | Update:
        """The change that replaces the work as it was read (its version says which)."""
        data = work.model_dump(mode="json", exclude={"version"})
        item = Item(work_key(agency, service), data, work.version + 1)
        return Update(item) if work.version else Create(item)

    def standing(self, item: Item | None) -> Standing | None:
        """The standing in an item."""
        return None if item is None else Standing.model_validate({**item.data, "version": item.version})

    def changed_standing(self, service: str, standing: Standing) -> Create | Update:
        """The change that replaces a standing as it was read."""
        data = standing.model_dump(mode="json", exclude={"version"})
        item = Item(standing_key(service), data, standing.version + 1)
        return Update(item) if standing.version else Create(item)

    def new_version(self, published: Published) -> Create:
        """The change that adds a published version."""
        return Create(Item(version_key(published.service, published.version), published.model_dump(mode="json")))

    def versions(self, service: str, after: str | None, limit: int) -> tuple[list[Published], str | None]:
        """Published versions, the newest first."""
        page = self._table.query(f"SERVICE#{service}", prefix="V#", after=after, limit=limit, newest_first=True)
        return [Published.model_validate(item.data) for item in page.items], page.after

    def texts(self, wanted: Sequence[tuple[str, int]]) -> Mapping[tuple[str, int], Any]:
        """The JSON of those versions that exist; some at a time, since each may be large."""
        found: dict[tuple[str, int], Any] = {}
        for first in range(0, len(wanted), 25):
            keys = {version_key(*each): each for each in wanted[first : first + 25]}
            for key, item in self._table.get_many(list(keys)).items():
                found[keys[key]] = json.loads(item.data["text"])
        return found

    def history(self, agency: str, service: str, limit: int) -> list[Event]:
        """The newest events of an agency's work, the newest first."""
        page = self._table.query(work_key(agency, service).pk, prefix="EVT#", limit=limit, newest_first=True)
        return [Event(**item.data) for item in page.items]

    def announced(self, news: News, at: dt.datetime, id: str) -> Create:
        """The change that lets every process learn of a publication or a retirement."""
        return Create(Item(Key("SHELF", f"{_moment(at)}#{id}"), news.model_dump(mode="json")))

    def news(self, since: str) -> Iterator[tuple[str, News]]:
        """What was announced since that place, with its place; a little of what is known comes again."""
        after: str | None = None
        while True:
            page: Page = self._table.query("SHELF", at_least=_a_little_before(since), after=after, limit=100)
            for item in page.items:
                yield item.key.sk, News.model_validate(item.data)
            after = page.after
            if after is None:
                return


def _moment(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).isoformat(timespec="milliseconds")


def _a_little_before(place: str) -> str:
    return _moment(dt.datetime.fromisoformat(place.partition("#")[0]) - _OVERLAP) if place else ""
