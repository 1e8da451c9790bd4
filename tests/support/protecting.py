"""A newsroom whose people sign, with passkeys in software and without a signer’s process."""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from factcheck.editorial.models import Publisher, SecondFactor, User
from factcheck.editorial.signatures import signing
from tests.support.software_keys import ORIGIN, SoftwareKey

LONG_AGO = "2026-01-01T00:00:00.000000Z"


def give_key(user: User, **options: bool) -> SoftwareKey:
    """Add a passkey to the account. The desk never reads its encrypted part in these tests."""
    key = SoftwareKey(user.username, **options)
    SecondFactor.objects.create(user=user, kind=SecondFactor.Kind.PASSKEY, name="Điện thoại", key=key.id)
    return key


@contextmanager
def protected(publisher: Publisher, *keys: SoftwareKey, since: str = LONG_AGO) -> Iterator[None]:
    found = [key.entry() | {"origin": ORIGIN, "since": since, "revoked": None} for key in keys]
    row = {"origin": ORIGIN, "since": since, "off_at": None, "keys": found}
    with patch.object(signing, "protections", lambda: {publisher.site: row}):
        yield
