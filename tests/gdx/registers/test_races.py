"""Two who publish at once: one version each, or one is told to read again; nothing in between."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from chalicelib.shared.storage import Change, key_of
from tests.gdx.exchange import Exchange
from tests.gdx.registers.test_registers import PATH, publish, zones
from tests.support.memory import MemoryTable


class Racing(MemoryTable):
    """Lets somebody else act just before a register is written."""

    def __init__(self) -> None:
        super().__init__()
        self.first: Callable[[], object] | None = None

    def write(self, changes: Sequence[Change], token: str) -> None:
        if self.first is not None and any(key_of(change).pk == "REGISTERS" for change in changes):
            first, self.first = self.first, None
            first()
        super().write(changes, token)


def test_the_slower_of_two_new_registers_is_refused_whole() -> None:
    table = Racing()
    house = Exchange(table=table)
    table.first = lambda: publish(house, zones("a"))
    assert publish(house, zones("b", "c")).status == 412
    assert [entry["code"] for entry in house.client.get(PATH).json["entries"]] == ["a"]
    assert not [key for key in table._items if key.pk == "REGISTER#zones#2"]


def test_the_slower_of_two_next_versions_is_told_to_read_again() -> None:
    table = Racing()
    house = Exchange(table=table)
    publish(house, zones("a"))
    table.first = lambda: publish(house, zones("a", "b"))
    refused = publish(house, zones("a", "c"))
    assert refused.status == 412
    assert [each["version"] for each in house.client.get(PATH).json["versions"]] == [1, 2]
    assert [entry["code"] for entry in house.client.get(PATH).json["entries"]] == ["a", "b"]
    # what was read anew passes
    assert publish(house, zones("a", "b", "c")).json["version"] == 3
