"""Signatures of passkeys, and those that are refused."""

import hashlib
from typing import Any

import pytest

from factcheck.record.approvals.assertions import (
    ApprovalError,
    Assertion,
    ImportTree,
    Opening,
    Place,
    challenge,
    challenge_of_import,
    check,
    order,
    public_key_text,
)
from tests.support.software_keys import ORIGIN, SoftwareKey, text

SALT = bytes(range(32))
ORDER = order("review.publication", "6f6d6e2e-9d06-4a4b-8a3e-0d6b1e3a6c11", "typo", "A name was wrong.", "ab" * 32)
CHALLENGE = challenge(SALT, ORDER)
ES256, EDDSA = SoftwareKey("an"), SoftwareKey("binh", edwards=True)


def test_bytes_that_people_sign() -> None:
    """Literals, because auditors compute them too."""
    note = hashlib.sha256(b"A name was wrong.").hexdigest()
    assert ORDER.decode() == f"review.publication\n6f6d6e2e-9d06-4a4b-8a3e-0d6b1e3a6c11\ntypo\n{note}\n{'ab' * 32}"
    assert hashlib.sha256(SALT + ORDER).digest() == CHALLENGE
    with pytest.raises(ApprovalError, match="five lines"):
        order("review.publication", "a\nb", "", "", "ab" * 32)
    with pytest.raises(ApprovalError, match="32 bytes"):
        challenge(SALT[1:], ORDER)


@pytest.mark.parametrize("key", [ES256, EDDSA])
@pytest.mark.parametrize(
    ("made", "code"),
    [
        ({}, None),
        ({"crossOrigin": None}, "other_origin"),
        ({"crossOrigin": True}, "other_origin"),
        ({"origin": "https://desk.example.evil"}, "other_origin"),
        ({"type": "webauthn.create"}, "malformed"),
        ({"challenge": text(challenge(bytes(32), ORDER))}, "other_statement"),
        ({"challenge": "?"}, "other_statement"),
        ({"challenge": None}, "malformed"),
        ({"flags": 0x01}, "not_verified"),
        ({"flags": 0x04}, "not_verified"),
    ],
)
def test_signature_is_checked(key: SoftwareKey, made: Any, code: str | None) -> None:
    assert refusal(key.sign(CHALLENGE, **made), key.public_key) == code


def test_page_of_another_host_can_not_claim_the_origin() -> None:
    """The browser names the origin in one place, and the passkey names the host in another."""
    other = ES256.sign(CHALLENGE, "https://evil.example")
    mine = ES256.sign(CHALLENGE)
    assert refusal(other, ES256.public_key) == "other_origin"
    mixed = mine._replace(authenticator_data=other.authenticator_data)
    assert refusal(mixed, ES256.public_key) == "other_origin"


@pytest.mark.parametrize(("key", "other"), [(ES256, SoftwareKey("chi")), (EDDSA, SoftwareKey("chi", edwards=True))])
def test_changed_signature_is_refused(key: SoftwareKey, other: SoftwareKey) -> None:
    good = key.sign(CHALLENGE)
    assert refusal(good, other.public_key) == "wrong_signature"
    assert refusal(good, "ES256:" + "00" * 64) == "wrong_signature"
    assert refusal(good._replace(signature=good.signature[:-4]), key.public_key) == "wrong_signature"
    assert refusal(good._replace(signature=good.signature + "AAAA"), key.public_key) == "wrong_signature"
    for field in ("authenticator_data", "client_data", "signature"):
        for value in ("", "!", "ă"):
            assert refusal(good._replace(**{field: value}), key.public_key) in ("malformed", "wrong_signature")


def test_other_algorithms_are_refused() -> None:
    for cose in ({1: 3, 3: -257, -1: b"n", -2: b"e"}, {3: -7}, {3: -7, -1: 2, -2: b"", -3: b""}):
        with pytest.raises(ApprovalError) as refused:
            public_key_text(cose)
        assert refused.value.code == "other_algorithm"


@pytest.mark.parametrize("count", [1, 2, 3, 7, 64, 1000])
def test_every_member_proves_its_place(count: int) -> None:
    members = [hashlib.sha256(bytes([index % 256, index // 256])).digest() for index in range(count)]
    tree = ImportTree(members)
    signed = challenge(SALT, order("import.publication", "7", "", "", tree.digest))
    for index in {0, count // 2, count - 1}:
        place = Place("7", SALT.hex(), tree.path(index))
        assert challenge_of_import(place, members[index]) == signed
        assert challenge_of_import(place, hashlib.sha256(b"not a member").digest()) != signed
        assert challenge_of_import(place._replace(subject="8"), members[index]) != signed


def test_opening_is_the_text_that_the_commitment_hides() -> None:
    opening = Opening([ES256.sign(CHALLENGE), EDDSA.sign(CHALLENGE)], Place("7", SALT.hex(), ["<" + "ab" * 32]))
    assert Opening.parse(str(opening)) == opening
    assert opening.commitment(SALT) == hashlib.sha256(SALT + str(opening).encode()).hexdigest()
    assert Opening.parse(str(Opening([]))) == Opening([])


def refusal(assertion: Assertion, public_key: str) -> str | None:
    try:
        check(assertion, public_key, CHALLENGE, ORIGIN)
    except ApprovalError as problem:
        return problem.code
    return None
