"""Looking after links: which are looked at when, and what came out.

Each minute the sweep puts those that are due on the queue `opendata-links`, with the version of their row. Whoever gets
such a message first writes down that it tries, and when the next try would be: so a message that comes twice is done
once, and a server that kills the process is not asked again before its time. Nothing of all this touches the dataset,
but for a mirrored file that is another one than before.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from chalicelib.shared.egress import Downloads, Unreachable
from chalicelib.shared.errors import Stale
from chalicelib.shared.journal import Event, Journal
from chalicelib.shared.storage import Item

from .. import rules as catalogue_rules
from ..model import Package, Resource
from ..store import Store
from . import rules
from .asking import Asker, Lost, Turn
from .mirroring import MAX_MIRROR, Mirror
from .model import Link
from .store import LinkStore, link_of

log = logging.getLogger("klang.opendata.links")

QUEUE = "opendata-links"
AT_ONCE = 50
"""Links that one run of the sweep puts on the queue."""
LEASE = timedelta(minutes=40)
"""After this time a message that was never taken is sent again: longer than the queue hides one."""
NEXT_TURN = timedelta(minutes=2)
FIRST_AFTER = timedelta(minutes=15)
"""From when a link is entered until the first look: whoever enters links is still at it. A mirror is waited for."""
_NOTHING_NEW = frozenset({"opendata.resource.taken_in", "opendata.resource.unreadable", "opendata.resource.held"})


class Links:
    """Looks after the links of datasets.

    Args:
        links: as they are kept.
        store: the catalogue.
        journal: sends messages.
        way: the guarded way out.
        mirror: enters what was fetched.
        site: our own address.
        clock: tells the time.
    """

    def __init__(
        self,
        links: LinkStore,
        store: Store,
        journal: Journal,
        way: Downloads,
        mirror: Mirror,
        *,
        site: str,
        clock: Callable[[], datetime],
    ) -> None:
        self._links = links
        self._store = store
        self._journal = journal
        self._mirror = mirror
        self._clock = clock
        self._asker = Asker(way, lambda host: links.takes_turn(host, clock()), site)

    def last(self, resources: Sequence[str]) -> dict[str, Link]:
        """What is known of the links of these resources; one request for each hundred."""
        return {each: link_of(item) for each, item in self._links.items(resources).items()}

    def plan(self, event: Event) -> None:
        """Plans a look at the links that an event brought or changed (listener; harmless when repeated)."""
        if event.type in _NOTHING_NEW or not event.type.startswith(("opendata.resource.", "opendata.dataset.")):
            return
        package = self._store.package(str(event.data.get("package_id", "")))
        if package is None:
            return
        about = str(event.data.get("resource", ""))
        wanted = [each for each in package.resources if not about or each.id == about]
        there = self._links.items([each.id for each in wanted])
        for each in wanted:
            self._planned(package, each, there.get(each.id))

    def _planned(self, package: Package, resource: Resource, item: Item | None) -> None:
        old = None if item is None else link_of(item)
        if not is_watched(package, resource):
            if item is not None:
                self._links.remove(item)
            return
        new = Link(resource.id, package.id, resource.url, wants_mirror(resource))
        if old is not None and (old.url, old.mirror, old.package) == (new.url, new.mirror, new.package):
            return
        if old is not None and old.url == new.url:
            new = replace(old, mirror=new.mirror, package=new.package, etag="", modified="")
        self._links.save(new, self._clock() + (timedelta() if new.mirror else FIRST_AFTER), item)

    def sweep(self, now: datetime) -> int:
        """Puts what is due on the queue (each minute); answers how much."""
        sent = 0
        for found in self._links.due(now, AT_ONCE):
            # the index told what was true a moment ago: the row is read by the version that it has
            leased = self._links.save(link_of(found), now + LEASE, found)
            if leased is not None:
                self._journal.tell(QUEUE, f"{leased.data['resource']} {leased.version}")
                sent += 1
        return sent

    def on_message(self, body: str) -> None:
        """The consumer of the queue `opendata-links`: one look at one link."""
        resource_id, _, version = body.partition(" ")
        item = self._links.item(resource_id)
        if item is None or str(item.version) != version:
            log.info("a look that somebody has taken")
            return
        package = self._store.package_of_resource(resource_id)
        resource = None if package is None else package.resource(resource_id)
        if package is None or resource is None or not is_watched(package, resource):
            self._links.remove(item)
            return
        link, now = link_of(item), self._clock()
        if link.url != resource.url:
            link = Link(resource.id, package.id, resource.url, wants_mirror(resource))
        trying = rules.unanswered(link, "away", now)
        taken = self._links.save(trying, now + rules.pause(trying), item)
        if taken is None:
            return
        try:
            found = self._looked(package, resource, link)
        except Turn:
            self._links.save(link, self._clock() + NEXT_TURN, taken)
            return
        except Stale:
            # somebody wrote the dataset just now: fetched again soon, unconditionally
            self._links.save(replace(link, etag="", modified=""), self._clock() + NEXT_TURN, taken)
            return
        self._links.save(found, self._clock() + rules.pause(found), taken)

    def _looked(self, package: Package, resource: Resource, link: Link) -> Link:
        try:
            if link.mirror:
                return self._fetched(package, resource, link)
            reached = self._asker.look(link.url)
        except Lost:
            return rules.unanswered(link, "refused", self._clock())
        except Unreachable as error:
            forbidden = error.reason in ("the address is not allowed", "the address is not plain http(s)")
            large = error.reason.startswith("the answer is larger")
            return rules.unanswered(link, "forbidden" if forbidden else "large" if large else "away", self._clock())
        return rules.answered(link, reached.answer.status, reached.answer.headers, self._clock())

    def _fetched(self, package: Package, resource: Resource, link: Link) -> Link:
        with tempfile.TemporaryDirectory(prefix="klang-mirror-") as folder:
            file = Path(folder) / "fetched"
            reached = self._asker.fetch(link.url, _known(link, resource), file, MAX_MIRROR)
            answer = reached.answer
            found = rules.answered(link, answer.status, answer.headers, self._clock())
            if answer.status != 200 or file.stat().st_size == 0:
                return found
            media_type = found.media_type
            sha256 = self._mirror.enter(package, resource, file, reached.url, media_type)
            size = file.stat().st_size
        changed = found.at if sha256 != link.sha256 else link.changed
        return replace(found, size=size, sha256=sha256, changed=changed)


def is_link(resource: Resource) -> bool:
    """Whether a resource leads elsewhere."""
    return bool(resource.url) and resource.url.lower().startswith(("http://", "https://"))


def is_watched(package: Package, resource: Resource) -> bool:
    """Whether a link is looked at: of a public dataset, and where its owner wants a copy.

    Nobody else learns of the links of a dataset that is not public, so whoever is at their other end does not either.
    """
    wanted = package.dataset.public or (package.dataset.state != "deleted" and wants_mirror(resource))
    return is_link(resource) and wanted


def wants_mirror(resource: Resource) -> bool:
    """Whether its owner wants a copy here: `mirror` of the resource."""
    return catalogue_rules.flag(resource.fields.get("mirror", False)) is True


def _known(link: Link, resource: Resource) -> Mapping[str, str]:
    """The headers of a conditional request, where what was fetched last is still what is here."""
    held = (resource.file, resource.held, resource.failed)
    if not link.sha256 or link.sha256 not in {each.sha256 for each in held if each is not None}:
        return {}
    known = {"if-none-match": link.etag, "if-modified-since": link.modified}
    return {name: value for name, value in known.items() if value}


def all_of(package: Package) -> Iterable[str]:
    """Ids of the resources of a package that are links."""
    return (each.id for each in package.resources if is_link(each))
