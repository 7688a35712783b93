"""The Biz Portal as flows use it: the real room on DynamoDB and S3, called by its routes, in a small town."""

from __future__ import annotations

import functools
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from chalicelib.biz.definitions.catalogue import Catalogue, shipped
from chalicelib.biz.documents.examination import examine
from chalicelib.biz.ports import Letter, Paper, Running
from chalicelib.biz.routes import routes
from chalicelib.biz.service import Biz
from chalicelib.shared.cursors import Cursors
from chalicelib.shared.ids import new_id
from chalicelib.shared.journal import Event, Once
from chalicelib.shared.keyring import Keyring
from chalicelib.shared.messengers import Outside
from chalicelib.shared.parts import Parts as RoomParts
from chalicelib.shared.storage import Item
from chalicelib.shared.workdays import Calendar
from tests.biz.life.model import INTAKE
from tests.biz.life.services import COMPLETE, PARADE, STALL, shelf
from tests.biz.town import AGENCY, ANONG, BUNDIT, MALEE, PDF, SOMCHAI, Neighbours, NoHttp, Town
from tests.support.client import Client
from tests.support.keys import local_keyring
from tests.support.outbox import Outbox
from tests.support.tokens import Issuers

from ..flow import Parts, Violation
from ..judging import chains, histories
from ..stage import Stage
from .asking import Asking

WHY = {"th": "เหตุผล", "en": "For this reason."}


@functools.cache
def catalogue() -> Catalogue:
    """Two small permits beside those that are shipped."""
    return shipped().and_of(shelf(Path(tempfile.mkdtemp())))


class Around(Neighbours):
    """The registers, inboxes and wallets, in whatever mood they are; who is told twice by one id keeps it once."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage.clock)
        self._stage = stage

    def _asked(self, act: Callable[[], None]) -> None:
        self._stage.pause()
        mood = self._stage.mood()
        if mood not in ("well", "silent"):
            raise ConnectionError(mood)
        act()
        if mood == "silent":
            raise ConnectionError(mood)

    def deliver(self, pid: str, letter: Letter) -> None:
        """As `Mailbox`."""
        self._asked(lambda: super(Around, self).deliver(pid, letter))

    def keep(self, pid: str, paper: Paper) -> None:
        """As `Wallet`."""
        self._asked(lambda: super(Around, self).keep(pid, paper))

    def show(self, pid: str, running: Running) -> None:
        """As `Home`."""
        self._asked(lambda: super(Around, self).show(pid, running))


@dataclass(frozen=True)
class BizParts(Parts):
    """Parts of the room that a defect can stand in for.

    Attributes:
        room: may change what a process was put together of.
    """

    room: Callable[[Biz], Biz] = lambda biz: biz


@dataclass(frozen=True)
class Seeded:
    """What all lives know.

    Attributes:
        cases: applications, by what they are: `draft`, `checking`, `deciding`, `payment`.
        seen: events of the time before.
        version: of each application's row.
    """

    keyring: Keyring
    issuers: Issuers
    cases: dict[str, str]
    seen: frozenset[str]
    version: dict[str, int]


@dataclass
class Process:
    """One process of the room.

    Attributes:
        biz: the room.
        client: its routes.
    """

    biz: Biz
    client: Client


class _SeedTown(Town):
    """The town of the tests of the room, on S3."""

    def post_form(self, made: Any, content: bytes) -> None:
        self.objects.put(made["fields"]["key"], content, media_type="application/pdf")


class BizFlow(Asking[Process]):
    """A flow of the portal: every command is an HTTP request with an Idempotency-Key."""

    rooms: ClassVar = ("biz",)
    prefix: ClassVar = "/biz/v1"
    lasts: ClassVar = ("id", "version", "state", "ref1", "ref2")
    parts: ClassVar[BizParts] = BizParts()
    wanted: ClassVar[Sequence[str]]
    """The applications that a flow begins with."""

    def __init__(self, stage: Stage, parts: Parts) -> None:
        super().__init__(stage, parts)
        self.around = Around(stage)
        self.mails = Outbox()

    @classmethod
    def seed(cls, stage: Stage) -> Seeded:
        keyring = local_keyring()
        table, objects = stage.table("biz"), stage.objects("biz-documents")
        town = _SeedTown(shelf(Path(tempfile.mkdtemp())), table=table, objects=objects, keyring=keyring)
        town.biz.enlist(once(), INTAKE, AGENCY, ["intake", "inspector"], "เจ้าหน้าที่")
        cls.prepare(town)
        cases = {each: _prepared(town, each) for each in cls.wanted}
        town.run_queue()
        rows = stage.rows("biz")
        seen = frozenset(event.id for events in histories(rows).values() for event in events)
        version = {row.key.pk[5:]: row.version for row in rows if row.key.sk == "META"}
        return Seeded(keyring, Issuers(stage.clock), cases, seen, version)

    @classmethod
    def prepare(cls, town: Town) -> None:
        """What else is there before any life."""

    @classmethod
    def services(cls) -> Catalogue:
        """What is on offer."""
        return catalogue()

    def start(self) -> Process:
        seeded: Seeded = self.stage.seeded
        table = self.given.table(self.stage.table("biz"))
        post = self.given.post(self.stage.post())
        journal = self.given.journal(table, post, ids=self.stage.ids, clock=self.stage.clock)
        parts = RoomParts(
            base_url="https://klang.test",
            table=table,
            keyring=seeded.keyring,
            journal=journal,
            cursors=Cursors(seeded.keyring),
            tokens=seeded.issuers.tokens,
            http=NoHttp(),
            clock=self.stage.clock,
            ids=self.stage.ids,
        )
        biz = Biz(
            parts,
            self.given.objects(self.stage.objects("biz-documents")),
            catalogue=self.services,
            registers=self.around,
            mailbox=self.around,
            home=self.around,
            wallet=self.around,
            calendar=Calendar.load,
            outside=Outside(self.mails, self.mails),
            figures=self.around,
            examine=examine,
        )
        biz = self.given.room(biz)
        return Process(biz, Client([routes(biz)]))

    def hear(self, process: Process, queue: str, body: str) -> None:
        if queue == "biz-events":
            process.biz.on_event(body)

    def sweep(self, process: Process) -> None:
        process.biz.parts.journal.sweep(self.stage.now)
        process.biz.lateness.sweep(self.stage.now)

    # -- what must be true -----------------------------------------------------------------------

    def judge(self, process: Process) -> Iterator[Violation]:
        rows = self.stage.rows("biz")
        yield from chains(rows)
        found = histories(rows)
        yield from self._commands(found)
        yield from self._licences(rows, found)
        yield from self._told(found)

    def _commands(self, found: dict[str, list[Event]]) -> Iterator[Violation]:
        """What was acknowledged is in the history, at most as often as it was asked, each step upon the last."""
        seeded: Seeded = self.stage.seeded
        tried: dict[tuple[str, str], int] = Counter((each.about, told_by(each.what)) for each in self.asked.values())
        done = {key: each for key, each in self.asked.items() if each.answer is not None}
        effects = {  # who asks for a bill again is shown the one that is there
            (each.answer["ref2"] if each.what == "bill" else key, each.about, each.what) for key, each in done.items()
        }
        good = Counter((about, told_by(what)) for _, about, what in effects)
        versions: dict[str, list[int]] = defaultdict(list)
        for each in self.asked.values():
            if isinstance(each.answer, dict) and "version" in each.answer:
                versions[each.about].append(int(each.answer["version"]))
        for case in seeded.cases.values():
            events = found.get(f"CASE#{case}", [])
            fresh = Counter(event.type.removeprefix("biz.") for event in events if event.id not in seeded.seen)
            for kind in {kind for of, kind in tried if of == case}:
                least, most, there = good[case, kind], tried[case, kind], fresh[kind]
                if there < least:
                    yield Violation("LOST", f"{kind}: {there} of {least}")
                if there > most:
                    yield Violation("DOUBLED", f"{kind}: {there} of {most}")
            if len(set(versions[case])) != len(versions[case]):
                yield Violation("STALE", f"two commands made one version: {sorted(versions[case])}")
            yield from stepwise(events)

    def _licences(self, rows: list[Item], found: dict[str, list[Event]]) -> Iterator[Violation]:
        """One licence for each application that came to its end, and none for any other."""
        of = Counter(str(row.data["case"]) for row in rows if row.key.pk.startswith("LIC#") and row.key.sk == "META")
        for case in self.stage.seeded.cases.values():
            (row,) = [row for row in rows if (row.key.pk, row.key.sk) == (f"CASE#{case}", "META")]
            paid = sum(event.type == "biz.application.paid" for event in found[row.key.pk])
            if of[case] > 1:
                yield Violation("DOUBLED", f"{of[case]} licences for one application")
            if (row.data["state"] == "done") != (of[case] == 1) or (of[case] == 1) != (row.data["licence"] is not None):
                yield Violation("HALF", f"{row.data['state']} with {of[case]} licences")
            if paid != of[case]:
                yield Violation("HALF", f"paid {paid} times, {of[case]} licences")

    def _told(self, found: dict[str, list[Event]]) -> Iterator[Violation]:
        """Everything that somebody must learn of was told; each licence lies in a wallet, once."""
        seeded: Seeded = self.stage.seeded
        events = [event for pk, each in found.items() for event in each if event.id not in seeded.seen]
        heard = {event.id for event in events if event.queue and event.type != "biz.licence.issued"}
        told = set(self.around.letters)
        if heard - told:
            yield Violation("LOST", f"nobody was told of {sorted(e.type for e in events if e.id in heard - told)}")
        if told - heard:
            yield Violation("STALE", "a letter about what never happened")
        cases = [event for event in events if event.subject in seeded.cases.values()]
        issued = sum(event.type == "biz.licence.issued" for event in cases)
        papers = sum(paper.kind == "licence" for _, paper in self.around.papers.values())
        if papers != issued:
            yield Violation("LOST" if papers < issued else "DOUBLED", f"{issued} licences, {papers} in wallets")


def stepwise(events: list[Event]) -> Iterator[Violation]:
    """Each move of an application began where the one before it ended."""
    state = ""
    for event in events:
        if event.data.get("from", state) != state:
            yield Violation("STALE", f"{event.type} began in {event.data['from']}, not in {state}")
        state = event.data.get("to", state)


def told_by(what: str) -> str:
    """The kind of event that a command leaves."""
    from tests.biz.life.model import TOLD

    return TOLD[what]


def once() -> Once:
    """An attempt without a claim."""
    return Once(new_id(), "", new_id(), claimed=False)


def _prepared(town: Town, which: str) -> str:
    """An application that has come so far."""
    if which == "draft":
        case = town.open(SOMCHAI, PARADE)
        town.patch(case, COMPLETE, SOMCHAI)
        town.send(case, "plan", PDF, SOMCHAI)
        return case
    case = town.open(MALEE, STALL)
    town.patch(case, COMPLETE)
    town.send(case, "plan")
    town.ok(MALEE, "POST", f"/applications/{case}/submit")
    if which in ("deciding", "payment"):
        town.act(ANONG, case, "accept")
        findings = [{"code": "stands", "passed": True}]
        town.ok(INTAKE, "POST", f"/applications/{case}/inspections", json={"findings": findings})
    if which == "payment":
        town.act(BUNDIT, case, "approve")
    return case
