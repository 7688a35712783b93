"""People who ask by HTTP, each command with an Idempotency-Key, and who ask again until they are answered."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar, Protocol, TypeVar

from chalicelib.shared.journal import CLAIM_LIVES
from tests.support.client import Answer, Client

from ..flow import Command, Flow, Parts, Violation
from ..stage import Stage

KEY_HOLDS = timedelta(seconds=CLAIM_LIVES - 3600)
"""Nobody is promised anything for a repeat after that."""


class Served(Protocol):
    """A process that is asked by its routes."""

    @property
    def client(self) -> Client:
        """Its routes."""
        ...


S = TypeVar("S", bound=Served)


@dataclass
class Asked:
    """What was asked with one key.

    Attributes:
        what: the command's name.
        about: whose history it goes into.
        began: when it was asked first.
        answer: the first answer of success.
        refused: whether it was refused, the last time.
    """

    what: str
    about: str
    began: datetime
    answer: Any = None
    refused: bool = False
    request: dict[str, Any] = field(default_factory=dict)


class Asking(Flow[S]):
    """A flow whose commands are requests.

    Attributes:
        asked: all that was asked with a key, by the key.
    """

    prefix: ClassVar[str]
    """What all addresses of the room begin with."""
    lasts: ClassVar[tuple[str, ...]]
    """What must be the same in each answer to the same command."""
    stubborn: ClassVar[bool] = True
    """Whether people repeat in the end what they were refused, too; a life is dearer by that."""

    def __init__(self, stage: Stage, parts: Parts) -> None:
        super().__init__(stage, parts)
        self.asked: dict[str, Asked] = {}

    def asks(self, key: str, who: str, what: str, about: str, **request: Any) -> Command[S]:
        """A command of somebody; whoever had no answer repeats it with the same key."""
        asked = Asked(what, about, self.stage.now, request={"who": who, **request})
        return Command(f"{what} {about[-2:]} {key}", lambda process: self.insists(process, key, asked))

    def insists(self, process: S, key: str, new: Asked) -> None:
        """Asks once more with that key, unless its time is over."""
        asked = self.asked.setdefault(key, new)
        if self.stage.now - asked.began > KEY_HOLDS:
            return
        answer = self.call(
            process,
            headers={"Idempotency-Key": key, **asked.request.get("headers", {})},
            **{name: value for name, value in asked.request.items() if name != "headers"},
        )
        asked.refused = answer.status >= 300
        if asked.refused:
            return
        shown = answer.json if answer.text else None
        if asked.answer is None:
            asked.answer = shown
        elif self._lasting(asked.answer) != self._lasting(shown):
            self.noticed.append(Violation("DOUBLED", f"{asked.what}: one key, two answers"))

    def _lasting(self, answer: Any) -> Any:
        return {name: answer.get(name) for name in self.lasts} if isinstance(answer, dict) else answer

    def call(self, process: S, *, who: str | None, method: str, path: str, **given: Any) -> Answer:
        """One request. Raises when the room is not there: no answer that counts."""
        token = None if who is None else self.stage.seeded.issuers.person(who)
        answer = process.client.call(method, f"{self.prefix}{path}", token=token, **given)
        if answer.status == 500:
            raise AssertionError(f"{method} {path.rpartition('/')[2]}: an error that nobody foresaw: {answer.text}")
        if answer.status >= 500:
            raise ConnectionError(f"{answer.status} for {method}")
        return answer

    def finish(self, process: S) -> None:
        """People repeat what they had no answer to."""
        for key, asked in list(self.asked.items()):
            if asked.answer is None and (self.stubborn or not asked.refused):
                self.at_last(functools.partial(self.insists, process, key, asked))

    def at_last(self, act: Callable[[], None]) -> None:
        """Does what nothing stands in the way of any more; whoever is told to come again then is told so for ever."""
        try:
            act()
        except ConnectionError as away:
            self.noticed.append(Violation("OPEN", f"told to come again though all is well: {away}"))
