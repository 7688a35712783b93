"""`ports.People` by the exchange: the civil register's service `TH/CENTRAL/DOPA/civil/turning`."""

from __future__ import annotations

import datetime as dt
from typing import Any

from chalicelib.shared.errors import UpstreamFailed
from chalicelib.shared.gdx_client import Gdx
from chalicelib.shared.thai import NationalId, is_national_id

from .ports import Turning, TurningPage
from .rules import sex_of

TURNING = "TH/CENTRAL/DOPA/civil/turning"
PURPOSE = "tell-of-rights"
AT_ONCE = 200
"""People of one page."""


class PeopleThroughGdx:
    """Asks the civil register.

    Args:
        gdx: the exchange, as the portal asks it.
    """

    def __init__(self, gdx: Gdx) -> None:
        self._gdx = gdx

    def turning(self, age: int, first: dt.date, last: dt.date, cursor: str | None) -> TurningPage:
        """See `People.turning`."""
        body: dict[str, Any] = {"age": age, "from": first.isoformat(), "to": last.isoformat(), "limit": AT_ONCE}
        if cursor is not None:
            body["cursor"] = cursor
        answer = self._gdx.ask(TURNING, "POST", "/find", body, PURPOSE, case=f"offers-age-{age}")
        try:
            return TurningPage(tuple(_one(each) for each in answer.value["people"]), answer.value.get("next"))
        except (TypeError, KeyError, ValueError):
            # whatever it is, it must not be taken for the end of the list
            raise UpstreamFailed("ทะเบียนราษฎรตอบไม่ถูกต้อง", "The civil register answered nonsense.") from None


def _one(told: Any) -> Turning:
    return Turning(
        pid=_id(told["pid"]),
        born=dt.date.fromisoformat(told["birth_date"]),
        sex=sex_of(told.get("sex")),
        province=str(told.get("province") or ""),
        parents=tuple(_id(told[name]) for name in ("mother_pid", "father_pid") if told.get(name)),
    )


def _id(text: str) -> NationalId:
    if not is_national_id(text):
        raise ValueError("not a national id")
    return NationalId(text)
