"""A log of 7,895 entries on a real server behind the proxy, at the default limits: verified while a mirror is made."""

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connections

from factcheck.record import publish
from factcheck.record.log import tree
from factcheck.record.log.entries import Kind, Publication
from tests.record.conftest import disarm, make_statement
from tests.security.test_slow_readers import proxy
from tests.support.granian import granian

ROOT = Path(__file__).parents[2]
SIZE = 7_895
WORDS = ["nước", "lũ", "đã", "lên", "tới", "mái", "chùa", "vào", "đêm", "hôm", "qua", "theo", "người", "quay", "phim"]


@pytest.fixture(scope="module")
def large(module_database: str) -> None:
    """Reviews of 3,000 characters, of which some were corrected, withdrawn or erased, and some claims were merged."""
    tree.signing_key.cache_clear()
    disarm()
    chance = random.Random(1)
    subjects = [uuid4() for _ in range(SIZE - 145)]
    for start in range(0, len(subjects), 500):
        publish.publish([Publication(each, statement(chance, each)) for each in subjects[start : start + 500]])
    changed = chance.sample(subjects, 130)
    note = "Ngày quay đã được xác minh lại với người quay phim."
    corrected = [
        Publication(each, statement(chance, each) | {"summary": "Sai. Đã sửa."}, change_class="substantive", note=note)
        for each in changed[:100]
    ]
    publish.publish(corrected)
    for each in changed[100:120]:
        whole = make_statement(each)
        tombstone = {key: whole[key] for key in ("id", "language", "publisher", "license", "headline")}
        publish.publish([Publication(each, tombstone | {"claim": {"id": str(each)}}, Kind.WITHDRAWAL, note="Sai.")])
    for each in changed[120:]:
        notice = {"ground": "court_order", "text": "Toà án.", "redaction": False, "newsroom": whole["publisher"]}
        erased = {"id": str(each), "license": whole["license"], "notice": notice}
        publish.publish([Publication(each, erased, Kind.ERASURE, note="Toà án.")])
    for claim in (uuid4() for _ in range(15)):
        merge = {"id": str(claim), "publisher": whole["publisher"], "license": whole["license"]}
        into = {"into": {"id": str(uuid4())}}
        publish.publish([Publication(claim, merge | into, Kind.CLAIM_MERGE, note="Cùng một lời đồn.")])


def statement(chance: random.Random, subject: Any) -> dict[str, Any]:
    return make_statement(subject) | {"body": " ".join(chance.choice(WORDS) for _ in range(750))}


@pytest.fixture
def address(large: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The site in a process of its own behind nginx, with the limits and connections that a new site has."""
    for name in ("API_RATE_LIMIT", "SEARCH_RATE_LIMIT", "DATABASE_CONNECTION_AGE"):
        monkeypatch.delenv(name)
    urls = {}
    for name, alias in (("DATABASE_URL", "default"), ("PUBLIC_DATABASE_URL", "public")):
        values = connections.settings[alias]
        urls[name] = "postgresql://{USER}:{PASSWORD}@/{NAME}?host={HOST}&port={PORT}".format(**values)
    (place := tmp_path / "nginx").mkdir()
    with (
        granian(MESSAGES_KEY="A" * 43 + "=", REQUEST_COUNTS=str(settings.VAR / "counts"), **urls) as address,
        proxy(address, tmp_path, place) as through,
    ):
        yield through


def verify(address: str, state: Path) -> tuple[str, float]:
    """The output of the program, and the seconds that it took."""
    begun = time.monotonic()
    done = subprocess.run(
        [sys.executable, "verifier/verifier.py", address, "--state", str(state)],
        cwd=ROOT, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")  # it would say that it waits
    return done.stdout, time.monotonic() - begun


@pytest.mark.prove
def test_verifier_and_mirror_pass_at_the_default_limits(address: str, tmp_path: Path) -> None:
    mirror = subprocess.Popen(
        [sys.executable, "examples/mirror.py", address, str(tmp_path / "mirror.sqlite"), "--once"],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    said, first = verify(address, tmp_path / "state")
    assert said.startswith("7895 entries about 7765 subjects hold; root ")
    out, errors = mirror.communicate(timeout=120)
    assert (mirror.returncode, errors) == (0, "")
    assert out.endswith("up to entry 7894\n")
    again = [verify(address, tmp_path / "state") for _ in range(2)]
    assert {said for said, _ in again} == {said}
    assert first < 60
    assert min(seconds for _, seconds in again) < 2
