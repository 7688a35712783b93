"""Walking a span: every row once, however the pages fall, and no page without end."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.gdx.insight.reading import MAX_DAYS, MAX_QUERIES, Source, days, read
from chalicelib.shared.errors import Invalid
from chalicelib.shared.storage import Create, Item, Key
from tests.support.memory import MemoryTable


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 6), max_size=60), st.integers(1, 9))
def test_every_row_comes_once_and_in_order(sizes: list[int], limit: int) -> None:
    table = MemoryTable()
    sources = [Source("by_consumer", f"P{at}") for at in range(len(sizes))]
    expected = []
    for at, size in enumerate(sizes):
        for row in range(size):
            name = f"{at:02d}-{row}"
            table.write([Create(Item(Key(name, "1"), {}, indexes={"by_consumer": Key(f"P{at}", name)}))], name)
            expected.append(name)
    seen: list[str] = []
    after: str | None = None
    for _ in range(len(expected) + len(sizes) + 2):
        table.requests.clear()
        piece = read(table, sources, after, limit, lambda item: item.key.pk[-1] != "3")
        assert len(table.requests) <= MAX_QUERIES
        assert len(piece.items) <= limit
        seen += [item.key.pk for item in piece.items]
        after = piece.after
        if after is None:
            break
    assert after is None
    assert seen == [name for name in expected if not name.endswith("3")]


def test_a_span_has_both_its_ends_and_an_end() -> None:
    first = date(2026, 12, 30)
    assert [str(day) for day in days(first, date(2027, 1, 1))] == ["2026-12-30", "2026-12-31", "2027-01-01"]
    assert len(days(date(2026, 1, 1), date(2026, 1, MAX_DAYS))) == MAX_DAYS
    for end in (date(2026, 12, 29), date(2027, 1, 30)):
        with pytest.raises(Invalid):
            days(first, end)
