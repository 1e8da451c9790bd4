"""The Merkle tree of RFC 6962, stored in tiles of 256 hashes as defined by C2SP tlog-tiles.

The functions are pure, and take a function for reading tiles. A hash has 32 bytes, and a tile is the concatenation of
up to 256 hashes. The n-th tile at level l contains the roots of complete subtrees with 256^l leaves each. The first of
these subtrees begins at leaf n * 256^(l+1).
"""

import hashlib
from collections.abc import Callable, Iterable

HASH_SIZE = 32
TILE_WIDTH = 256
TILE_HEIGHT = 8
EMPTY_ROOT = hashlib.sha256(b"").digest()

# A function that returns all hashes of a tile: (level, index) -> bytes.
TileReader = Callable[[int, int], bytes]


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of a leaf (RFC 6962, section 2.1)."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node (RFC 6962, section 2.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def tile_name(level: int | str, index: int, width: int = TILE_WIDTH) -> str:
    """Return the path relative to the log's prefix. (0, 1234067) is tile/0/x001/x234/067.

    The path of a partial tile ends in .p/<width>.
    """
    groups = [f"{index % 1000:03d}"]
    while index := index // 1000:
        groups.insert(0, f"x{index % 1000:03d}")
    partial = "" if width == TILE_WIDTH else f".p/{width}"
    return f"tile/{level}/{'/'.join(groups)}{partial}"


def subtree_root(hashes: Iterable[bytes]) -> bytes:
    """Return the root of a complete subtree, from its 2^k hashes."""
    row = list(hashes)
    while len(row) > 1:
        row = [node_hash(row[i], row[i + 1]) for i in range(0, len(row), 2)]
    return row[0]


def hashes_of(tile: bytes) -> list[bytes]:
    return [tile[at : at + HASH_SIZE] for at in range(0, len(tile), HASH_SIZE)]


def range_root(start: int, end: int, read: TileReader) -> bytes:
    """Return MTH(D[start:end]) for a range that occurs in the tree (RFC 6962, section 2.1).

    `start` is a multiple of the size of the range's first complete subtree.
    """
    count = end - start
    if count == 0:
        return EMPTY_ROOT
    # A range of 2^k leaves is a complete subtree. One tile contains the roots of the largest stored parts of this
    # subtree.
    if count & (count - 1) == 0:
        height = count.bit_length() - 1
        level, rest = divmod(height, TILE_HEIGHT)
        first = start >> TILE_HEIGHT * level
        index, offset = divmod(first, TILE_WIDTH)
        hashes = hashes_of(read(level, index))[offset : offset + (1 << rest)]
        if len(hashes) != 1 << rest:
            raise ValueError(f"{tile_name(level, index)} is too short for leaves {start} to {end}")
        return subtree_root(hashes)
    middle = start + largest_power_below(count)
    return node_hash(range_root(start, middle, read), range_root(middle, end, read))


def root(size: int, read: TileReader) -> bytes:
    """Return the root hash of a tree that consists of the first `size` leaves."""
    return range_root(0, size, read)


def largest_power_below(count: int) -> int:
    """Return the largest power of two smaller than `count`, for count > 1."""
    return 1 << (count - 1).bit_length() - 1


def inclusion_proof(index: int, size: int, read: TileReader) -> list[bytes]:
    """Return PATH(index, D[0:size]) of RFC 6962, section 2.1.1, from the leaf upwards."""
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} is not in a tree of {size}")
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + largest_power_below(end - start)
        if index < middle:
            path.append(range_root(middle, end, read))
            end = middle
        else:
            path.append(range_root(start, middle, read))
            start = middle
    return path[::-1]


def consistency_proof(old: int, new: int, read: TileReader) -> list[bytes]:
    """Return PROOF(old, D[0:new]) of RFC 6962, section 2.1.2."""
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {new} does not contain one of {old}")
    if old in (0, new):
        return []
    path: list[bytes] = []
    # The loop descends to the last subtree of the old tree, and collects the root of the other half at each step. If
    # this subtree is the whole old tree, its root isn't part of the proof, because the verifier knows it.
    start, end, whole = 0, new, True
    while old != end:
        middle = start + largest_power_below(end - start)
        if old <= middle:
            path.append(range_root(middle, end, read))
            end = middle
        else:
            path.append(range_root(start, middle, read))
            start, whole = middle, False
    if not whole:
        path.append(range_root(start, end, read))
    return path[::-1]


def is_consistent(old: int, old_root: bytes, new: int, new_root: bytes, proof: list[bytes]) -> bool:
    """Return whether the proof shows that the tree of `new` leaves begins with the tree of `old` leaves.

    The algorithm and its steps are those of RFC 9162, section 2.1.4.2.
    """
    if old == new:
        return not proof and old_root == new_root
    if old == 0:
        return not proof and old_root == EMPTY_ROOT
    if not 0 < old < new or not proof:
        return False
    nodes = list(proof)
    if old & (old - 1) == 0:
        nodes.insert(0, old_root)  # the old tree is a complete subtree, so its root isn't part of the proof
    at, last = old - 1, new - 1
    # `at` and `last` are the positions of the last nodes of the two trees, at each level from the leaves upwards. The
    # proof begins at the last complete subtree of the old tree.
    while at & 1:
        at, last = at >> 1, last >> 1
    old_computed = new_computed = nodes[0]
    for node in nodes[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            old_computed, new_computed = node_hash(node, old_computed), node_hash(node, new_computed)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            new_computed = node_hash(new_computed, node)
        at, last = at >> 1, last >> 1
    return last == 0 and (old_computed, new_computed) == (old_root, new_root)


def append(size: int, leaves: list[bytes], edge: TileReader) -> dict[tuple[int, int], bytes]:
    """Return the hashes that each tile gains if these leaf hashes are appended: (level, index) -> hashes.

    `size` is the size of the old tree. `edge` reads the tiles at its right edge. Each leaf is hashed into the tree
    once.
    """
    gained: dict[tuple[int, int], bytes] = {}
    level, hashes = 0, leaves
    while hashes:
        full: list[bytes] = []
        position = size >> TILE_HEIGHT * level
        while hashes:
            index, used = divmod(position, TILE_WIDTH)
            first, hashes = hashes[: TILE_WIDTH - used], hashes[TILE_WIDTH - used :]
            gained[level, index] = b"".join(first)
            # A full tile has a root, which is a hash of the next level.
            if used + len(first) == TILE_WIDTH:
                before = hashes_of(edge(level, index)) if used else []
                full.append(subtree_root([*before, *first]))
            position += len(first)
        level, hashes = level + 1, full
    return gained
