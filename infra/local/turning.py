"""The civil register's second service: who becomes so old in some days, page by page, by birth date and number."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import Field

from chalicelib.shared.web import Incoming
from infra.local.gateway_event import HttpRequest
from infra.local.paths import read_body

SERVICE = "turning"


class TurningQuestion(Incoming):
    """Which birthday, and in which days."""

    age: int = Field(ge=1, le=120)
    first: dt.date = Field(alias="from", strict=False)
    last: dt.date = Field(alias="to", strict=False)
    limit: int = Field(ge=1, le=200)
    cursor: str | None = Field(default=None, max_length=200)


def turning(people: Mapping[str, Mapping[str, Any]]) -> Callable[[HttpRequest], Any]:
    """The service's answers, of a register's people by national id; who has died has no birthday."""

    def find(request: HttpRequest) -> Any:
        asked = read_body(request, TurningQuestion)
        alive = ((str(person["birth_date"]), pid) for pid, person in people.items() if person["status"] == "alive")
        due = [
            place
            for place in sorted(alive)
            if asked.first <= becomes(dt.date.fromisoformat(place[0]), asked.age) <= asked.last
            and (asked.cursor is None or "/".join(place) > asked.cursor)
        ]
        page = due[: asked.limit]
        more = len(due) > len(page)
        return {"people": [_shown(people[pid]) for _, pid in page], "next": "/".join(page[-1]) if more else None}

    return find


def becomes(born: dt.date, age: int) -> dt.date:
    """The day on which somebody becomes so old; whoever was born on a leap day, on 1 March of the other years."""
    try:
        return born.replace(year=born.year + age)
    except ValueError:
        return dt.date(born.year + age, 3, 1)


def _shown(person: Mapping[str, Any]) -> dict[str, Any]:
    found = {"pid": person["pid"], "birth_date": person["birth_date"], "sex": person["sex"]}
    found["province"] = person["address"]["province"]
    return found | {name: person[name] for name in ("mother_pid", "father_pid") if person.get(name)}
