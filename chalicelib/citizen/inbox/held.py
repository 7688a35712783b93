"""What the inbox holds of a person: a copy of all of it, and its erasure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chalicelib.shared.ids import new_id, new_token
from chalicelib.shared.journal import Once
from chalicelib.shared.thai import Text

from ..hall import Hall
from ..holdings import Holding, Kept, partition, take_away
from ..model import Person
from .attachments import Attachments
from .letters import unsealed
from .store import Store

KEEPS = (
    Kept(
        what=Text(
            th="ข้อความที่มีผลทางกฎหมาย พร้อมเวลาที่ส่งและเวลาที่เปิดอ่าน",
            en="messages with legal effect, with the times of service and of opening",
        ),
        until=Text(
            th="ตราบที่หน่วยงานผู้ส่งยังต้องใช้เป็นหลักฐาน",
            en="as long as the agency that sent them must be able to prove it",
        ),
        source="Personal Data Protection Act B.E. 2562 s.33 (exceptions; general knowledge)",
        verified="no",
    ),
)


def holding(hall: Hall, store: Store, files: Attachments) -> Holding:
    """What the inbox holds, for `Hall.holdings`."""
    table, keyring = hall.parts.table, hall.parts.keyring

    def export(person: Person) -> Any:
        return [
            {
                "source": letter.message.source,
                "category": letter.message.category,
                "case": letter.message.case,
                "legal": letter.message.legal,
                "title": letter.title.model_dump(),
                "body": letter.body.model_dump(),
                "attachments": [each.name for each in letter.attachments],
                "served_at": letter.message.served_at,
                "opened_at": letter.message.opened_at,
            }
            for letter in (unsealed(keyring, person, message) for message in store.all(person))
        ]

    def erase(person: Person) -> None:
        for message in store.all(person):
            if message.legal:
                continue
            files.erase(message.sender, person, unsealed(keyring, person, message).attachments)
            take_away(table, partition(table, f"MESSAGE#{message.id}"))
            take_away(table, partition(table, f"CALLED#{message.id}"))
            store.remove(Once(new_id(), "", new_token(), claimed=False), person, message)
        take_away(table, partition(table, f"FROM#{person}"))

    def keys(person: Person) -> Iterator[str]:
        for message in store.all(person):
            if not message.legal:
                yield from files.keys(message.sender, person, unsealed(keyring, person, message).attachments)

    return Holding(Text(th="กล่องข้อความ", en="Inbox"), export=export, erase=erase, keeps=KEEPS, files=keys)
