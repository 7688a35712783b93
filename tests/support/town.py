"""The whole house inside the test process: mended moto, the app of `app.py`, people, agencies, a bank, and no socket.

with town() as here:
    world = World(InProcess(here))

Everything runs in the one thread of the test, so that the n-th AWS call of a request is the same in every run. What
the laptop stack does with servers and threads is done here by plain calls: the same front, the same gateway, the same
agencies, each reached by its address; queues and schedules move only when `settle` is called.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests
from moto.backends import get_backend

from chalicelib.settings import ROOMS
from chalicelib.shared.egress import HttpAnswer, Unreachable
from chalicelib.shared.ids import utc_now
from chalicelib.shared.journal import OPEN
from demo.world import Answer
from infra.local.calls import Calls
from infra.local.desk import Front
from infra.local.environment import ISOLATED, changed
from infra.local.exchange_check import exchange_check
from infra.local.gateway import Api
from infra.local.gateway_event import ACCOUNT
from infra.local.in_process import LambdaContext, api_of, in_process
from infra.local.loading import LoadedApp, load_app
from infra.local.oidc import DIGITAL_ID_SECRET
from infra.local.pump import schedule_event, sqs_event
from infra.local.seed import Wishes, seed
from infra.local.sources import Function, QueueSource, ScheduleSource, sources_of
from infra.local.surroundings import Surroundings, variables
from tests.support.cloud import ENVIRONMENT, ORIGIN, REGION, LongLived, moto_cloud, new_session
from tests.support.faults import Crash
from tests.support.wsgi_call import call_wsgi

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

ADDRESS = ORIGIN
AGENCIES = ("http://127.0.0.1:8101", "http://127.0.0.1:8102", "http://127.0.0.1:8103")
DATA_CENTRE = "http://127.0.0.1:8104"
MOST_ROUNDS = 400
ATTEMPTS = 6
"""How often a client, or somebody else's system, repeats one request before it gives up."""

FINAL = ("access_denied", "consent_needed", "preview_needed")
"""Ends of the exchange's error types for what no repeat mends."""

Around = Callable[[str, int], AbstractContextManager[None]]
"""What is done around one run of the app: its name, and which attempt at the same thing it is, from 0."""


class Town:
    """People, systems, agencies and the platforms.

    Args:
        around: wraps every run of the app's code, e.g. to switch faults on; nothing else is inside it.
        cold: every request and every message meets a process that has just been started.

    Attributes:
        around: may be changed at any time.
        answered: is told whenever a system of an agency has answered the app; may be changed at any time.
        cold: may be changed at any time.
        restarts: how many times the server was killed.
        failures: exceptions of consumers and schedules; what failed comes again.
    """

    def __init__(self, around: Around = lambda name, attempt: nullcontext(), cold: bool = False) -> None:
        self.around = around
        self.answered: Callable[[], None] = lambda: None
        self.cold = False
        self.restarts = 0
        self._running = 0
        self.failures: list[str] = []
        self._attempt = 0
        self._late = timedelta()
        self.calls = Calls()
        outside = OutsideHttp(self)
        check = exchange_check(ADDRESS, outside, utc_now)
        self.surroundings = Surroundings(ADDRESS, check, self.calls, dict, http=outside)
        self._agencies: dict[str, WSGIApplication] = {
            **{address: agency.app for address, agency in zip(AGENCIES, self.surroundings.agencies, strict=True)},
            DATA_CENTRE: self.surroundings.data_centre.app,
        }
        own = new_session()
        self._pump: Any = own.client("sqs")
        self._inside: Any = get_backend("sqs")[ACCOUNT][REGION]
        self._tables: Any = own.client("dynamodb")
        self._session = LongLived()
        self.calls.watch(self._session)
        self._swept: Counter[str] = Counter()
        self._api: Api | None = None
        self._queues: dict[str, tuple[str, str]] = {}
        self._start()
        seed(self.loaded.house, self._wishes())
        self.restart()
        self.calls.reset()
        self.restarts = 0
        self.cold = cold

    def _start(self) -> None:
        with changed({**variables(ENVIRONMENT, ADDRESS), "AWS_DEFAULT_REGION": REGION}):
            self.loaded: LoadedApp = load_app(self._session, http=TownHttp(self))
        self.loaded.house.sweep_clock = self.now
        self.front = Front()
        self._api = self._api or api_of(self.loaded.app)
        self.front.open(self.surroundings.paths, in_process(self.loaded.app, api=self._api))
        self._sources = sources_of(self.loaded.app)

    def restart(self) -> None:
        """The server was killed: a new process on the same account, with nothing in memory."""
        self.restarts += 1
        self._start()

    def now(self) -> datetime:
        """What schedules take the time for."""
        return utc_now() + self._late

    def ask(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | None, attempt: int = 0
    ) -> tuple[int, dict[str, str], bytes]:
        """One request of somebody outside. Raises `Crash` when the server dies over it."""
        if urlsplit(path).path.startswith("/local/"):  # the laptop's own desk: the app runs only behind it
            self._attempt = attempt
            try:
                return call_wsgi(self.front, method, path, headers, body)
            finally:
                self._attempt = 0
        with self._run_of(f"{method} {urlsplit(path).path}", attempt):
            return call_wsgi(self.front, method, path, headers, body)

    def insist(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | None
    ) -> tuple[int, dict[str, str], bytes]:
        """The same request until it is answered by something better than a failure, as a careful client does."""
        answer: tuple[int, dict[str, str], bytes] | None = None
        # what somebody at the laptop's desk repeats, the bank behind it repeats
        for attempt in range(self._attempt, self._attempt + ATTEMPTS):
            try:
                answer = self.ask(method, path, headers, body, attempt)
            except Crash:
                self.restart()
                continue
            # an exchange's refusal is a 500 too (X-Road message protocol for REST), and nothing to insist on
            if answer[0] not in (500, 502, 503, 504) or answer[1].get("x-road-error", "").endswith(FINAL):
                return answer
        if answer is None:
            raise AssertionError(f"the server died of {method} {path} {ATTEMPTS} times")
        return answer

    def settle(self) -> None:
        """Queues and schedules do what they would do by themselves, until nothing moves and nothing is unsent."""
        for _ in range(MOST_ROUNDS):
            if sum([self._deliver(source) for source in self._sources[0]]):
                continue
            if not self.open_rows():
                return
            self.sweep()
        raise AssertionError(f"the town does not come to rest: {self.open_rows()} {self.failures[-3:]}")

    def sweep(self) -> None:
        """Every schedule once, two minutes later than the last time."""
        self._late += timedelta(minutes=2)
        for source in self._sources[1]:
            event = schedule_event(source.name, REGION, self.now())
            done = self._run(source, event, self._swept[source.name])
            self._swept[source.name] = 0 if done else self._swept[source.name] + 1

    def sweep_at(self, minute: int) -> None:
        """Every schedule once, at this minute of the next hour: some of their work comes only once an hour."""
        now = self.now()
        self._late += now.replace(minute=minute, second=0, microsecond=0) + timedelta(minutes=58) - now
        self.sweep()

    def open_rows(self) -> list[str]:
        """Events that somebody must still learn of."""
        tables = [self.loaded.house.settings.table(room) for room in ROOMS]
        found = [row for table in tables for row in self._tables.scan(TableName=table, IndexName=OPEN)["Items"]]
        data = [json.loads(row["data"]["S"]) for row in found if row["open_pk"]["S"].startswith("OPEN#")]
        return [str(row["event"]["type"]) for row in data]

    def dead_letters(self) -> int:
        """Messages that were set aside."""
        return sum(self._waiting(source.queue + "-dlq") for source in self._sources[0])

    def _deliver(self, source: QueueSource) -> int:
        """What Lambda does with a queue, once; how many messages there were. A message that failed is seen again."""
        if not self._inside.queues[source.queue].messages:
            return 0  # to ask an empty queue is an AWS call too, and most of what the town would do
        url, arn = self._queue(source.queue)
        received = self._pump.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=min(10, source.batch_size),
            VisibilityTimeout=0,
            MessageSystemAttributeNames=["All"],
        ).get("Messages", [])
        if received:
            attempt = int(received[0]["Attributes"]["ApproximateReceiveCount"]) - 1
            if self._run(source, sqs_event(received, arn, REGION), attempt):
                for message in received:
                    self._pump.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return len(received)

    def _run(self, source: QueueSource | ScheduleSource, event: Mapping[str, Any], attempt: int) -> bool:
        try:
            with self._run_of(source.name, attempt):
                # after a restart the function is another one of the same name
                function: Function = self.loaded.app.handler_map[source.name]
                function(event, LambdaContext(source.name))
        except Crash:
            self.restart()
            return False
        except Exception as error:  # whatever escapes a function, Lambda counts as a failed run
            self.failures.append(f"{source.name}: {type(error).__name__}: {error}")
            return False
        return True

    @contextmanager
    def _run_of(self, name: str, attempt: int) -> Iterator[None]:
        if self.cold and attempt == 0 and not self._running:
            self.restart()
        self._running += 1
        try:
            with self.around(name, attempt):
                yield
        finally:
            self._running -= 1

    def _queue(self, name: str) -> tuple[str, str]:
        if name not in self._queues:
            url = self._pump.get_queue_url(QueueName=name)["QueueUrl"]
            found = self._pump.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
            self._queues[name] = url, found["Attributes"]["QueueArn"]
        return self._queues[name]

    def _waiting(self, queue: str) -> int:
        name = "ApproximateNumberOfMessages"
        found = self._pump.get_queue_attributes(QueueUrl=self._queue(queue)[0], AttributeNames=[name])
        return int(found["Attributes"][name])

    def _wishes(self) -> Wishes:
        keys = self.surroundings.keys
        return Wishes(
            personas=self.surroundings.personas,
            jwks={client_id: key.jwks for client_id, key in keys.items()},
            addresses={
                "gdx": ADDRESS,
                "citizen": ADDRESS,
                "biz": ADDRESS,
                "opendata": ADDRESS,
                **dict(zip(("dopa", "dbd", "ncb"), AGENCIES, strict=True)),
                "agencies": DATA_CENTRE,
            },
            bank_secret=self.surroundings.bank.secret,
            login_secrets={"digital-id": DIGITAL_ID_SECRET},
        )

    def moves_in(self, address: str, app: WSGIApplication) -> None:
        """Somebody more answers at an address from now on."""
        self._agencies[address] = app

    def system(self, url: str) -> tuple[WSGIApplication, str] | None:
        """Who answers at an address, and the path there; None when nobody does."""
        parts = urlsplit(url)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        address = f"{parts.scheme}://{parts.netloc}"
        app = self.front if address == ADDRESS else self._agencies.get(address)
        return None if app is None else (app, path)


class TownHttp:
    """The app's way out: to the agencies, and to itself."""

    def __init__(self, here: Town) -> None:
        self._here = here

    def send(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes | None = None, timeout: float = 10.0
    ) -> HttpAnswer:
        """Raises `Unreachable` when nobody lives there."""
        found = self._here.system(url)
        if found is None:
            raise Unreachable("nobody lives there")
        answer = HttpAnswer(*call_wsgi(found[0], method, found[1], headers, body))
        if found[0] is not self._here.front:
            self._here.answered()
        return answer


class OutsideHttp:
    """The way of agencies, systems and the bank to the platforms: they are other processes, and insist."""

    def __init__(self, here: Town) -> None:
        self._here = here

    def send(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes | None = None, timeout: float = 10.0
    ) -> HttpAnswer:
        """Raises `Unreachable` for any address but the town's."""
        if not url.startswith(ADDRESS + "/"):
            raise Unreachable("nobody lives there")
        return HttpAnswer(*self._here.insist(method, url.removeprefix(ADDRESS), headers, body))


class InProcess:
    """Carries the requests of the people of a story (`demo.world.Transport`); they too insist."""

    def __init__(self, here: Town) -> None:
        self._here = here

    def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        """One request, to a path or to a whole address of the town."""
        status, answered, content = self._here.insist(method, path.removeprefix(ADDRESS), headers, body)
        return Answer(status, answered, content)

    def upload(self, url: str, fields: Mapping[str, str], file_name: str, content: bytes) -> int:
        """Posts a file to S3 with a presigned form."""
        return requests.post(url, data=dict(fields), files={"file": (file_name, content)}, timeout=10).status_code

    def pause(self) -> None:
        """Lets the queues work."""
        self._here.settle()


@contextmanager
def town(kind: type[Town] = Town) -> Iterator[Town]:
    """A freshly seeded town on an account of its own."""
    with changed(ISOLATED), moto_cloud(ROOMS):
        yield kind()
