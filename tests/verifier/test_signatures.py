"""Ed25519 in plain Python: the vectors of RFC 8032, and the answers of the package `cryptography` for everything odd."""

import random

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from verifier.verifier import ORDER, PRIME, add_points, decode_point, encode_point, is_signed

# RFC 8032, section 7.1: public key, message, signature.
VECTORS = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
    (
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
    ),
]  # fmt: skip


def reference(public: bytes, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


@pytest.mark.parametrize(("public", "message", "signature"), VECTORS)
def test_vectors_of_the_rfc(public: str, message: str, signature: str) -> None:
    key, text, signed = bytes.fromhex(public), bytes.fromhex(message), bytes.fromhex(signature)
    assert is_signed(key, signed, text)
    assert not is_signed(key, signed, text + b"x")


def test_answers_for_damaged_signatures_are_those_of_cryptography() -> None:
    chance = random.Random(8032)
    for number in range(60):
        private = Ed25519PrivateKey.from_private_bytes(chance.randbytes(32))
        message = chance.randbytes(number)
        parts = [
            bytearray(private.public_key().public_bytes_raw()),
            bytearray(private.sign(message)),
            bytearray(message),
        ]
        assert is_signed(*map(bytes, parts))
        damaged = chance.choice([part for part in parts if part])
        damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
        assert is_signed(*map(bytes, parts)) == reference(*map(bytes, parts)) is False
    key, _, message = map(bytes, parts)
    for length in (0, 32, 63, 65):
        assert is_signed(key, bytes(length), message) == reference(key, bytes(length), message) is False


def times(number: int, point: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    total = (0, 1, 1, 0)
    for bit in f"{number:b}":
        total = add_points(total, total)
        total = add_points(total, point) if bit == "1" else total
    return total


def odd_points() -> list[bytes]:
    """The eight points of small order, points with a y of at least the prime, zero with a sign, and values that aren't points."""
    chance, small = random.Random(25519), set()
    while len(small) < 8:
        if point := decode_point(chance.randbytes(32)):
            small.add(encode_point(times(ORDER, point)))
    others = [y | sign << 255 for y in (0, 1, 2, PRIME - 1, PRIME, PRIME + 1, PRIME + 18) for sign in (0, 1)]
    return sorted(small) + [number.to_bytes(32, "little") for number in others]


@pytest.mark.parametrize("s", [pytest.param(0, marks=pytest.mark.prove), 1, ORDER - 1, ORDER, 2**256 - 1])
def test_answers_for_odd_points_are_those_of_cryptography(s: int) -> None:
    """A signature that is valid for many messages, S that isn't reduced, and R in two spellings."""
    valid, scalar = 0, s.to_bytes(32, "little")
    for key in odd_points():
        for r in odd_points()[:: 1 if s == 0 else 5]:
            answer = is_signed(key, r + scalar, b"x")
            assert answer == reference(key, r + scalar, b"x"), (key.hex(), r.hex())
            valid += answer
    assert (valid > 10) == (s == 0)
    private = Ed25519PrivateKey.from_private_bytes(bytes(32))
    key, signature = private.public_key().public_bytes_raw(), private.sign(b"x")
    twin = signature[:32] + (int.from_bytes(signature[32:], "little") + ORDER).to_bytes(32, "little")
    assert (is_signed(key, signature, b"x"), is_signed(key, twin, b"x"), reference(key, twin, b"x")) == (
        True,
        False,
        False,
    )
