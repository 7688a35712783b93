"""What the portal holds of a person's applications, for a copy of everything and for an erasure."""

from __future__ import annotations

from typing import Any

from chalicelib.shared.thai import Text

from ..cards import card_key
from ..hall import Hall
from ..holdings import Holding, Kept, partition, take_away
from ..model import Person
from .store import ApplicationRows, partition_of

AT_THE_ENGINE = Kept(
    what=Text(
        th="คำขอที่ยื่นไว้ ประวัติ และคำสั่งของหน่วยงาน ซึ่งอยู่ที่ระบบคำขอ ไม่ได้อยู่ในพอร์ทัล",
        en="Filed applications with their history and the agency's decision: at the case engine, not in the portal",
    ),
    until=Text(th="ตามอายุการเก็บเอกสารของหน่วยงาน", en="as long as the agency must keep its files"),
    source="Personal Data Protection Act B.E. 2562 s.33 and the agency's rules on files; general knowledge",
    verified="no",
)


def holding(hall: Hall, rows: ApplicationRows) -> Holding:
    """How applications stand; the applications themselves are the engine's."""

    def export(person: Person) -> list[Any]:
        found, after = rows.page(person, None, 100)
        while after is not None:
            more, after = rows.page(person, after, 100)
            found += more
        return [each.model_dump(mode="json", exclude={"card", "version"}) for each in found]

    def erase(person: Person) -> None:
        table = hall.parts.table
        keys = partition(table, partition_of(person))
        take_away(table, [*(card_key(person, "case", key.sk) for key in keys), *keys])

    title = Text(th="คำขอของคุณอยู่ขั้นใด", en="How your applications stand")
    return Holding(title, export=export, erase=erase, keeps=[AT_THE_ENGINE])
