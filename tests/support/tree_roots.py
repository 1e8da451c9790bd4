"""The root of a Merkle tree, implemented a second time and independently."""

import hashlib


def naive_root(leaves: list[bytes]) -> bytes:
    """Return the root by the definition in RFC 6962, section 2.1."""
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + naive_root(leaves[:k]) + naive_root(leaves[k:])).digest()
