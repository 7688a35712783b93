"""What the portal holds of a person about mini-apps: what they granted."""

from __future__ import annotations

from typing import Any

from chalicelib.shared.storage import Key, Table
from chalicelib.shared.thai import Text

from ..holdings import Holding, take_away
from ..model import Person
from . import store
from .store import Store

TITLE = Text(th="มินิแอปและข้อมูลที่อนุญาต", en="Mini-apps and what they may know")


def holding(table: Table, shelf: Store) -> Holding:
    """Grants as the person gave them; launches end by themselves within two minutes, messages lie in the inbox."""

    def export(person: Person) -> list[dict[str, Any]]:
        return [
            {
                "app": grant.app,
                "user_id": grant.user,
                "facts": list(grant.facts),
                "given_at": grant.given_at,
                "withdrawn_at": grant.withdrawn_at,
            }
            for grant in shelf.grants(person)
        ]

    def erase(person: Person) -> None:
        keys = list[Key]()
        for grant in shelf.grants(person):
            # first the name by which the mini-app writes to them, then the grant that leads to it
            keys += [store.user_key(grant.app, grant.user), store.grant_key(person, grant.app)]
        take_away(table, keys)

    return Holding(TITLE, export, erase)
