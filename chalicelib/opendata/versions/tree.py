"""The tree of all versions' heads, from its right edge: what a day needs to go on where the day before ended.

The edge of a tree are its largest perfect subtrees, from the left: one for each bit of its size. With the edge and the
day's own leaves, the root, the proof of each of these leaves and the proof that the tree only grew can be made, without
a leaf of any earlier day.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from chalicelib.shared.tlog_merkle import Perfect, node_hash


def bits(size: int) -> Iterator[tuple[int, int]]:
    """(height, number) of each subtree of the edge of a tree."""
    begin = 0
    for height in reversed(range(size.bit_length())):
        if size >> height & 1:
            yield height, begin >> height
            begin += 1 << height


def perfect(first: int, edge: Sequence[bytes], leaves: Sequence[bytes]) -> Perfect:
    """The subtrees that can be made of an edge and the leaves after it.

    Args:
        first: size of the tree that has this edge.
        leaves: hashes of the leaves from there on.

    Raises (when called):
        LookupError: a subtree within what the edge closes, or beyond the last leaf.
    """
    known = dict(zip(bits(first), edge, strict=True))

    def subtree(height: int, number: int) -> bytes:
        place = (height, number)
        if place not in known:
            if (number + 1) << height <= first or (number + 1) << height > first + len(leaves):
                raise LookupError("a subtree that is not at hand")
            known[place] = (
                leaves[number - first]
                if height == 0
                else node_hash(subtree(height - 1, 2 * number), subtree(height - 1, 2 * number + 1))
            )
        return known[place]

    return subtree


def edge_of(size: int, at_hand: Perfect) -> list[bytes]:
    """The edge of a tree of this size."""
    return [at_hand(height, number) for height, number in bits(size)]
