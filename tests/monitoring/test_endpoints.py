"""`/healthz`, `/readyz` and `/metrics`: who gets them, and what they say when something is wrong."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from contextlib import closing
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django import app
from prometheus_client.parser import text_string_to_metric_families

from factcheck.clean_room import door
from factcheck.monitoring import checks, numbers
from factcheck.monitoring.time_limits import TimeLimited
from factcheck.record.log import tree
from factcheck.record.log.notes import SigningKey
from tests.support import clean_room
from tests.support.drafts import Newsroom
from tests.support.granian import granian
from tests.support.subscribers import subscribe

TOKEN = "a-token-of-twenty-chars"
PROXIED = {"X-Forwarded-For": "127.0.0.1"}


@pytest.fixture
def published(newsroom: Newsroom) -> Newsroom:
    """A review that was just published, because the age of the newest checkpoint counts."""
    newsroom.publish_new()
    return newsroom


def ready(status: int) -> dict[str, str]:
    """The sentences of those checks that fail, or of all if none does. Other tests read the warnings."""
    response = Client().get("/readyz")
    content = response.json()
    assert (response.status_code, content["ready"]) == (status, status == 200), content
    found = {each["name"]: each["detail"] for each in content["checks"] if each["ok"] is (status == 200)}
    for warning in ("backup", "witnesses"):
        found.pop(warning, None)
    return found


def numbers_of(**given) -> dict[str, float]:
    response = Client().get("/metrics", **given)
    assert response.status_code == 200
    families = text_string_to_metric_families(response.content.decode())
    return {sample.name: sample.value for family in families for sample in family.samples if not sample.labels}


def test_process_says_that_it_is_alive_without_a_database(away_at_start):
    response = Client().get("/healthz", headers={"Host": "10.0.0.7:8000", **PROXIED})
    assert (response.status_code, response.content) == (200, b"This process is running.\n")
    assert response["Cache-Control"] == "no-store"
    assert not response.cookies
    assert Client().head("/healthz").status_code == 200
    assert Client().post("/healthz").status_code == 405


def test_site_is_ready(published):
    assert ready(200) == {
        "database": "The database answers.",
        "migrations": "All migrations are applied.",
        "address": "The site has the record's address.",
        "log_key": "The key has signed the newest checkpoint.",
        "checkpoint": "The newest checkpoint covers 1 of 1 entries. It is 0 minutes old.",
        "rows": "The reviews and demands that were read match the log.",
        "queue": "Waiting jobs: 1.",
        "clean_room": "Files can be decoded.",
        "roles": "The roles of the database have only the rights that they need.",
    }


def test_empty_site_is_ready(database):
    assert {name: text for name, text in ready(200).items() if "empty" in text} == {
        "log_key": "The log is empty.", "checkpoint": "The log is empty.",
    }  # fmt: skip


def test_details_are_for_operators(published, monkeypatch):
    assert Client().get("/readyz", headers=PROXIED).json() == {"ready": True}
    assert Client().get("/readyz", REMOTE_ADDR="203.0.113.7").json() == {"ready": True}
    monkeypatch.setattr(settings, "METRICS_TOKEN", TOKEN)
    with_token = {**PROXIED, "Authorization": f"Bearer {TOKEN}"}
    assert len(Client().get("/readyz", headers=with_token).json()["checks"]) == 11


@pytest.mark.parametrize(
    ("peer", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("203.0.113.7", {}, 403),
        ("", {}, 403),
        ("127.0.0.1", PROXIED, 403),
        ("127.0.0.1", {"Forwarded": "for=127.0.0.1"}, 403),
        ("127.0.0.1", {"X-Real-IP": "127.0.0.1"}, 403),
        ("203.0.113.7", {"X-Forwarded-For": ""}, 403),
        ("203.0.113.7", {"Authorization": f"Bearer {TOKEN}"}, 200),
        ("203.0.113.7", {"Authorization": f"bearer  {TOKEN} ", **PROXIED}, 200),
        ("203.0.113.7", {"Authorization": f"Bearer {TOKEN}x"}, 403),
        ("203.0.113.7", {"Authorization": "Bearer "}, 403),
        ("203.0.113.7", {"Authorization": "Bearer é"}, 403),
        ("203.0.113.7", {"Authorization": TOKEN}, 403),
    ],
)
def test_metrics_are_for_this_machine_and_for_the_token(module_database, monkeypatch, peer, headers, status):
    monkeypatch.setattr(settings, "METRICS_TOKEN", TOKEN)
    assert Client().get("/metrics", REMOTE_ADDR=peer, headers=headers).status_code == status


def test_without_a_token_nobody_else_gets_metrics(database):
    for given in ("Bearer ", "Bearer", ""):
        assert Client().get("/metrics", REMOTE_ADDR="203.0.113.7", headers={"Authorization": given}).status_code == 403


def test_plain_http_and_any_host_do_for_monitors(database, monkeypatch):
    monkeypatch.setattr(settings, "SECURE_SSL_REDIRECT", True)
    for path in ("/healthz", "/readyz", "/metrics"):
        assert Client().get(path, headers={"Host": "10.0.0.7:8000"}).status_code == 200


def test_age_of_the_newest_backup_is_told(database, tmp_path, monkeypatch):
    """The site can publish without a backup, so it stays ready."""

    def told() -> tuple[int, bool, str]:
        response = Client().get("/readyz")
        (check,) = (each for each in response.json()["checks"] if each["name"] == "backup")
        return response.status_code, check["ok"], check["detail"]

    none = "No backup is known. Check BACKUP_FOLDER, BACKUP_RECIPIENT and factcheck-backup."
    assert told() == (200, False, none)
    monkeypatch.setattr(settings, "BACKUP_FOLDER", str(tmp_path))
    for name in ("factcheck-20991231T040000Z.tar.age.unfinished", "factcheck-notes.tar.age", "lock"):
        (tmp_path / name).touch()
    assert told() == (200, False, none)
    assert "factcheck_backup_timestamp_seconds" not in numbers_of()
    now = timezone.now()
    for days, ok, age in ((4, False, "4 days old. Check factcheck-backup."), (1, True, "24 hours old.")):
        (tmp_path / f"factcheck-{now - timedelta(days=days):%Y%m%dT%H%M%SZ}.tar.age").touch()
        assert told() == (200, ok, f"The newest backup is {age}")
    made_at = numbers_of()["factcheck_backup_timestamp_seconds"]
    assert made_at == (now - timedelta(days=1)).replace(microsecond=0).timestamp()


def test_missing_migration_is_told(published):
    with connections["owner"].cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'webhooks' AND name = '0001_initial'")
    assert ready(503) == {"migrations": "Missing migrations: 1. Run manage.py migrate --database owner."}


def test_clean_room_that_is_stopped_is_told(published, monkeypatch):
    """Before, only the next upload found out."""
    monkeypatch.setattr(settings, "CLEAN_ROOM", "/nonexistent/socket")
    monkeypatch.setattr(door, "_exchange", clean_room.exchange_with_a_process)
    (detail,) = ready(503).values()
    assert detail.endswith("Check factcheck-clean-room.")


def test_wrong_key_is_told_in_english(published, monkeypatch):
    monkeypatch.setattr(settings, "LOG_SIGNING_KEY", str(SigningKey.generate(tree.default_origin())))
    (detail,) = ready(503).values()
    assert "did not sign the log's newest checkpoint" in detail


def test_entry_without_checkpoint_is_told(published, monkeypatch):
    found = numbers.read_log()
    monkeypatch.setattr(numbers, "read_log", lambda: numbers.Log(2, 1, found.checkpoint_at, timezone.now()))
    assert ready(200)["checkpoint"].startswith("The newest checkpoint covers 1 of 2 entries.")  # it is being signed
    old = timezone.now() - timedelta(minutes=3)
    monkeypatch.setattr(numbers, "read_log", lambda: numbers.Log(2, 1, found.checkpoint_at, old))
    assert ready(503) == {
        "checkpoint": "The newest checkpoint covers 1 of 2 entries. Check the signer.",
    }  # fmt: skip


def test_queue_that_nobody_works_on_is_told(published):
    before = numbers.read_queue().count
    app.configure_task("webhooks.forget").defer(timestamp=1)
    app.configure_task("webhooks.forget", schedule_in={"hours": 1}).defer(timestamp=1)
    assert numbers.read_queue().count == before + 1
    assert ready(200)["queue"] == f"Waiting jobs: {before + 1}."
    with connections["owner"].cursor() as cursor:
        cursor.execute("UPDATE procrastinate_events SET at = at - interval '3 hours' WHERE type = 'deferred'")
    assert ready(503) == {"queue": "A job has been waiting for 3 hours. Check factcheck-worker."}


def test_database_that_is_away_is_told(database, away_at_start):
    response = Client().get("/readyz")
    assert response.status_code == 503
    (check,) = response.json()["checks"]
    assert (check["name"], check["ok"]) == ("database", False)
    assert check["detail"] == "The database can't answer (DatabaseUnavailable). Check PostgreSQL."
    assert numbers_of()["factcheck_database_up"] == 0


def test_database_that_hangs_is_told_in_time(monkeypatch):
    """Also to many who ask at once: they wait for one thread and one connection together."""
    stop, begun = threading.Event(), []

    def hang() -> None:
        begun.append(1)
        stop.wait(20)

    limited = TimeLimited(hang, 0.5)
    monkeypatch.setattr(checks, "all_checks", limited)
    start, found = time.monotonic(), []
    asking = [threading.Thread(target=lambda: found.append(Client().get("/readyz"))) for _ in range(5)]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()
    assert time.monotonic() - start < 19
    assert {each.status_code for each in found} == {503}
    assert (
        found[0].json()["checks"][0]["detail"]
        == "The database, the signer or the clean room didn't answer within 3 seconds. Check them."
    )
    assert Client().get("/healthz").status_code == 200
    assert len(begun) == 1
    stop.set()


@pytest.mark.prove
def test_process_whose_database_accepts_and_never_answers_says_so():
    """As a server that was stopped in the middle: the kernel takes the connection."""
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen(50)
        url = f"postgresql://a:b@127.0.0.1:{mute.getsockname()[1]}/facts"
        with granian(DATABASE_URL=url, PUBLIC_DATABASE_URL=url, MESSAGES_KEY="A" * 43 + "=") as address:
            for path, status, seconds in (("/readyz", 503, 6), ("/metrics", 200, 6), ("/healthz", 200, 2)):
                begun = time.monotonic()
                with closing(HTTPConnection(urlsplit(address).netloc, timeout=20)) as connection:
                    connection.request("GET", path)
                    response = connection.getresponse()
                    content = response.read().decode()
                assert (path, response.status, time.monotonic() - begun < seconds) == (path, status, True)
                if path == "/metrics":
                    assert "factcheck_database_up 0.0" in content


def test_numbers_of_the_site(published, tmp_path: Path, monkeypatch):
    monkeypatch.setattr(settings, "DUMPS_FOLDER", tmp_path / "dumps")
    subscribe("https://partner.example/hook", failing_since=timezone.now())
    before = numbers_of()
    assert {"factcheck_dump_timestamp_seconds", "factcheck_feed_timestamp_seconds"} & before.keys() == set()
    call_command("make_feed")
    call_command("make_dumps")
    found = numbers_of()
    assert {name: found[f"factcheck_{name}"] for name in (
        "database_up", "log_entries", "checkpoint_entries", "webhooks_failing", "webhooks_stopped", "jobs_failed",
    )} == {
        "database_up": 1, "log_entries": 1, "checkpoint_entries": 1, "webhooks_failing": 1, "webhooks_stopped": 0,
        "jobs_failed": 0,
    }  # fmt: skip
    for name in ("dump", "feed", "checkpoint"):
        assert abs(found[f"factcheck_{name}_timestamp_seconds"] - time.time()) < 120


@pytest.mark.prove
def test_numbers_of_all_processes_are_added_up(tmp_path: Path):
    """As systemd's unit has it: each process writes to a file of its own in one folder."""
    code = (
        "import django; django.setup()\n"
        "from factcheck.tools.metrics import count_refusal, count_request, counted, set_wrong_entry, wrong_entry\n"
        "count_request('api:reviews', 200, 0.003, 2, 0.001); count_refusal('downloads')\n"
        "found = wrong_entry(); set_wrong_entry(41)\n"
        "print({'found': found} | {sample.name: sample.value for metric in counted() for sample in metric.samples"
        " if sample.name.endswith(('_total', '_count'))})"
    )
    given = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    results = [
        subprocess.run([sys.executable, "-c", code], env=given, capture_output=True, text=True, timeout=60, check=True)
        for _ in range(2)
    ]
    assert json.loads(results[1].stdout.replace("'", '"')) == {
        "found": 41,
        "factcheck_request_duration_seconds_count": 2.0,
        "factcheck_database_queries_total": 4.0,
        "factcheck_database_seconds_total": 0.002,
        "factcheck_refusals_total": 2.0,
    }
