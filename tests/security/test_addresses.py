"""IP addresses an hour later: somebody who takes the machine, with all keys, finds none and can guess none."""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from factcheck.editorial.messages import message_limits
from factcheck.editorial.sign_in.attempts import Counter, begin_attempt
from factcheck.tools import shared_counters
from factcheck.tools.secret_key import keyed_hash
from factcheck.tools.shared_counters import SharedMemory
from factcheck.web import places, rate_limits
from tests.api.test_messages import TIP, send
from tests.security.signing_in import PASSWORD, Device
from tests.support.drafts import Newsroom

ADDRESSES = {"203.0.113.77": ("203.0.113.77/32",) * 2, "2001:db8:77:9::1": ("2001:db8:77:9::/64", "2001:db8:77::/48")}
START = 1_800_000_000  # the beginning of an hour, in seconds since 1970


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> SimpleNamespace:
    """The clock by which hashes are forgotten."""
    now = SimpleNamespace(seconds=START + 600.0)
    settings.REQUEST_COUNTS = tmp_path / "counts"
    monkeypatch.setattr(shared_counters, "time", SimpleNamespace(time=lambda: now.seconds, monotonic=time.monotonic))
    return now


def hashes() -> Iterator[bytes]:
    """The stored form of all that somebody with the machine and its keys can compute for the addresses."""
    memories = rate_limits._counters(rate_limits.settings.REQUEST_COUNTS).memory, places.queue()._memory
    for address, (network, wide) in ADDRESSES.items():
        sender = message_limits.networks(address)
        pair, of_all = (Counter("pair", f"{wide} lan"), Counter("network", wide))
        before = (keyed_hash("sign_in.counter", each.of) for each in (pair, of_all))
        for text in (*sender, pair.key, of_all.key, *before):
            yield text.encode()
        names = (network, wide, f"reading {network}", f"search {network}", f"mismatches {wide}")
        yield from (memory.digest(name).to_bytes(8, "little") for name in names for memory in memories)


def kept(folder: Path) -> bytes:
    """Everything in the database's tables and in the files of counters, as bytes."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT format('%I', tablename) FROM pg_tables WHERE schemaname = 'public'")
        found = b""
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT string_agg(row::text, ' ') FROM {table} AS row")
            found += (cursor.fetchone()[0] or "").encode()
    return found + b"".join(file.read_bytes() for file in sorted(folder.iterdir()))


def test_nobody_finds_or_guesses_an_address_an_hour_later(
    newsroom: Newsroom, settings: Any, tmp_path: Path, clock: SimpleNamespace, caplog: pytest.LogCaptureFixture
) -> None:
    """Wrong and right passwords, tips, searches, answers about a claim and requests of programs, from two addresses.

    Before, a key that the machine keeps hashed the networks, and the files of counters kept it beside the hashes.
    """
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    caplog.set_level(0)
    person, claim = newsroom.reporter, newsroom.publish_claim("Lời đồn.")
    person.username = "lan"
    person.set_password(PASSWORD)
    person.save(using="owner")
    for number, address in enumerate(ADDRESSES):
        Device(address).try_password("lan", "wrong")
        device = Device(address)
        device.try_password("lan", PASSWORD)
        assert device.is_in
        Device(address).try_password("lan", "wrong again")
        assert send("tips", {**TIP, "text": f"Lời đồn thứ {number} cần kiểm chứng"}, address).status_code == 201
        client = Client(REMOTE_ADDR=address)
        assert client.get("/api/v1/reviews/?q=tin").status_code == 200
        client.post(f"/en/claims/{claim.pk}/mismatch/", {"kind": "number"})
    at_once = kept(tmp_path)
    assert sum(each in at_once for each in hashes()) >= 10, "the test looks where the hashes are"
    clock.seconds += 3000
    guesses = list(hashes())
    later = kept(tmp_path)
    assert [each for each in guesses if each in later] == []
    plain = re.compile(rb"203\.0\.113|2001:db8:77|\\xcb00714d|20010db80077", re.IGNORECASE)
    assert plain.findall(at_once + later) == plain.findall(caplog.text.encode()) == []


def test_key_of_an_hour_is_overwritten_even_if_nobody_comes(tmp_path: Path, clock: SimpleNamespace) -> None:
    begun = time.monotonic()
    clock.seconds = START + 3599.9
    memory = SharedMemory(tmp_path / "counts", 64)
    memory.digest("192.0.2.1")
    key = (tmp_path / "counts").read_bytes()[:16]
    clock.seconds = START + 3600.1
    while (tmp_path / "counts").read_bytes()[:16] == key:
        assert time.monotonic() < begun + 60
        time.sleep(0.01)
    assert bytes(memory._head[:16]) != key


def test_processes_share_the_hours_key(tmp_path: Path, clock: SimpleNamespace) -> None:
    first, second = (SharedMemory(tmp_path / "counts", 64) for _each in range(2))
    assert first.digest("192.0.2.1") == second.digest("192.0.2.1")
    clock.seconds += 3600
    assert first.digest("192.0.2.1") == second.digest("192.0.2.1")


def test_new_hour_gives_a_guesser_few_more_attempts(database: str, clock: SimpleNamespace) -> None:
    """The counter of an account has no address, so it isn't forgotten, and delays all but the first three."""
    passed = 0
    for _hour in range(2):
        passed += sum(begin_attempt(Counter("pair", "192.0.2.1 lan"), Counter("name", "lan")) == 0 for _ in range(30))
        clock.seconds += 3600
    assert passed <= 5 + 1 + 3
