"""The laptop's clock, which can be moved ahead, so that one sees today what the law does in a month.

Days that pass are most of what a licence is about: due days, reasons for lateness, expiry, renewal. Everything of the
laptop stack tells the time by one clock, the platforms as well as the people's logins, the agencies and the bank, and
`POST /local/clock` moves it. It never goes back: what was written stays in the past.

Nothing of this is packaged: a deployed stage has no such path, and its house tells the time of the machine
(`tests/infra/test_local_absent.py`). The emulated AWS keeps the machine's time, as AWS would keep its own.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import AwareDatetime, Field, model_validator

from chalicelib.shared.errors import Fault, Invalid
from chalicelib.shared.ids import utc_now
from chalicelib.shared.problems import Bilingual
from chalicelib.shared.web import Incoming
from infra.local.gateway_event import HttpAnswer, HttpRequest
from infra.local.paths import Handler, json_answer, read_body

PATH = "/local/clock"
FARTHEST = timedelta(days=20 * 366)
"""How far ahead of the machine the clock may be: longer than any licence is valid."""


class Move(Incoming):
    """How the clock shall be moved: to a moment, or by some seconds."""

    to: AwareDatetime | None = Field(default=None, description="ISO 8601 with an offset; not before what it shows now")
    seconds: Annotated[int, Field(ge=0, le=int(FARTHEST.total_seconds()))] | None = Field(
        default=None, description="Ahead by this much"
    )

    @model_validator(mode="after")
    def one(self) -> Move:
        """Exactly one of the two."""
        if (self.to is None) == (self.seconds is None):
            raise Bilingual("ระบุ to หรือ seconds อย่างใดอย่างหนึ่ง", "Say either `to` or `seconds`.")
        return self


class MovableClock:
    """Tells the time; ahead of the machine by what it was moved, and running as fast.

    Args:
        machine: the machine's own clock (aware, UTC).
    """

    def __init__(self, machine: Callable[[], datetime] = utc_now) -> None:
        self._machine = machine
        self._ahead = timedelta()
        self._lock = threading.Lock()

    def __call__(self) -> datetime:
        """The time now, aware, in UTC."""
        return self._machine() + self._ahead

    def move(self, to: datetime | None = None, by: timedelta = timedelta()) -> None:
        """Shows this moment from now on, or one that is later by this much.

        Raises:
            Invalid: the moment has passed, or is farther than `FARTHEST` from the machine's time.
        """
        with self._lock:
            ahead = to - self._machine() if to else self._ahead + by
            if not self._ahead <= ahead <= FARTHEST:
                raise Invalid(
                    "นาฬิกาเดินหน้าเท่านั้น และไม่เกิน 20 ปี",
                    "The clock only goes ahead, and at most 20 years.",
                    [Fault("/to", "ต้องไม่ก่อนเวลาปัจจุบันของนาฬิกา", "Not before what the clock shows, nor too far.")],
                )
            self._ahead = ahead

    @property
    def shown(self) -> dict[str, Any]:
        """What `/local/clock` answers."""
        return {"now": self().isoformat(), "ahead_seconds": int(self._ahead.total_seconds())}

    @property
    def handlers(self) -> dict[tuple[str, str], Handler]:
        """Its functions by method and path."""
        return {("GET", PATH): lambda _: json_answer(self.shown), ("POST", PATH): self._moved}

    def _moved(self, request: HttpRequest) -> HttpAnswer:
        wish = read_body(request, Move)
        self.move(wish.to, timedelta(seconds=wish.seconds or 0))
        return json_answer(self.shown)
