"""Everybody at everything that is not theirs, over all operations; and that a missing guard would be seen."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.hostile.matrix import believing, cells, leak
from tests.hostile.played import Played

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("hostile")]

BLIND = {
    "GET /citizen/v1/me/inbox/{id}/attachments/{number}": "no message of the story brings a file",
    "PATCH /opendata/v1/contributions/{id}": "everybody reads it, and who answers it is not its author",
    "GET /gdx/v1/facade/{agency}": "named by a word of the agency's own; an unknown word looks like an empty list",
    "PUT /gdx/v1/facade/{agency}/{code}": "made under one's own word alone",
    "DELETE /gdx/v1/facade/{agency}/{code}": "made under one's own word alone",
    "POST /citizen/v1/me/mandates/{id}/token": "who gave the mandate gets no token of it either",
}
"""Operations that would look alike without their guard, for their owner here cannot do them either."""


def module_state() -> Iterator[tuple[str, Any]]:
    """Everything changeable that modules and classes of the shipped code hold, each with what tells a change."""
    for module in [name for name in sys.modules if name.startswith("chalicelib")]:
        for name, value in list(vars(sys.modules[module]).items()):
            inside = vars(value) if isinstance(value, type) and value.__module__ == module else {}
            for key, part in [("", value), *inside.items()]:
                if isinstance(part, dict | list | set | bytearray) and "__" not in f"{name}{key}":
                    yield f"{module}.{name}.{key}".rstrip("."), sorted(map(repr, part))


def test_what_is_somebody_elses_might_as_well_not_be_there(played: Played) -> None:
    tried = list(cells(played))
    before = dict(module_state())
    found = {cell: what for cell in tried if (what := leak(played, cell)) is not None}
    assert found == {}
    assert len(tried) >= 800 and len({cell.operation for cell in tried}) >= 85
    # and one request leaves nothing behind for the next, but in the tables
    after = dict(module_state())
    assert {name: after[name] for name in before if before[name] != after[name]} == {}


def test_state_in_a_module_would_be_seen() -> None:
    from chalicelib.shared import problems

    before = dict(module_state())
    problems._WORDS["new"] = ("ใหม่", "new")
    try:
        assert [name for name, held in module_state() if before.get(name) != held] == [
            "chalicelib.shared.problems._WORDS"
        ]
    finally:
        del problems._WORDS["new"]


def test_an_operation_without_its_guard_over_things_is_seen(played: Played) -> None:
    """Each operation once more, made to take the stranger for the owner; what then still looks alike has no guard.

    What takes a thing away comes last.
    """
    unseen: dict[str, bool] = {}
    for cell in sorted(cells(played), key=lambda each: each.operation.startswith("DELETE")):
        guardless = believing(played, cell)
        if guardless is not None and unseen.get(cell.operation, True):
            unseen[cell.operation] = leak(played, cell, guardless) is None
    assert {operation for operation, still in unseen.items() if still} <= BLIND.keys()
    assert len(unseen) >= 70
