"""The laptop stack: emulator, template, app, agencies, people, bank, queues and schedules, in one process and a half.

The emulator is a process of its own; everything else runs in this one: the very app that Lambda would run, behind a
stand-in for API Gateway, with a pump in the place of Lambda's event sources.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from contextlib import ExitStack
from types import TracebackType
from typing import Self, TypeVar

from chalicelib.settings import ROOMS
from chalicelib.shared.egress import GuardedHttp, Unreachable
from infra import provision, watching
from infra.local.alarms.watcher import Watcher
from infra.local.calls import Calls
from infra.local.clock import MovableClock
from infra.local.desk import Front
from infra.local.emulator import start as start_emulator
from infra.local.environment import ISOLATED, changed
from infra.local.exchange_check import exchange_check
from infra.local.in_process import in_process
from infra.local.loading import LoadedApp, load_app
from infra.local.pump import Depth, Pump
from infra.local.seed import seed
from infra.local.session import LocalSession
from infra.local.surroundings import BUCKET_SUFFIX, LOOPBACK, REGION, Surroundings, variables
from infra.local.wsgi import serve
from infra.provision.parameters import EMULATED_MAIL
from infra.stages import Environment

log = logging.getLogger("klang.local.stack")

THREADS = 24
"""Requests served at once; one that makes an agency ask back for keys holds two of them."""

READY_WITHIN = 15.0


Part = TypeVar("Part")


class NotReady(Exception):
    """The stack came up but does not answer as it should."""


class Stack:
    """Start it, use `address`, stop it; or use it as a context manager.

    Args:
        emulator: `moto` or `ministack`.
        environment: `KLANG_ENV`.
        platforms: which rooms to open.
        speed: how many times faster than real time schedules and retries come round.
        watched: whether alarms are there and ring.

    Attributes:
        address: of the platforms and of `/local`.
        endpoint: of the emulator.
        calls: the application's AWS calls, counted from the moment the stack is ready.
        clock: tells the time to everything but the emulator; may be moved ahead.
    """

    def __init__(
        self,
        emulator: str = "moto",
        environment: str = "local",
        platforms: tuple[str, ...] = ROOMS,
        speed: float = 1.0,
        watched: bool = False,
    ) -> None:
        self._kind = emulator
        self._environment = environment
        self._platforms = platforms
        self._speed = speed
        self._watched = watched
        self._watcher: Watcher | None = None
        self._open = ExitStack()
        self._loaded: LoadedApp | None = None
        self._pump: Pump | None = None
        self._surroundings: Surroundings | None = None
        self.calls = Calls()
        self.clock = MovableClock()
        self.address = ""
        self.endpoint = ""

    def start(self, port: int = 0) -> Self:
        """Brings everything up and waits until it answers; port 0 takes a free one.

        Raises:
            OSError: the port is taken.
            EmulatorError: the emulator does not start.
            NotReady: the app does not answer.
        """
        try:
            self._bring_up(port)
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Takes everything down, last up first down; a second call does nothing."""
        self._open.close()

    def __enter__(self) -> Self:
        return self if self.address else self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def loaded(self) -> LoadedApp:
        """The app of this process, and its house."""
        return _up(self._loaded)

    @property
    def surroundings(self) -> Surroundings:
        """People, agencies and bank."""
        return _up(self._surroundings)

    @property
    def platforms(self) -> tuple[str, ...]:
        """The open rooms."""
        return self.loaded.house.settings.platforms

    def depths(self) -> Mapping[str, Depth]:
        """How full the queues are."""
        return self._pump.depths() if self._pump else {}

    @property
    def watcher(self) -> Watcher:
        """What judges the alarms."""
        return _up(self._watcher)

    def rest(self) -> None:
        """Lets queues and schedules rest: from now on nothing happens that nobody asks for."""
        _up(self._pump).stop()

    def seed(self) -> None:
        """Enters the seed (again)."""
        seed(self.loaded.house, self.surroundings.wishes)

    def _bring_up(self, port: int) -> None:
        front = Front()
        server = serve(front, port=port, threads=THREADS)
        self._open.callback(server.stop)
        self.address = server.address
        self._open.enter_context(changed(ISOLATED))
        self.endpoint = self._open.enter_context(start_emulator(self._kind)).endpoint
        self._provision()
        if self._watched:
            self._watcher = self._watch()
        self._loaded = self._load()
        self._surroundings = self._surround()
        front.open(self._surroundings.paths, in_process(self._loaded.app))
        self.seed()
        # Its address had to be known first, but it stops before what it needs: running requests may end.
        self._open.callback(server.stop)
        heard = None if self._watcher is None else self._watcher.hear_run
        self._pump = Pump(self._loaded.app, self._session(), self._speed, heard)
        self._open.callback(self._pump.stop)
        self._pump.start()
        if self._watcher is not None:
            self._open.callback(self._watcher.stop)
            self._watcher.start()
        self._wait_until_ready()
        self.calls.reset()

    def _session(self) -> LocalSession:
        return LocalSession(self.endpoint, REGION)

    def _provision(self) -> None:
        # all tables and keys, whatever is open: the exchange's directory holds the public key of every platform
        parameters = provision.parameters_for(self._environment, suffix=BUCKET_SUFFIX, origins=[self.address])
        provision.apply(provision.load_template(), parameters, self._session())

    def _load(self) -> LoadedApp:
        session = self._session()
        self.calls.watch(session)
        with changed(variables(self._environment, self.address, platforms=self._platforms)):
            heard = None if self._watcher is None else self._watcher.hear_line
            return load_app(session, clock=self.clock, heard=heard)

    def _watch(self) -> Watcher:
        addresses = dict.fromkeys(ROOMS, self.address)
        here = Environment(self._environment, addresses, BUCKET_SUFFIX, (), EMULATED_MAIL, together=True)
        (stage,) = here.stages()
        for platform in self._platforms:
            provision.apply(watching.template(stage, platform), {}, self._session())
        return Watcher(self._session(), self.clock, self.depths)

    def _surround(self) -> Surroundings:
        check = exchange_check(self.address, GuardedHttp([LOOPBACK]), self.clock)
        surroundings = Surroundings(self.address, check, self.calls, self.depths, self.clock, more=self.clock.handlers)
        self._open.callback(surroundings.stop)
        surroundings.start()
        return surroundings

    def _wait_until_ready(self) -> None:
        http, end, said = GuardedHttp([LOOPBACK]), time.monotonic() + READY_WITHIN, "nothing"
        while time.monotonic() < end:
            try:
                answer = http.send("GET", f"{self.address}/health", headers={}, timeout=5)
            except Unreachable as silent:
                said = silent.reason
            else:
                if answer.status == 200:
                    return
                said = f"{answer.status} {answer.body[:200]!r}"
            time.sleep(0.1)
        raise NotReady(f"/health answered: {said}")


def _up(part: Part | None) -> Part:
    if part is None:
        raise NotReady("the stack has not been started")
    return part
