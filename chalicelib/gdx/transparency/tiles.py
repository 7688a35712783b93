"""Tiles (C2SP tlog-tiles): how a tree lies in a bucket, and how it grows from its right edge alone.

A tile holds up to `width` hashes of one level: leaf hashes at level 0, above it the heads of full tiles below. A tile
that is not full yet is published under its width (`.p/W`) and never counts upward. Nothing published ever changes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from ...shared.tlog_merkle import HASH_SIZE, tree_hash

WIDTH = 256
"""Hashes of a full tile (C2SP tlog-tiles)."""

LARGEST_ENTRY = 0xFFFF
"""Bytes of an entry: its length is written with 16 bits."""

DEPTH = 3
"""Groups of a tile's number at most: 10^9 tiles of a level, 256 * 10^9 leaves."""

PATH = re.compile(
    r"tile/(?:entries|[0-9]|[1-5][0-9]|6[0-3])/(?:x[0-9]{3}/){0,2}[0-9]{3}(?:\.p/(?:[1-9][0-9]?|1[0-9]{2}|2[0-4][0-9]|25[0-5]))?"
)
"""Every name that a tile or a bundle can have."""

Read = Callable[[str], bytes]


class BrokenLog(Exception):
    """What is published is not what was sealed. Nothing may be added until somebody has looked."""


def tile_path(level: int | str, number: int, count: int, width: int = WIDTH) -> str:
    """Where a tile with `count` hashes lies; level `entries` is the bundle of entries."""
    groups = [f"{number % 1000:03d}"]
    while number := number // 1000:
        groups.append(f"x{number % 1000:03d}")
    return f"tile/{level}/{'/'.join(reversed(groups))}" + (f".p/{count}" if count < width else "")


def pack(entries: Sequence[bytes]) -> bytes:
    """An entry bundle: each entry after its length (16 bits, big-endian); raises BrokenLog for one that is too long."""
    if any(len(entry) > LARGEST_ENTRY for entry in entries):
        raise BrokenLog("an entry is longer than a bundle can hold")
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def unpack(bundle: bytes) -> list[bytes]:
    """The entries of a bundle; raises BrokenLog where it ends too early."""
    entries, at = [], 0
    while at < len(bundle):
        length = int.from_bytes(bundle[at : at + 2], "big")
        entry = bundle[at + 2 : at + 2 + length]
        if len(entry) != length or at + 2 > len(bundle):
            raise BrokenLog("an entry bundle is cut off")
        entries.append(entry)
        at += 2 + length
    return entries


def hashes_of(tile: bytes, count: int) -> list[bytes]:
    """The hashes of a tile; raises BrokenLog when there are not `count`."""
    if len(tile) != count * HASH_SIZE:
        raise BrokenLog("a tile has another width than its name says")
    return [tile[at : at + HASH_SIZE] for at in range(0, len(tile), HASH_SIZE)]


class Edge:
    """The right edge of a tree: at each level the hashes of the tile that is not full yet.

    Args:
        size: leaves of the tree.
        read: reads a tile by its name.
        width: hashes of a full tile; a power of two.
    """

    def __init__(self, size: int, read: Read, width: int = WIDTH) -> None:
        self.size = size
        self.width = width
        self._rows: list[list[bytes]] = []
        at_level, level = size, 0
        while at_level:
            number, count = divmod(at_level, width)
            tile = read(tile_path(level, number, count, width)) if count else b""
            self._rows.append(hashes_of(tile, count))
            at_level, level = number, level + 1

    @property
    def leaves(self) -> Sequence[bytes]:
        """Leaf hashes of the last, unfinished tile."""
        return self._rows[0] if self._rows else ()

    def root(self) -> bytes:
        """Head of the tree."""
        smaller: list[bytes] = []
        for row in self._rows:
            # full tiles of this level, then the one head of everything that is smaller than a tile of it
            if row or smaller:
                smaller = [tree_hash([*row, *smaller])]
        return tree_hash(smaller)

    def grow(self, leaves: Sequence[bytes]) -> dict[str, bytes]:
        """Appends leaf hashes; returns the tiles that this makes, by name."""
        made: dict[str, bytes] = {}
        touched = 0
        for leaf in leaves:
            self.size += 1
            touched = max(touched, self._push(leaf, made))
        number = self.size
        for level, row in enumerate(self._rows[:touched]):
            number //= self.width
            if row:
                made[tile_path(level, number, len(row), self.width)] = b"".join(row)
        return made

    def _push(self, leaf: bytes, made: dict[str, bytes]) -> int:
        """One leaf hash; returns how many levels changed."""
        level, added, number = 0, leaf, self.size
        while True:
            if level == len(self._rows):
                self._rows.append([])
            row = self._rows[level]
            row.append(added)
            level += 1
            if len(row) < self.width:
                return level
            number //= self.width
            made[tile_path(level - 1, number - 1, self.width, self.width)] = b"".join(row)
            added = tree_hash(row)
            row.clear()


class Tree:
    """A published tree, read tile by tile as questions need it.

    Args:
        size: leaves of a published checkpoint.
        read: reads a tile by its name.
        width: hashes of a full tile.
    """

    def __init__(self, size: int, read: Read, width: int = WIDTH) -> None:
        self.size = size
        self._read = read
        self._width = width
        self._bits = width.bit_length() - 1
        self._kept: dict[tuple[int, int], list[bytes]] = {}

    def perfect(self, height: int, number: int) -> bytes:
        """Hash of a perfect subtree (see `merkle.Perfect`)."""
        level, within = divmod(height, self._bits)
        tile, offset = divmod(number << within, self._width)
        return tree_hash(self._tile(level, tile)[offset : offset + (1 << within)])

    def _tile(self, level: int, number: int) -> list[bytes]:
        if (level, number) not in self._kept:
            there = (self.size >> (level * self._bits)) - number * self._width
            count = min(there, self._width)
            path = tile_path(level, number, count, self._width)
            self._kept[level, number] = hashes_of(self._read(path), count)
        return self._kept[level, number]
