"""What can go wrong between the office and its table, and what may never lie open in it."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence

from chalicelib.shared.errors import Unavailable
from chalicelib.shared.storage import Change, Create, Item, Key, Update
from tests.support.memory import MemoryTable

FATES = ("refused", "lost", "dies before", "dies after", "twice")
"""Of one write: not done and said so; done and not said; the process dies before it, or after; the SDK repeats it."""

SECRETS = (
    "3990100001013",
    "1990100002021",
    "มาลี",
    "ศรีสมุทร",
    "สมชาย",
    "0899999917",
    "ZEBRA",
)
"""National ids, names, a telephone, and the mark in every free text: none may lie open, be sent, or be logged."""


class Died(BaseException):
    """The process dies here. Not an Exception, so that no `except Exception` survives it."""


class Fickle(MemoryTable):
    """A table whose next write has a fate, on which somebody may be faster, and which notices what lies open in it.

    Attributes:
        fate: of the next write.
        meanwhile: happens right after the next time that somebody has read a case or a licence.
        leaks: what was written and names a person.
    """

    def __init__(self) -> None:
        super().__init__()
        self.fate = ""
        self.meanwhile: Callable[[], None] | None = None
        self.leaks: list[str] = []

    def get_many(self, keys: Sequence[Key]) -> Mapping[Key, Item]:
        found = super().get_many(keys)
        if self.meanwhile is not None and any(key.sk == "META" and key.pk[:4] in ("CASE", "LIC#") for key in keys):
            happens, self.meanwhile = self.meanwhile, None
            happens()
        return found

    def write(self, changes: Sequence[Change], token: str) -> None:
        fate, self.fate = self.fate, ""
        if fate == "dies before":
            raise Died
        if fate == "refused":
            raise _away()
        for _ in range(2 if fate == "twice" else 1):
            self.done(changes, token)
        self.told(changes)
        if fate == "dies after":
            raise Died
        if fate == "lost":
            raise _away()

    def done(self, changes: Sequence[Change], token: str) -> None:
        """The write itself."""
        super().write(changes, token)

    def told(self, changes: Sequence[Change]) -> None:
        """Looks at what it was given to write."""
        self.leaks += [leak for change in changes for leak in leaks(change)]

    def rows(self, beginning: str, sk: str = "") -> list[Item]:
        """All rows of partitions that begin so, in the order of keys."""
        keys = [key for key in self._items if key.pk.startswith(beginning) and key.sk.startswith(sk)]
        return [self._items[key][0] for key in sorted(keys)]

    def row(self, key: Key) -> Item | None:
        """One row."""
        return self._peek(key)

    def kept(self) -> dict[Key, tuple[Item, str]]:
        """Everything, to be put back by `restore`: rows are never changed in place."""
        return dict(self._items)

    def restore(self, rows: dict[Key, tuple[Item, str]]) -> None:
        """Begin anew with these rows."""
        self._items = dict(rows)
        self.fate, self.meanwhile = "", None
        self.leaks.clear()
        self.requests.clear()


def leaks(change: Change) -> list[str]:
    """Where a change lets a secret lie open: in its key, in an index, or in what is not sealed."""
    if not isinstance(change, Create | Update):
        return []
    item = change.item
    if item.key.pk.startswith("STAFF#"):
        return []  # officers act under their names
    text = json.dumps([item.key, item.data, list(item.indexes.values())], ensure_ascii=False)
    return [f"{item.key.pk[:5]} {item.key.sk[:4]}" for secret in SECRETS if secret in text]


def _away() -> Unavailable:
    return Unavailable("ระบบกำลังมีผู้ใช้งานมาก", "The store is busy; please try again.", retry_after=1)


class Ears(logging.Handler):
    """Hears everything that is logged, and keeps what names a person."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.leaks: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        text = f"{record.getMessage()} {record.__dict__}"
        self.leaks += [record.msg for secret in SECRETS if secret in text]
