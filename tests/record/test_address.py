"""The address under which the record was last published: every other address is refused until the site is moved."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connections, transaction
from django.test import Client

from factcheck.editorial.errors import EditorialError
from factcheck.editorial.models import ImportBatch, Review
from factcheck.operations.tasks import run_command
from factcheck.record.errors import SetupError
from factcheck.record.log import tree
from factcheck.record.models import LogEntry, PublishedReview, RecordAddress
from factcheck.record.readmodel.address import require_address
from tests.imports.own_records import SECOND, digest, record, run, take
from tests.support.databases import Ground
from tests.support.drafts import Newsroom
from tests.support.refusals import refused

HERE, THERE = "http://127.0.0.1:8000", "https://facts.example.org"


@pytest.fixture
def published(newsroom: Newsroom, live: Review) -> Newsroom:
    return newsroom


def addresses() -> set[str]:
    """The addresses in the public bodies."""
    return {
        json.loads(body)["url"].partition("/reviews/")[0]
        for body in PublishedReview.objects.values_list("body", flat=True)
    }


def publish_another(newsroom: Newsroom, _folder: Path) -> None:
    newsroom.publish_review(newsroom.make_review())


def publish_import(newsroom: Newsroom, folder: Path) -> None:
    take(folder / "reviews.jsonl", record())
    batch = ImportBatch.objects.latest("pk")
    run("approve_import", batch.pk, by=SECOND, digest=digest(batch))
    run("publish_import", batch.pk, by=SECOND)


def publish_by_worker(newsroom: Newsroom, _folder: Path) -> None:
    newsroom.approve_demand(newsroom.make_demand(publish_after=date(2026, 1, 1)))
    run_command(timestamp=0, command="publish_due_demands")


def write_feed(_newsroom: Newsroom, _folder: Path) -> None:
    run_command(timestamp=0, command="make_feed")


def write_dumps(_newsroom: Newsroom, _folder: Path) -> None:
    call_command("make_dumps")


def print_link(newsroom: Newsroom, _folder: Path) -> None:
    call_command("sign_in_link", newsroom.reporter.username)


def rebuild(_newsroom: Newsroom, _folder: Path) -> None:
    call_command("rebuild_record")


@pytest.mark.parametrize(
    "act", [publish_another, publish_import, publish_by_worker, write_feed, write_dumps, print_link, rebuild]
)
def test_nothing_is_written_under_another_address(published, settings, tmp_path, act, capsys):
    settings.VAR, settings.DUMPS_FOLDER = tmp_path, tmp_path / "dumps"
    settings.SITE_URL = "http://127.0.0.1:8140"
    with pytest.raises((EditorialError, CommandError, SetupError)) as refusal:
        act(published, tmp_path)
    said = f"{refusal.value}{capsys.readouterr().err}"
    assert f"This record was published at {HERE}, but SITE_URL is http://127.0.0.1:8140." in said
    assert (LogEntry.objects.count(), addresses(), settings.DUMPS_FOLDER.exists()) == (1, {HERE}, False)


def test_scheme_and_host_are_part_of_the_address(published: Newsroom, settings: Any) -> None:
    for settings.SITE_URL in ("https://127.0.0.1:8000", "http://localhost:8000", THERE):
        with pytest.raises(SetupError):
            require_address()


def test_site_is_moved_by_a_command(published: Newsroom, settings: Any) -> None:
    name, before = tree.signing_key().name, Client().get("/api/v1/log/checkpoint").content
    settings.SITE_URL = THERE
    with pytest.raises(CommandError, match="The new URL is https://elsewhere.example, but SITE_URL is"):
        call_command("rebuild_record", move_to="https://elsewhere.example")
    call_command("rebuild_record", move_to=f"{THERE}/")
    assert addresses() == {THERE}
    publish_another(published, Path())
    call_command("verify_record")
    assert (addresses(), LogEntry.objects.count()) == ({THERE}, 2)
    after = Client().get("/api/v1/log/checkpoint").content
    assert (before.split(b"\n")[0], after.split(b"\n")[0]) == (name.encode(), name.encode())
    settings.SITE_URL = HERE  # a process that still has the old setting
    with refused("setup"):
        publish_another(published, Path())


def test_first_publication_needs_no_address(newsroom: Newsroom, settings: Any) -> None:
    settings.SITE_URL = THERE
    call_command("rebuild_record")
    publish_another(newsroom, Path())
    assert addresses() == {THERE}


def test_demo_has_the_address_of_its_site(demo_ground: Ground, database: str, settings: Any) -> None:
    assert (RecordAddress.objects.get().url, addresses()) == (HERE, {HERE})
    settings.SITE_URL = THERE
    with pytest.raises(SetupError, match="SITE_URL"):
        call_command("rebuild_record")


def test_verify_record_names_the_setting(published: Newsroom, settings: Any) -> None:
    published.withdraw_review(Review.objects.get())
    settings.LICENSE_URL = "https://license.example/"
    with pytest.raises(CommandError, match="was written with another LICENSE_URL: https://creativecommons"):
        call_command("verify_record")
    settings.SITE_URL = THERE
    with pytest.raises(CommandError, match=f"This record was published at {HERE}, but SITE_URL is {THERE}"):
        call_command("verify_record")


def test_verify_record_names_the_setting_of_a_single_row(published: Newsroom) -> None:
    """As an import wrote rows before the address was stored."""
    with connections["default"].cursor() as cursor:
        cursor.execute("UPDATE record_publishedreview SET body = replace(body, '127.0.0.1:8000', '127.0.0.1:8140')")
    with pytest.raises(
        CommandError, match=r"another SITE_URL: http://127\.0\.0\.1:8140/reviews/.* Run manage\.py rebuild_r"
    ):
        call_command("verify_record")
    call_command("rebuild_record")
    call_command("verify_record")


def test_monitor_learns_of_another_address(published: Newsroom, settings: Any) -> None:
    settings.SITE_URL = "http://localhost:9"
    answer = Client().get("/readyz")
    wrong = {check["name"] for check in answer.json()["checks"] if not check["ok"]}
    assert (answer.status_code, "address" in wrong) == (503, True)


def test_database_holds_one_address(published: Newsroom) -> None:
    with pytest.raises(IntegrityError, match="recordaddress_only_one"), transaction.atomic():
        RecordAddress.objects.create(id=2, url=THERE, url_rules=1)
    with connections["public"].cursor() as cursor, pytest.raises(Exception, match="permission denied"):
        cursor.execute("UPDATE record_recordaddress SET url = 'https://evil.example'")
