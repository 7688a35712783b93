"""The growing tree: with the edge of yesterday and the leaves of today everything can be shown that a day must show."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.opendata.versions.tree import bits, edge_of, perfect
from chalicelib.shared.tlog_merkle import (
    check_consistency,
    check_inclusion,
    consistency,
    head,
    inclusion,
    leaf_hash,
    tree_hash,
)

LEAVES = [leaf_hash(bytes([number])) for number in range(200)]


def test_the_edge_has_a_subtree_for_each_bit() -> None:
    assert list(bits(0)) == []
    assert list(bits(1)) == [(0, 0)]
    assert list(bits(6)) == [(2, 0), (1, 2)]
    assert list(bits(7)) == [(2, 0), (1, 2), (0, 6)]


@given(st.lists(st.integers(1, 40), min_size=1, max_size=6))
def test_days_grow_one_tree_and_show_it(days: list[int]) -> None:
    size, edge, root = 0, list[bytes](), tree_hash([])
    for count in days[:5]:
        day = LEAVES[size : size + count]
        at_hand = perfect(size, edge, day)
        grown = size + count
        new = head(grown, at_hand)
        assert new == tree_hash(LEAVES[:grown])
        for index in range(size, grown):
            check_inclusion(LEAVES[index], index, grown, inclusion(index, grown, at_hand), new)
        check_consistency(size, grown, consistency(size, grown, at_hand), root, new)
        size, edge, root = grown, edge_of(grown, at_hand), new


def test_what_is_not_at_hand_is_not_made_up() -> None:
    at_hand = perfect(4, edge_of(4, perfect(0, [], LEAVES[:4])), LEAVES[4:6])
    for height, number in ((0, 1), (1, 0), (0, 6), (1, 3), (3, 0)):
        with pytest.raises(LookupError):
            at_hand(height, number)
