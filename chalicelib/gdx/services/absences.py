"""When a service is away: switched off with a notice, or planned to be.

A call in that time is refused with the provider's words and the seconds after which it may come back (`rules.working`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from ...shared.errors import Fault, Stale, not_found
from ...shared.journal import Once
from .. import store as rooms
from ..directory import Directory
from ..ids import ServiceId
from ..model import Service, Window
from .shelf import Shelf, attempt, contended, refuse


class Absences:
    """Lets providers say when their services are away.

    Args:
        shelf: where services stand.
        directory: forgets what is changed here.
        clock: tells the time.
    """

    def __init__(self, shelf: Shelf, directory: Directory, clock: Callable[[], datetime]) -> None:
        self._shelf = shelf
        self._directory = directory
        self._clock = clock

    def set_notice(self, once: Once, service: ServiceId, notice: tuple[str, str] | None, by: str) -> Service:
        """Switches a service off with the provider's words (Thai, English), or on again; nothing passes meanwhile.

        Raises:
            NotFound, Stale, Replayed, KeyReused.
        """
        details = {"off": notice is not None}
        return self._set(once, service, lambda there: replace(there, notice=notice), "noticed", by, details)

    def plan(self, once: Once, service: ServiceId, windows: Sequence[Window], by: str) -> Service:
        """Plans when a service is away, in place of what was planned before.

        Raises:
            NotFound, Stale, Replayed, KeyReused.
            Invalid: a window ends before it begins, is over, or overlaps another.
        """
        refuse(_window_faults(windows, self._clock()))
        ordered = tuple(sorted(windows, key=lambda window: window.begins))
        details = {"windows": [[each.begins.isoformat(), each.ends.isoformat()] for each in ordered]}
        return self._set(once, service, lambda there: replace(there, maintenance=ordered), "planned", by, details)

    def _set(
        self,
        once: Once,
        identifier: ServiceId,
        change: Callable[[Service], Service],
        what: str,
        by: str,
        details: Mapping[str, Any],
    ) -> Service:
        key = rooms.service_key(identifier)
        for _ in range(3):
            this = attempt(once)
            there = self._shelf.journal.read(this, key).get(key)
            if there is None:
                raise not_found("บริการ", "service")
            before = rooms.service_from(there.data["content"])
            after = change(before)
            if after == before:
                return after
            writes, event = self._shelf.step(after, there, what, by, details)
            try:
                self._shelf.journal.commit(this, writes, [event], {"id": str(identifier), "changed": True})
            except Stale:
                continue
            self._directory.forget(key)
            return after
        raise contended()


def _window_faults(windows: Sequence[Window], now: datetime) -> list[Fault]:
    faults = []
    for at, window in enumerate(windows):
        if window.ends <= window.begins:
            faults.append(Fault(f"/windows/{at}/until", "สิ้นสุดก่อนเริ่ม", "It ends before it begins."))
        elif window.ends <= now:
            faults.append(Fault(f"/windows/{at}/until", "ผ่านไปแล้ว", "It is over already."))
        if any(other.begins < window.ends and window.begins < other.ends for other in windows[:at]):
            faults.append(Fault(f"/windows/{at}", "ซ้อนกับช่วงเวลาอื่น", "It overlaps another window."))
    return faults
