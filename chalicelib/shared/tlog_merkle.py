"""Merkle trees as RFC 6962 §2.1 and RFC 9162 §2.1 define them, over SHA-256.

Proofs are built from the hashes of perfect subtrees only, so that whoever keeps those (the tiles) needs no leaf.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

HASH_SIZE = 32

EMPTY = hashlib.sha256(b"").digest()
"""Head of the tree without leaves (RFC 6962 §2.1)."""

Perfect = Callable[[int, int], bytes]
"""(height, number) -> hash of the subtree over the leaves `number << height` to `(number + 1) << height`, all there."""


class BadProof(Exception):
    """A proof does not show what it should."""


def leaf_hash(entry: bytes) -> bytes:
    """Hash of one leaf."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def tree_hash(hashes: Sequence[bytes]) -> bytes:
    """Head of the tree whose leaves (or equally high subtrees, the last one perhaps smaller) have these hashes."""
    if not hashes:
        return EMPTY
    row = list(hashes)
    while len(row) > 1:
        pairs = [node_hash(row[at], row[at + 1]) for at in range(0, len(row) - 1, 2)]
        # an odd last one moves up as it is: the same tree as RFC 6962's split at the largest power of two
        row = pairs + row[len(row) - len(row) % 2 :]
    return row[0]


def head(size: int, perfect: Perfect) -> bytes:
    """Head of the tree's first `size` leaves."""
    return _span(0, size, perfect) if size else EMPTY


def inclusion(index: int, size: int, perfect: Perfect) -> list[bytes]:
    """The audit path of leaf `index` in the tree of `size` leaves, from the leaf's sibling upward (RFC 6962 §2.1.1).

    Raises:
        ValueError: there is no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError("no such leaf")
    path: list[bytes] = []
    begin, end = 0, size
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if index < middle:
            path.append(_span(middle, end, perfect))
            end = middle
        else:
            path.append(_span(begin, middle, perfect))
            begin = middle
    return path[::-1]


def consistency(old: int, new: int, perfect: Perfect) -> list[bytes]:
    """What shows that the tree of `new` leaves begins with that of `old` (RFC 6962 §2.1.2).

    Empty for `old` = 0 (every tree begins with the empty one) and for `old` = `new`.

    Raises:
        ValueError: the sizes are not in order.
    """
    if not 0 <= old <= new:
        raise ValueError("a log does not shrink")
    if old in (0, new):
        return []
    path: list[bytes] = []
    begin, end, whole = 0, new, True
    while old != end:
        middle = begin + _split(end - begin)
        if old <= middle:
            path.append(_span(middle, end, perfect))
            end = middle
        else:
            path.append(_span(begin, middle, perfect))
            begin, whole = middle, False
    if not whole:
        path.append(_span(begin, end, perfect))
    return path[::-1]


def check_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Whether leaf hash `leaf` stands at `index` of the tree with this size and root (RFC 9162 §2.1.3.2).

    Raises:
        BadProof: it was not shown.
    """
    if not 0 <= index < size:
        raise BadProof("the index lies outside the tree")
    fn, sn, found = index, size - 1, leaf
    for sibling in proof:
        if sn == 0 or len(sibling) != HASH_SIZE:
            raise BadProof("left-over or malformed hashes")
        if fn & 1 or fn == sn:
            found = node_hash(sibling, found)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            found = node_hash(found, sibling)
        fn, sn = fn >> 1, sn >> 1
    if sn != 0 or found != root:
        raise BadProof("the leaf is not in this tree")


def check_consistency(old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> None:
    """Whether the tree of `new` leaves begins with that of `old` (RFC 9162 §2.1.4.2).

    The empty tree begins every other; equal sizes need equal roots; both need an empty proof.

    Raises:
        BadProof: it was not shown.
    """
    if not 0 <= old <= new or any(len(each) != HASH_SIZE for each in proof):
        raise BadProof("sizes out of order or malformed hashes")
    if old in (0, new):
        if proof or (old_root != new_root if old == new else old_root != EMPTY):
            raise BadProof("the roots differ")
        return
    rest = list(proof)
    if old & (old - 1) == 0:
        rest.insert(0, old_root)
    if not rest:
        raise BadProof("an empty proof")
    fn, sn = old - 1, new - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    first = second = rest[0]
    for each in rest[1:]:
        if sn == 0:
            raise BadProof("left-over hashes")
        if fn & 1 or fn == sn:
            first, second = node_hash(each, first), node_hash(each, second)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            second = node_hash(second, each)
        fn, sn = fn >> 1, sn >> 1
    if sn != 0 or (first, second) != (old_root, new_root):
        raise BadProof("the trees do not agree")


def _split(count: int) -> int:
    """The largest power of two below `count`."""
    return 1 << ((count - 1).bit_length() - 1)


def _span(begin: int, end: int, perfect: Perfect) -> bytes:
    """Hash of the subtree over these leaves, as the splits of RFC 6962 make it."""
    count = end - begin
    if count & (count - 1) == 0:
        height = count.bit_length() - 1
        return perfect(height, begin >> height)
    middle = begin + _split(count)
    return node_hash(_span(begin, middle, perfect), _span(middle, end, perfect))
