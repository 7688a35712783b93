"""A rehearsal with a town around it: people who log in, agencies that answer, a bank; seeded as on the first day.

The people, agencies and bank are those of the laptop stack (`infra.local`) and live in this process. The seed is
entered by the rooms' own commands, run here on the rehearsal's tables as an operator would run them; everything
after that goes over HTTP to the deployed packages.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from types import TracebackType
from typing import TYPE_CHECKING, Self

from chalicelib.shared.egress import GuardedHttp
from chalicelib.shared.ids import utc_now
from infra.local.calls import Calls
from infra.local.environment import ISOLATED, changed
from infra.local.exchange_check import exchange_check
from infra.local.loading import load_app
from infra.local.pump import Depth
from infra.local.seed import seed
from infra.local.surroundings import LOOPBACK, Surroundings, variables
from infra.rehearsal.rehearsal import ENVIRONMENT, Rehearsal
from infra.stages import PLATFORMS

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


class Town:
    """All four platforms deployed and ready to be used; offers what `infra.local.stack.Stack` offers.

    Args:
        speed: how many times faster than real time schedules and retries come round.

    Attributes:
        rehearsal: the local cloud and what is deployed in it.
        surroundings: people, agencies and bank.
        calls: stays empty: the platforms' calls are made by processes of their own.
    """

    platforms = PLATFORMS

    def __init__(self, speed: float = 1.0) -> None:
        self._speed = speed
        self._open = ExitStack()
        self.rehearsal: Rehearsal
        self.surroundings: Surroundings
        self.calls = Calls()

    def start(self, port: int = 0) -> Self:
        """Brings everything up; port 0 takes a free one.

        Raises:
            NoPython, ChaliceFailed, EmulatorError, OSError: see `Rehearsal.start`.
            Refusal: a room does not accept what the seed says.
        """
        try:
            self._open.enter_context(changed(ISOLATED))
            self.rehearsal = Rehearsal(mount=self._surround, port=port, speed=self._speed)
            self._open.enter_context(self.rehearsal)
            self._seed()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Takes everything down; a second call does nothing."""
        self._open.close()

    def __enter__(self) -> Self:
        return self if hasattr(self, "rehearsal") else self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def address(self) -> str:
        """Of the platforms and of `/local`."""
        return self.rehearsal.address

    @property
    def endpoint(self) -> str:
        """Of the emulator."""
        return self.rehearsal.endpoint

    def depths(self) -> Mapping[str, Depth]:
        """How full the queues are."""
        return self.rehearsal.depths()

    def _surround(self, address: str) -> dict[str, WSGIApplication]:
        check = exchange_check(address, GuardedHttp([LOOPBACK]), utc_now)
        self.surroundings = Surroundings(address, check, self.calls, self.depths)
        self._open.callback(self.surroundings.stop)
        self.surroundings.start()
        return {"/local": self.surroundings.paths}

    def _seed(self) -> None:
        with changed(variables(ENVIRONMENT, self.address)):
            seed(load_app(self.rehearsal.session).house, self.surroundings.wishes)
