"""Roots, proofs and tiles against RFC 6962 written out naively."""

import hashlib
from functools import cache

import pytest

from factcheck.record.log import merkle

LEAVES = [b"leaf %d" % n for n in range(70_000)]


@cache
def mth(start: int, end: int) -> bytes:
    """MTH of RFC 6962, section 2.1, word for word."""
    n = end - start
    if n == 0:
        return hashlib.sha256(b"").digest()
    if n == 1:
        return hashlib.sha256(b"\x00" + LEAVES[start]).digest()
    k = 1
    while k * 2 < n:
        k *= 2
    return hashlib.sha256(b"\x01" + mth(start, start + k) + mth(start + k, end)).digest()


def path(m: int, start: int, end: int) -> list[bytes]:
    """PATH of section 2.1.1."""
    n = end - start
    if n == 1:
        return []
    k = 1
    while k * 2 < n:
        k *= 2
    if m < k:
        return [*path(m, start, start + k), mth(start + k, end)]
    return [*path(m - k, start + k, end), mth(start, start + k)]


def subproof(m: int, start: int, end: int, whole: bool) -> list[bytes]:
    """SUBPROOF of section 2.1.2."""
    n = end - start
    if m == n:
        return [] if whole else [mth(start, end)]
    k = 1
    while k * 2 < n:
        k *= 2
    if m <= k:
        return [*subproof(m, start, start + k, whole), mth(start + k, end)]
    return [*subproof(m - k, start + k, end, False), mth(start, start + k)]


def grown(size: int, step: int) -> dict[tuple[int, int], bytes]:
    """Tiles after appends of `step` leaves each."""
    tiles: dict[tuple[int, int], bytes] = {}
    for start in range(0, size, step):
        leaves = [merkle.leaf_hash(leaf) for leaf in LEAVES[start : min(start + step, size)]]
        for place, hashes in merkle.append(start, leaves, lambda level, index: tiles[level, index]).items():
            tiles[place] = tiles.get(place, b"") + hashes
    return tiles


def test_root_of_nothing_and_of_one() -> None:
    assert merkle.root(0, lambda level, index: b"").hex() == (
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )
    # RFC 6962's own test: the leaf hash of the empty string.
    assert merkle.leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"


def test_all_sizes_to_300() -> None:
    tiles = grown(300, 1)

    def read(level: int, index: int) -> bytes:
        return tiles[level, index]

    for size in range(301):
        assert merkle.root(size, read) == mth(0, size)
        for leaf in {0, 1, size // 3, size // 2, size - 2, size - 1} & set(range(size)):
            assert merkle.inclusion_proof(leaf, size, read) == path(leaf, 0, size)
        for old in {1, 2, size // 3, size // 2, size - 1, size} & set(range(1, size + 1)):
            assert merkle.consistency_proof(old, size, read) == subproof(old, 0, size, True)


def test_every_proof_of_a_small_tree() -> None:
    tiles = grown(40, 7)
    for size in range(1, 41):
        for leaf in range(size):
            assert merkle.inclusion_proof(leaf, size, lambda *at: tiles[at]) == path(leaf, 0, size)
        for old in range(1, size + 1):
            assert merkle.consistency_proof(old, size, lambda *at: tiles[at]) == subproof(old, 0, size, True)


@pytest.mark.parametrize("step", [1000, 65_536, 66_000])
def test_around_65536(step: int) -> None:
    tiles = grown(66_000, step)
    for size in (65_535, 65_536, 65_537, 65_792, 66_000):
        assert merkle.root(size, lambda *at: tiles[at]) == mth(0, size)
        assert merkle.inclusion_proof(65_000, size, lambda *at: tiles[at]) == path(65_000, 0, size)
        assert merkle.consistency_proof(300, size, lambda *at: tiles[at]) == subproof(300, 0, size, True)
    assert len(tiles[2, 0]) == 32
    assert len(tiles[1, 1]) == 32


def test_tiles_of_70000() -> None:
    # The example of C2SP tlog-tiles: 273 full level-0 tiles and one of width 112, one full level-1 tile and one of 17,
    # one level-2 tile of 1.
    widths = {place: len(hashes) // 32 for place, hashes in grown(70_000, 70_000).items()}
    assert [width for (level, _), width in sorted(widths.items()) if level == 0] == [256] * 273 + [112]
    assert {place: width for place, width in widths.items() if place[0]} == {(1, 0): 256, (1, 1): 17, (2, 0): 1}


@pytest.mark.parametrize(
    ("level", "index", "width", "name"),
    [
        (0, 0, 256, "tile/0/000"),
        (0, 1234067, 256, "tile/0/x001/x234/067"),
        (1, 999, 17, "tile/1/999.p/17"),
        ("entries", 1000, 1, "tile/entries/x001/000.p/1"),
    ],
)
def test_tile_name(level: int | str, index: int, width: int, name: str) -> None:
    assert merkle.tile_name(level, index, width) == name


@pytest.mark.parametrize(("leaf", "size"), [(0, 0), (5, 5), (-1, 3)])
def test_inclusion_outside_the_tree(leaf: int, size: int) -> None:
    with pytest.raises(ValueError, match="is not in a tree"):
        merkle.inclusion_proof(leaf, size, lambda level, index: b"")


def test_consistency_outside_the_tree() -> None:
    with pytest.raises(ValueError, match="does not contain"):
        merkle.consistency_proof(6, 5, lambda level, index: b"")
    with pytest.raises(ValueError, match="too short"):
        merkle.root(5, lambda level, index: b"")
