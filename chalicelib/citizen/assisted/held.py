"""What the room holds of people in visits: had as a copy; what an officer did for them stays for two years."""

from __future__ import annotations

from typing import Any

from chalicelib.shared.ids import new_id
from chalicelib.shared.journal import Once
from chalicelib.shared.thai import Text

from ..hall import Hall
from ..holdings import Holding, Kept, partition, take_away
from ..model import Person
from . import rules, views
from .keeping import Keeping, acting
from .model import Visit
from .store import list_pk

TITLE = Text(th="การช่วยเหลือที่เคาน์เตอร์", en="Help at a counter")
KEEPS = (
    Kept(
        what=Text(
            th="บันทึกว่าเจ้าหน้าที่ผู้ใดทำอะไรแทนท่าน เพื่อตรวจสอบการใช้อำนาจ",
            en="Which officer did what in your place, so that it can be looked into",
        ),
        until=Text(th="สองปีหลังการช่วยเหลือ", en="Two years after the visit"),
        source="Own decision; PDPA s.33 with s.32 (1) (b), not compared with the gazetted text",
        verified="no",
    ),
)


def holding(hall: Hall, keeping: Keeping) -> Holding:
    """The holding of this noun; it is of the people who were helped, and says nothing of officers as such."""
    store = keeping.store

    def every_one(person: Person) -> list[Visit]:
        found, after = store.of(f"person#{person}", None, 100)
        while after is not None:
            more, after = store.of(f"person#{person}", after, 100)
            found += more
        return found

    def export(person: Person) -> Any:
        return [views.help_whole(each, store.did(each)).model_dump(mode="json") for each in every_one(person)]

    def erase(person: Person) -> None:
        for each in every_one(person):
            if each.alive:
                after = rules.ended(each, "person", hall.now())
                keeping.save(Once(new_id(), "", new_id(), claimed=False), acting(each), each, after, after.status)
        table = hall.parts.table
        take_away(table, partition(table, list_pk(f"person#{person}")))

    return Holding(TITLE, export=export, erase=erase, keeps=KEEPS)
