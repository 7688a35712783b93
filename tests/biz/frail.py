"""A table at which a process may die."""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.shared.storage import Change
from tests.support.memory import MemoryTable


class Died(BaseException):
    """The process dies here. Not an Exception, so that no `except Exception` survives it."""


class Frail(MemoryTable):
    """A memory table at whose next write the process may die, before or after it took effect."""

    def __init__(self) -> None:
        super().__init__()
        self.fate = "lives"

    def write(self, changes: Sequence[Change], token: str) -> None:
        fate, self.fate = self.fate, "lives"
        if fate == "dies before":
            raise Died
        super().write(changes, token)
        if fate == "dies after":
            raise Died
