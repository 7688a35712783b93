"""What the room holds of people in mandates: had as a copy, erased as far as the other side's right allows."""

from __future__ import annotations

from typing import Any

from chalicelib.shared.ids import new_id
from chalicelib.shared.journal import Once
from chalicelib.shared.thai import Text

from ..hall import Hall
from ..holdings import Holding, Kept, partition, take_away
from ..model import Person
from .model import Mandate
from .service import HOUSE, Mandates
from .store import list_pk

TITLE = Text(th="การมอบหมายให้ทำแทน", en="Acting for another person")
KEEPS = (
    Kept(
        what=Text(
            th="การมอบหมายที่สิ้นสุดแล้ว เป็นหลักฐานของทั้งสองฝ่าย",
            en="Mandates that have ended, as both sides' evidence of who was allowed to do what",
        ),
        until=Text(th="สองปีหลังสิ้นสุด", en="Two years after their end"),
        source="Own decision; PDPA s.33 with s.32 (1) (b), not compared with the gazetted text",
        verified="no",
    ),
)


def holding(hall: Hall, mandates: Mandates) -> Holding:
    """The holding of this noun."""

    def every_one(person: Person) -> list[Mandate]:
        found, after = mandates.store.of(person, None, 100)
        while after is not None:
            more, after = mandates.store.of(person, after, 100)
            found += more
        return found

    def export(person: Person) -> Any:
        return [mandates.show(person, each.id).model_dump(mode="json") for each in every_one(person)]

    def erase(person: Person) -> None:
        for each in every_one(person):
            if each.status in ("offered", "held"):
                once = Once(new_id(), "", new_id(), claimed=False)
                mandates.end_for(once, HOUSE, each, "person" if each.person == person else "actor")
        table = hall.parts.table
        take_away(table, partition(table, list_pk(person)))

    return Holding(TITLE, export=export, erase=erase, keeps=KEEPS)
