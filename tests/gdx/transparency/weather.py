"""Faults and interleaving at every call that a sealer makes, over the doubles in memory: many schedules a second.

A fault is what `tests/support/faults.py` knows at AWS's border. Two sealers are greenlets that switch before each call.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, get_args

import greenlet

from chalicelib.shared.errors import Unavailable
from chalicelib.shared.objects import Stored, UploadForm
from chalicelib.shared.storage import Change, Item, Key, Page
from tests.support.memory import MemoryTable
from tests.support.memory_objects import MemoryObjects

Kind = Literal["ok", "drop", "lost", "crash", "crash_after", "twice", "zombie", "stale"]
"""drop: never arrives. lost: applied, no answer. crash / crash_after: the process dies before / after. twice: repeated
by the network or the SDK. zombie: no answer, applied later. stale: from here on the index is three writes behind."""

KINDS: tuple[Kind, ...] = get_args(Kind)


class Crash(BaseException):
    """The process dies here; no `except Exception` survives it."""


class Weather:
    """What happens to each call; fair while `on` is False."""

    def __init__(self) -> None:
        self.on = False
        self.stale = False
        self.coming: list[Kind] = []
        self.zombies: list[Callable[[], object]] = []
        self.main = greenlet.getcurrent()
        self.calls = 0

    def call(self, real: Callable[[], Any], *, writes: bool) -> Any:
        """One call of a table or a bucket."""
        if not self.on:
            return real()
        if greenlet.getcurrent() is not self.main:
            self.main.switch()
        self.calls += 1
        kind = self.coming.pop(0) if self.coming else "ok"
        self.stale = self.stale or kind == "stale"
        if kind == "crash":
            raise Crash
        if kind == "zombie" and writes:
            self.zombies.append(real)
        if kind in ("drop", "zombie"):
            raise Unavailable("ไม่มีคำตอบ", "No answer came.")
        answer = real()
        if kind == "twice":
            answer = real()
        if kind == "crash_after":
            raise Crash
        if kind == "lost":
            raise Unavailable("ไม่มีคำตอบ", "No answer came.")
        return answer

    def land(self) -> None:
        """The oldest write that was held back arrives."""
        if self.zombies:
            late, fair = self.zombies.pop(0), self.on
            self.on = False
            try:
                late()
            except Exception:  # whoever sent it is long gone: nobody hears the refusal
                return
            finally:
                self.on = fair


class RoughTable(MemoryTable):
    """A table in this weather; its index may be three writes behind."""

    def __init__(self, weather: Weather) -> None:
        super().__init__()
        self.weather = weather
        self.before: list[dict[Key, tuple[Item, str]]] = []

    def get(self, key: Key) -> Item | None:
        found: Item | None = self.weather.call(lambda: MemoryTable.get(self, key), writes=False)
        return found

    def get_many(self, keys: Sequence[Key]) -> Mapping[Key, Item]:
        found: Mapping[Key, Item] = self.weather.call(lambda: MemoryTable.get_many(self, keys), writes=False)
        return found

    def query(self, pk: str, **given: Any) -> Page:
        page: Page = self.weather.call(lambda: self._query(pk, **given), writes=False)
        return page

    def _query(self, pk: str, **given: Any) -> Page:
        if not (self.weather.on and self.weather.stale and self.before):
            return super().query(pk, **given)
        now, self._items = self._items, self.before[max(0, len(self.before) - 3)]
        try:
            return super().query(pk, **given)
        finally:
            self._items = now

    def write(self, changes: Sequence[Change], token: str) -> None:
        def real() -> None:
            self.before.append(dict(self._items))
            MemoryTable.write(self, changes, token)

        self.weather.call(real, writes=True)


class RoughObjects(MemoryObjects):
    """A bucket in this weather."""

    def __init__(self, weather: Weather) -> None:
        super().__init__()
        self.weather = weather

    def head(self, key: str) -> Stored | None:
        if not self.weather.on:
            return super().head(key)
        found: Stored | None = self.weather.call(lambda: MemoryObjects.head(self, key), writes=False)
        return found

    def read(self, key: str, *, limit: int | None = None) -> bytes:
        found: bytes = self.weather.call(lambda: MemoryObjects.read(self, key, limit=limit), writes=False)
        return found

    def put(
        self, key: str, body: bytes, *, media_type: str, only_if_new: bool = False, if_match: str | None = None
    ) -> bool:
        def real() -> bool:
            fair, self.weather.on = self.weather.on, False  # the condition is checked within the one call
            try:
                return MemoryObjects.put(
                    self, key, body, media_type=media_type, only_if_new=only_if_new, if_match=if_match
                )
            finally:
                self.weather.on = fair

        done: bool = self.weather.call(real, writes=True)
        return done

    def upload_form(self, key: str, *, media_type: str, size: int, sha256: str, expires_in: int = 900) -> UploadForm:
        raise NotImplementedError("a log takes no uploads")
