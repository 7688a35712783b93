"""The tree: the vectors of Certificate Transparency, every small size against a second reading, tampering found."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.gdx.transparency.tiles import Edge, Tree, tile_path
from chalicelib.shared import tlog_merkle as merkle
from chalicelib.shared import tlog_verifier as verifier
from chalicelib.shared.tlog_merkle import BadProof, check_consistency, check_inclusion
from tests.gdx.transparency import trees

WIDTH = 8

CT_LEAVES = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
CT_ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
"""Roots of the first 0 to 8 of those leaves, from the reference tests of google/certificate-transparency."""


class Shelf(dict[str, bytes]):
    """A bucket's tiles."""

    def grow(self, size: int, entries: list[bytes]) -> bytes:
        """Adds entries to a tree of this size; returns the new root."""
        edge = Edge(size, self.__getitem__, WIDTH)
        self.update(edge.grow([merkle.leaf_hash(entry) for entry in entries]))
        return edge.root()


def entries_of(size: int) -> list[bytes]:
    """Different entries."""
    return [f"entry {at}".encode() for at in range(size)]


@pytest.mark.parametrize("size", range(9))
def test_the_published_roots(size: int) -> None:
    assert Shelf().grow(0, CT_LEAVES[:size]).hex() == CT_ROOTS[size]
    assert trees.mth(CT_LEAVES[:size]).hex() == CT_ROOTS[size]


def test_each_size_grows_to_the_same_tree_and_every_leaf_is_proved() -> None:
    shelf, root = Shelf(), merkle.EMPTY
    for size in range(1, 150):
        entries = entries_of(size)
        root = shelf.grow(size - 1, entries[-1:])
        tree = Tree(size, shelf.__getitem__, WIDTH)
        assert root == trees.mth(entries) == merkle.head(size, tree.perfect)
        for index in {0, size // 3, size // 2, size - 2, size - 1} - {-1}:
            path = merkle.inclusion(index, size, tree.perfect)
            assert path == trees.path(index, entries)
            leaf = merkle.leaf_hash(entries[index])
            check_inclusion(leaf, index, size, path, root)
            assert verifier.root_by_inclusion(leaf, index, size, path) == root


@given(st.integers(0, 600), st.lists(st.integers(0, 200), max_size=4), st.data())
@settings(max_examples=60, deadline=None)
def test_any_growth_over_tile_borders(first: int, more: list[int], data: st.DataObject) -> None:
    shelf, sizes = Shelf(), [0]
    roots = {0: merkle.EMPTY}
    for count in [first, *more]:
        size = sizes[-1] + count
        roots[size] = shelf.grow(sizes[-1], entries_of(size)[sizes[-1] :])
        sizes.append(size)
    size = sizes[-1]
    tree = Tree(size, shelf.__getitem__, WIDTH)
    assert roots[size] == trees.mth(entries_of(size))
    for old in sizes:
        proof = merkle.consistency(old, size, tree.perfect)
        check_consistency(old, size, proof, roots[old], roots[size])
    if size:
        old = data.draw(st.integers(1, size))
        proof = merkle.consistency(old, size, tree.perfect)
        assert proof == trees.proof(old, entries_of(size))
        check_consistency(old, size, proof, trees.mth(entries_of(old)), roots[size])


def test_a_tile_holds_what_the_rules_of_tiles_say() -> None:
    """C2SP's example at width 256: 70,000 entries are 273 full tiles and one of 112, then 1 and 17, then 1."""
    made = Edge(0, Shelf().__getitem__, 256).grow([bytes(32)] * 70_000)
    widths = {name: len(tile) // 32 for name, tile in made.items()}
    assert widths == {
        **{tile_path(0, number, 256): 256 for number in range(273)},
        "tile/0/273.p/112": 112,
        "tile/1/000": 256,
        "tile/1/001.p/17": 17,
        "tile/2/000.p/1": 1,
    }


def test_the_name_of_a_tile_has_groups_of_three_digits() -> None:
    assert tile_path(3, 1_234_067, 256) == "tile/3/x001/x234/067"
    assert tile_path("entries", 5, 7) == "tile/entries/005.p/7"


def flipped(value: bytes, bit: int) -> bytes:
    """One bit of it is another."""
    at = bit % (len(value) * 8)
    return value[: at // 8] + bytes([value[at // 8] ^ (1 << at % 8)]) + value[at // 8 + 1 :]


Spoil = Callable[[list[bytes], int], list[bytes]]
SPOILT: dict[str, Spoil] = {
    "a bit of a hash": lambda proof, at: [flipped(proof[0], at), *proof[1:]],
    "one hash less": lambda proof, _: proof[1:],
    "the last hash is missing": lambda proof, _: proof[:-1],
    "one hash more": lambda proof, _: [*proof, bytes(32)],
    "a hash more in front": lambda proof, _: [bytes(32), *proof],
    "a hash twice": lambda proof, _: [proof[0], *proof],
    "a short hash": lambda proof, _: [proof[0][:-1], *proof[1:]],
}


@given(st.integers(2, 300), st.integers(0, 10_000), st.sampled_from(sorted(SPOILT)))
@settings(max_examples=150, deadline=None)
def test_tampering_with_an_inclusion_proof_is_found(size: int, seed: int, how: str) -> None:
    entries, index = entries_of(size), seed % size
    shelf = Shelf()
    root = shelf.grow(0, entries)
    proof = merkle.inclusion(index, size, Tree(size, shelf.__getitem__, WIDTH).perfect)
    leaf = merkle.leaf_hash(entries[index])
    spoilt = SPOILT[how](proof, seed)
    for wrong in (
        (leaf, index, size, spoilt, root),
        (flipped(leaf, seed), index, size, proof, root),
        (leaf, (index + 1) % size, size, proof, root),
        (leaf, index, size, proof, flipped(root, seed)),
        (leaf, size, size, proof, root),
        (leaf, -1, size, proof, root),
    ):
        with pytest.raises(BadProof):
            check_inclusion(*wrong)
    assert _refused_by_the_verifier(leaf, index, size, spoilt, root)


def _refused_by_the_verifier(leaf: bytes, index: int, size: int, proof: list[bytes], root: bytes) -> bool:
    try:
        return verifier.root_by_inclusion(leaf, index, size, proof) != root
    except verifier.Bad:
        return True


@given(st.integers(2, 300), st.integers(0, 10_000), st.sampled_from(sorted(SPOILT)))
@settings(max_examples=150, deadline=None)
def test_tampering_with_a_consistency_proof_is_found(size: int, seed: int, how: str) -> None:
    old = 1 + seed % (size - 1)
    shelf = Shelf()
    root = shelf.grow(0, entries_of(size))
    before = trees.mth(entries_of(old))
    proof = merkle.consistency(old, size, Tree(size, shelf.__getitem__, WIDTH).perfect)
    for wrong in (
        (old, size, SPOILT[how](proof, seed), before, root),
        (old, size, proof, flipped(before, seed), root),
        (old, size, proof, before, flipped(root, seed)),
        (size, old, proof, before, root),
        (old, old, proof, before, root),
        (0, size, proof, before, root),
        (old, size, [], before, root),
    ):
        with pytest.raises(BadProof):
            check_consistency(*wrong)


def test_the_empty_tree_and_equal_sizes_need_no_proof() -> None:
    root = hashlib.sha256(b"a tree").digest()
    check_consistency(0, 5, [], merkle.EMPTY, root)
    check_consistency(5, 5, [], root, root)
    for wrong in ((0, 5, [root], merkle.EMPTY, root), (0, 5, [], root, root), (5, 5, [], root, merkle.EMPTY)):
        with pytest.raises(BadProof):
            check_consistency(*wrong)


def test_no_proof_of_what_is_not_there() -> None:
    tree = Tree(0, Shelf().__getitem__, WIDTH)
    for index, size in ((0, 0), (5, 5), (-1, 5)):
        with pytest.raises(ValueError, match="no such leaf"):
            merkle.inclusion(index, size, tree.perfect)
    with pytest.raises(ValueError, match="does not shrink"):
        merkle.consistency(6, 5, tree.perfect)
