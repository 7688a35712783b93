"""Versions as somebody sees them: listed, cited, compared, proven."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.errors import Fault, Invalid, NotFound, WrongState, not_found
from chalicelib.shared.identity import Caller
from chalicelib.shared.journal import Event, Once
from chalicelib.shared.objects import Objects
from chalicelib.shared.parts import Parts
from chalicelib.shared.tlog_key import LogKey
from chalicelib.shared.tlog_proof import proof_text

from ..forgetting import Purged
from ..jobs.model import Job, Result, Wish
from ..jobs.service import Jobs
from ..model import File, Group, Package, Resource
from ..packages import Packages
from ..rules import Rejected
from ..store import Store
from ..tables.engine.connection import Engine
from ..usage.counters import day_of
from . import rows, telling
from .chain import digest, facts, link
from .citation import Citation, citation
from .differences import SECONDS, TINY_BYTES, TINY_ROWS, Differences
from .model import Diff, TableDiff
from .roots import Roots, broken, entry

NOT_OLDER = "Must be an older version than `to`"
JOB = "diff"
"""The kind of job that compares large versions."""


@dataclass(frozen=True)
class Seen:
    """A version as a caller sees it.

    Attributes:
        told: whether the caller is told what it is; else only that it is there, by its digest.
        until: when the next one came (ISO 8601); "" for the current one.
        before: number of the version before that the caller is told of; None where there is none.
        diff: what is different from that one; None where it is not known (yet).
    """

    file: File
    told: bool
    until: str
    before: int | None = None
    diff: Diff | None = None


@dataclass(frozen=True)
class Place:
    """A resource whose versions a caller looks at."""

    package: Package
    organization: Group
    resource: Resource
    member: bool

    def seen(self, file: File, until: str) -> bool:
        """Whether the caller is told of a version."""
        return telling.may_read(self.package.dataset, self.resource, file, until, member=self.member)


@dataclass(frozen=True)
class Proof:
    """What shows that a version stood in the catalogue on a day, to be checked by whoever has the log's key.

    Attributes:
        statement: what the version is; its digest and the hash before it give its hash.
        chain: (number, digest) of the versions after it, to the one whose hash the leaf holds.
        entry: the leaf's content.
        proof: tlog-proof (C2SP) with the day's checkpoint.
    """

    file: File
    statement: Mapping[str, Any]
    chain: tuple[tuple[int, str], ...]
    entry: str
    proof: str
    day: str
    vkey: str


class Versions:
    """What the room tells of versions. One that a caller is not told of does not exist for them.

    Args:
        differences: made and kept.
        roots: of each day.
        jobs: for what takes long.
        site: public address.
    """

    def __init__(
        self,
        store: Store,
        packages: Packages,
        objects: Objects,
        differences: Differences,
        roots: Roots,
        jobs: Callable[[], Jobs],
        *,
        site: str,
        clock: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._packages = packages
        self._objects = objects
        self._differences = differences
        self._jobs = jobs
        self._site = site
        self._clock = clock
        self.roots = roots

    def place(self, caller: Caller, resource_id: str) -> Place:
        """A resource with a file that the caller may see.

        Raises:
            NotFound: there is none, or its file gave way to a link.
        """
        package, organization = self._packages.find_of_resource(caller, resource_id)
        resource = package.resource(resource_id)
        if resource is None or resource.file is None:
            raise _no_version()
        return Place(package, organization, resource, self._packages.is_member(caller, organization))

    def listed(self, place: Place, *, limit: int, after: str | None = None) -> tuple[list[Seen], str | None]:
        """The versions, the latest first, and where the list goes on; those of an earlier resource of this id are not
        among them."""
        until, _, cursor = (after or "|").partition("|")
        files, following = self._store.files(place.resource.id, limit=limit, after=cursor or None)
        older = self._store.files(place.resource.id, limit=1, after=following)[0] if following else []
        row = [file for file in [*files, *older] if telling.is_own(place.resource, file)]
        ends = [until, *(file.at for file in row)]
        seen = [Seen(file, place.seen(file, end), end) for file, end in zip(row, ends, strict=False)]
        told = [(new, old) for new, old in pairwise(seen) if new.told and old.told]
        diffs = self._differences.kept(place.resource.id, [(old.file.number, new.file.number) for new, old in told])
        before = {new.file.number: old.file.number for new, old in told}
        count = sum(telling.is_own(place.resource, file) for file in files)
        shown = [
            replace(each, before=old, diff=None if old is None else diffs.get((old, each.file.number)))
            for each in seen[:count]
            for old in [before.get(each.file.number)]
        ]
        return shown, None if following is None or count < len(files) else f"{files[-1].at}|{following}"

    def one(self, place: Place, number: int) -> Seen:
        """One version.

        Raises:
            NotFound: there is none of this number, or it is not for this caller.
        """
        file, until = self._store.file_and_end(place.resource.id, number)
        if file is None or not place.seen(file, until):
            raise _no_version()
        pair = self._differences.before(place.resource.id, number)
        if pair is None or not place.seen(pair[0], file.at):
            return Seen(file, True, until)
        old = pair[0].number
        return Seen(
            file, True, until, old, self._differences.kept(place.resource.id, [(old, number)]).get((old, number))
        )

    def cite(self, place: Place, file: File) -> Citation:
        """How to cite a version today."""
        today = day_of(self._clock())
        return citation(place.package, place.organization, place.resource, file, site=self._site, accessed=today)

    def download(self, file: File) -> str:
        """A short-lived address of the bytes as they were uploaded, under their own name."""
        return self._objects.download_url(file.original, file_name=file.file_name)

    def diff(self, place: Place, old: int, new: int) -> Diff:
        """What is different between any two versions; made now where it is not known and both are small.

        Raises:
            NotFound: a version is not there, or not for this caller.
            WrongState: they are large, and nobody has had them compared.
            Invalid: `from` is not before `to`.
        """
        if not old < new:
            raise Invalid(
                "ลำดับของเวอร์ชันไม่ถูกต้อง",
                "The versions are not in order.",
                [Fault("query:from", "ต้องเป็นเวอร์ชันที่เก่ากว่า to", "Must be an older version than `to`.")],
            )
        kept = self._differences.kept(place.resource.id, [(old, new)]).get((old, new))
        before, after = self.one(place, old).file, self.one(place, new).file
        if kept is not None:
            return kept
        if not self._differences.is_small(before, after):
            raise WrongState(
                "เวอร์ชันมีขนาดใหญ่และยังไม่ได้เปรียบเทียบ โปรดขอเป็นงานที่ POST /opendata/v1/jobs ชนิด diff",
                "These versions are large and not compared yet: ask for it by POST /opendata/v1/jobs, kind `diff`.",
            )
        return self._differences.make(place.resource, before, after)

    def rows(self, place: Place, diff: Diff, table: TableDiff, page: int) -> list[dict[str, Any]]:
        """A page of the rows that are different, from 1; raises NotFound."""
        return self._differences.page(place.resource.id, diff, table, page)

    def proof(self, place: Place, number: int) -> Proof:
        """What shows that a version stood in the catalogue.

        Raises:
            NotFound: as `one`.
            WrongState: the day's root is not made yet.
            Unavailable: what is kept does not hold together, which is told to the operators.
        """
        file = self.one(place, number).file
        at = self.roots.place(place.resource.id, number)
        root = None if at is None else self.roots.of_day(at.day)
        if at is None or root is None:
            raise WrongState(
                "เวอร์ชันนี้จะอยู่ในรากประจำวันหลังเที่ยงคืน โปรดขอใหม่พรุ่งนี้",
                "This version will be in the day's root after midnight; ask tomorrow.",
            )
        statement = facts(place.resource.id, file)
        last, chain = link(file.previous, digest(statement)), []
        if last != file.chain:
            raise broken()
        for each in self._between(place.resource.id, number, at.head):
            told = digest(facts(place.resource.id, each))
            last = link(last, told)
            chain.append((each.number, told))
        path = self.roots.inclusion(root, at.index)
        if self.roots.heads(root)[at.index - root.first] != last:
            raise broken()
        text = proof_text(at.index, path, root.checkpoint)
        return Proof(file, statement, tuple(chain), entry(last).decode(), text, root.day, str(self.roots.key.vkey))

    def _between(self, resource: str, number: int, head: int) -> list[File]:
        """The versions after one to another, the oldest first."""
        found: list[File] = []
        after: str | None = None
        while True:
            page, after = self._store.files(resource, limit=100, after=after)
            found += [each for each in page if number < each.number <= head]
            if after is None or page[-1].number <= number:
                return found[::-1]

    # -- comparing what comes in

    def on_event(self, event: Event) -> None:
        """A version that has just come is compared with the one before; harmless when repeated."""
        number, resource_id = event.data.get("file"), str(event.data.get("resource") or "")
        package = self._store.package_of_resource(resource_id) if number and resource_id else None
        resource = None if package is None else package.resource(resource_id)
        if package is None or resource is None or number is None:
            return
        pair = self._differences.before(resource_id, int(number))
        if pair is None or not telling.is_own(resource, pair[0]) or not pair[0].tables or not pair[1].tables:
            return
        if self._differences.kept(resource_id, [(pair[0].number, pair[1].number)]):
            return
        if self._differences.is_small(*pair, rows=TINY_ROWS, size=TINY_BYTES):
            try:
                self._differences.make(resource, *pair)
            except NotFound:
                return  # it was deleted or purged meanwhile
            except Rejected:
                self._ask(event, package, resource, *pair)
        else:
            self._ask(event, package, resource, *pair)

    def _ask(self, event: Event, package: Package, resource: Resource, old: File, new: File) -> None:
        given = {"resource": resource.id, "from": old.number, "to": new.number}
        by = Caller("system", f"opendata-versions/{resource.id}")
        once = Once.of_event(event.id, "opendata.versions.diff")
        self._jobs().ask(by, once, JOB, given, about={package.id: package.dataset.version})

    def check(self, caller: Caller, given: Mapping[str, Any]) -> Wish:
        """What somebody asks for as a job of kind `diff`: resource, from, to.

        Raises:
            NotFound, Rejected.
        """
        numbers = {name: given.get(name) for name in ("from", "to")}
        wrong = {name: ["Invalid integer"] for name, value in numbers.items() if type(value) is not int or value < 1}
        if wrong:
            raise Rejected(wrong)
        place = self.place(caller, str(given.get("resource") or ""))
        old, new = (self.one(place, int(str(each))).file.number for each in numbers.values())
        if not old < new:
            raise Rejected({"from": [NOT_OLDER]})
        package = place.package
        return Wish({"resource": place.resource.id, "from": old, "to": new}, {package.id: package.dataset.version})

    def forget(self, purged: Purged) -> None:
        """Takes away what is kept of a purged dataset's versions beside its own rows."""
        self._differences.forget(purged)

    def compare(self, job: Job) -> Result:
        """Does a job of kind `diff`.

        Raises:
            NotFound: something is not there any more.
            Rejected: it takes too much memory.
        """
        resource_id, old, new = str(job.given["resource"]), int(job.given["from"]), int(job.given["to"])
        package = self._store.package_of_resource(resource_id)
        resource = None if package is None else package.resource(resource_id)
        before, after = self._store.file(resource_id, old), self._store.file(resource_id, new)
        if resource is None or before is None or after is None:
            raise _no_version()
        kept = self._differences.kept(resource_id, [(old, new)]).get((old, new))
        diff = kept or self._differences.make(resource, before, after, seconds=SECONDS)
        key = job.place("json")
        url = f"{self._site}/opendata/v1/resources/{resource_id}/diff?from={old}&to={new}"
        self._objects.put(key, f'{{"diff":"{url}"}}'.encode(), media_type="application/json")
        counts = [each.counted for each in diff.tables if each.counted is not None]
        told = {name: sum(getattr(each, name) for each in counts) for name in ("added", "removed", "changed")}
        return Result(key, "application/json", f"diff-{old}-{new}.json", told)


def opened(
    parts: Parts, store: Store, packages: Packages, objects: Objects, engine: Engine, jobs: Callable[[], Jobs]
) -> Versions:
    """The noun on the room's parts."""
    key = LogKey(parts.table, parts.keyring, origin(parts.base_url), place=rows.KEY, context="opendata/roots/ed25519")
    return Versions(
        store,
        packages,
        objects,
        Differences(parts.table, objects, store, engine, clock=parts.clock),
        Roots(parts.table, objects, key, clock=parts.clock),
        jobs,
        site=parts.base_url,
        clock=parts.clock,
    )


def origin(site: str) -> str:
    """Name of the log of roots: its address without the scheme (C2SP tlog-checkpoint)."""
    parts = urlsplit(site)
    return f"{parts.netloc}{parts.path.rstrip('/')}/opendata/v1/roots"


def _no_version() -> NotFound:
    return not_found("เวอร์ชันนี้", "version of a file")
