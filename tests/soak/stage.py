"""Where lives take place: the account, the clock, the ids, the faults, the messages on their way."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.shared.aws.dynamo import DynamoTable
from chalicelib.shared.aws.objects import S3Objects
from chalicelib.shared.aws.queues import SqsPost
from chalicelib.shared.egress import Http
from chalicelib.shared.storage import Item
from infra.local.gateway_event import ACCOUNT
from tests.support.cloud import REGION, SUFFIX
from tests.support.faults import Faults, faults
from tests.support.faults.outside import Mood, RoughHttp
from tests.support.faults.past import Past

from .account import BEGINNING, Account, Picture, account
from .flow import Flow
from .history import History
from .queues import Queues

START = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)


@dataclass
class _Clock:
    now: datetime = START


class Stage:
    """What a flow stands on. Everything it gives is fresh for each life.

    Attributes:
        account: AWS behind the scenes.
        layer: the faults.
        queues: messages on their way.
        seeded: what the flow's `seed` gave.
        history: what was written in this life.
        total: how often each kind of fault struck, in all lives.
    """

    def __init__(self, account: Account, clock: _Clock, layer: Faults) -> None:
        self.account = account
        self.layer = layer
        self.queues = Queues(ACCOUNT, REGION, BEGINNING)
        self.seeded: Any = None
        self.history = History()
        self.total: Counter[str] = Counter()
        layer.committed = lambda operation, body: self.history.note(self.now, operation, body)
        self._clock = clock
        self._rooms: tuple[str, ...] = ()
        self._numbers: Iterator[int] = itertools.count(1)
        self._pictures: dict[type[Flow[Any]], tuple[Picture, Any, int]] = {}
        self._outside: list[RoughHttp] = []
        self.mood: Callable[[], Mood] = lambda: "well"

    # -- for flows -------------------------------------------------------------------------------

    @property
    def now(self) -> datetime:
        """The time."""
        return self._clock.now

    def clock(self) -> datetime:
        """The time, as rooms ask for it."""
        return self._clock.now

    def pass_time(self, **given: float) -> None:
        """Moves the clock; backwards, too."""
        self._clock.now += timedelta(**given)

    def ids(self) -> str:
        """Sortable ids that are the same in every run; of the same form as `new_id`."""
        return f"{int(self.now.timestamp() * 1000):012x}{next(self._numbers):020x}"

    def table(self, room: str) -> DynamoTable:
        """A room's table."""
        clients = self.account.clients(self._rooms)
        return DynamoTable(lambda: clients.dynamodb, f"{BEGINNING}{room}", sleep=lambda _: None)

    def post(self) -> SqsPost:
        """The queues, by a process that knows no address yet."""
        clients = self.account.clients(self._rooms)
        return SqsPost(lambda: clients.sqs, lambda name: f"{BEGINNING}{name}")

    def objects(self, purpose: str) -> S3Objects:
        """A bucket, e.g. `biz-documents`."""
        clients = self.account.clients(self._rooms)
        return S3Objects(lambda: clients.s3, f"{BEGINNING}{purpose}-{SUFFIX}", patient=lambda: clients.patient_s3)

    def outside(self, systems: Http) -> RoughHttp:
        """Other systems in all their moods; another process may go on while one of them is asked."""
        made = RoughHttp(systems, lambda: self.mood(), self.pause)
        self._outside.append(made)
        return made

    @property
    def asked(self) -> int:
        """Requests to other systems in this life."""
        return sum(each.sent for each in self._outside)

    @property
    def unanswered(self) -> int:
        """Those of them that went wrong."""
        return sum(each.failed for each in self._outside)

    def pause(self) -> None:
        """A moment between two AWS calls, in which another process may go on."""
        if self.layer.on and self.layer.gate is not None:
            self.layer.gate()

    def rows(self, room: str, beginning: str = "", sk: str = "") -> list[Item]:
        """Rows of a room's table whose keys begin so, by no AWS call."""
        rows = self.account.rows(room)
        return [row for row in rows if row.key.pk.startswith(beginning) and row.key.sk.startswith(sk)]

    # -- for the harness -------------------------------------------------------------------------

    def prepare(self, flow: type[Flow[Any]]) -> None:
        """Puts back what there is before each life of a flow; the first time, seeds it."""
        self.layer.on = False
        self.total += Counter(kind for _, _, kind in self.layer.trace)
        self.layer.trace.clear()
        self.layer.slept.clear()
        self.mood = lambda: "well"
        self.layer.bury()
        if self.layer.past is not None:
            self.layer.past.clear()
        self._clock.now, self._rooms = START, flow.rooms
        if flow not in self._pictures:
            self.account.put_back()
            self._numbers = itertools.count(1)
            self.queues.clear()  # buckets greet their queues when they are made
            seeded = flow.seed(self)
            self.queues.clear()
            self._pictures[flow] = self.account.picture(), seeded, next(self._numbers)
        picture, self.seeded, number = self._pictures[flow]
        self._clock.now, self._numbers = START, itertools.count(number)
        self.account.put_back(picture)
        self.queues.clear()
        self.history.clear()
        self._outside.clear()


@contextmanager
def stage() -> Iterator[Stage]:
    """A stage, for lives of any flows one after the other."""
    clock = _Clock()
    with account(lambda: clock.now.timestamp()) as opened, faults(lambda *_: "ok") as layer:
        layer.on = False
        layer.past = Past(ACCOUNT, REGION)
        yield Stage(opened, clock, layer)
