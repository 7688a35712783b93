"""The actions by name: what each does, and whether it changes something.

Each file of this package hangs its functions here by `@reads` and `@writes`. An action's docstring is what `help_show`
answers, so it speaks to the people who call the API.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.errors import NotAllowed
from chalicelib.shared.identity import Caller
from chalicelib.shared.journal import Once, Replayed

from ..rules import Rejected
from ..service import Catalogue

Given = Mapping[str, Any]


@dataclass(frozen=True)
class Asked:
    """One call of an action.

    Attributes:
        revision: what `If-Match` names: the revision that the caller read, or None.
        files: files of a multipart form by their field: (name, media type, bytes).
        known: ETags of answers that the caller has (`If-None-Match`).
        packed: whether a long answer will be compressed.
    """

    catalogue: Catalogue
    caller: Caller
    once: Once
    given: Given
    revision: str | None = None
    files: Mapping[str, tuple[str, str, bytes]] | None = None
    known: frozenset[str] = frozenset()
    packed: bool = False


@dataclass(frozen=True)
class Told:
    """A result of which more is known than what is shown.

    Attributes:
        revision: of the package that was shown or written (`Package.changed`); the answer's ETag.
        tag: the answer's ETag, where it is known without the answer; one of `Asked.known` needs no result.
    """

    result: Any
    revision: str | None = None
    tag: str | None = None


Run = Callable[[Asked], Any]
"""What an action does: its result, or `Told`."""


@dataclass(frozen=True)
class Action:
    """One action; `writes` ones need POST and somebody who is known."""

    run: Run
    writes: bool

    @property
    def help(self) -> str:
        """What the action says of itself."""
        return self.run.__doc__ or ""


ACTIONS: dict[str, Action] = {}


def perform(name: str, asked: Asked) -> Any:
    """The result of an action that is known to exist.

    Raises:
        Refusal: any of the services'.
    """
    action = ACTIONS[name]
    if action.writes and asked.caller.kind == "public":
        raise NotAllowed("ต้องเข้าสู่ระบบ", f"Action {name} requires an authenticated user")
    result = action.run(asked)
    if action.writes:
        asked.catalogue.users.meet(asked.caller)
    return result


def reads(run: Run) -> Run:
    """Declares an action that changes nothing: GET and POST, anybody may try."""
    ACTIONS[run.__name__] = Action(run, writes=False)
    return run


def writes(run: Run) -> Run:
    """Declares an action that changes something: POST only, never anonymous; the service says who may."""
    ACTIONS[run.__name__] = Action(run, writes=True)
    return run


def done(write: Callable[[], str]) -> str:
    """The id that a write answers, also when this very request was done before."""
    try:
        return write()
    except Replayed as before:
        return str((before.answer or {})["id"])


def paging(given: Given) -> tuple[int | None, int]:
    """`limit` (None where not given) and `offset`.

    Raises:
        Rejected.
    """
    messages: dict[str, list[str]] = {}
    found: list[int | None] = []
    for name in ("limit", "offset"):
        value = given.get(name)
        if value in (None, ""):
            found.append(None)
        elif isinstance(value, bool) or not str(value).isascii() or not str(value).isdigit() or len(str(value)) > 9:
            messages[name] = ["Must be a natural number"]
        else:
            found.append(int(value))
    if messages:
        raise Rejected(messages)
    return found[0], found[1] or 0
