"""Deaths and collisions at a chosen call of the stores."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.opendata.portal import Portal


class Down(Exception):
    """The process died just now."""


@contextmanager
def replaced(owner: Any, name: str, method: Callable[..., Any]) -> Iterator[None]:
    """Another method at a store's boundary, for a while."""
    setattr(owner, name, method)
    try:
        yield
    finally:
        delattr(owner, name)


@contextmanager
def broken(portal: Portal, what: str, *, at: int, after: bool) -> Iterator[None]:
    """The `at`-th call of `memory.write` or the like dies, before or after its effect, and so does every later one."""
    place, name = what.split(".")
    owner = getattr(portal, place)
    real, calls = getattr(owner, name), 0

    def method(*args: Any, **given: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == at and after:
            real(*args, **given)
        if calls >= at:
            raise Down
        return real(*args, **given)

    with replaced(owner, name, method):
        yield


@contextmanager
def overtaken(portal: Portal, other: Callable[[], object], *, at: int = 1, times: int = 1) -> Iterator[None]:
    """Lets `other` write just before the `at`-th write, and before the next ones, so many times."""
    real, calls, left = portal.memory.write, 0, times
    busy = False

    def write(*args: Any) -> None:
        nonlocal calls, left, busy
        if not busy:
            calls += 1
            if calls >= at and left:
                left -= 1
                busy = True
                other()
                busy = False
        real(*args)

    with replaced(portal.memory, "write", write):
        yield
