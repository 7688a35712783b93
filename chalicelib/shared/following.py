"""Following one request: its id through logs, queues and traces, and the parts of a trace that AWS cannot see itself.

The id is what the answer tells as X-Correlation-Id. A message that is sent while the request is served carries it, and
what the message's consumer logs has it too. Outside a trace `part` does nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar

from .redaction import redact

ATTRIBUTE = "correlation_id"
"""Name of the attribute of a message, of the field in a line of a log and of the annotation in a trace."""

Part = Callable[[str], AbstractContextManager[object]]
Annotate = Callable[[str, str], None]

_followed: ContextVar[str] = ContextVar("followed", default="")
_recorder: list[tuple[Part, Annotate]] = []


def followed() -> str:
    """The id of the request at work; empty: none is."""
    return _followed.get()


@contextmanager
def following(identifier: str) -> Iterator[None]:
    """Says which request is at work inside; a caller who chose a national id as its id is not followed by that."""
    identifier = redact(identifier)
    token = _followed.set(identifier)
    if _recorder and identifier:
        _recorder[0][1](ATTRIBUTE, identifier)
    try:
        yield
    finally:
        _followed.reset(token)


def record_by(part: Part, annotate: Annotate) -> None:
    """Has parts and annotations recorded by this process's tracer."""
    _recorder[:] = [(part, annotate)]


@contextmanager
def part(name: str) -> Iterator[None]:
    """A part of the trace, by a fixed name: nothing that a request brought."""
    if not _recorder:
        yield
        return
    with _recorder[0][0](name):
        yield
