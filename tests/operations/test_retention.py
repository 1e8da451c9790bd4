"""The rows that the machine keeps: the page of the desk, and the deletions that derive from the same table."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connections, transaction
from django.utils import timezone
from django.utils.formats import date_format
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from factcheck.database.sql_files import drop_rules, has_todays_rules, make_rules
from factcheck.editorial.drafts import discarding
from factcheck.editorial.models import Review, SavedState, SignInCounter
from factcheck.operations.retention import KINDS
from tests.api.test_messages import TIP, sent
from tests.editorial.test_discarding import make_old
from tests.journeys.browser import signed_in
from tests.support.drafts import Newsroom, make_user
from tests.support.working import work_off

PAGE = "/admin/kept/"
# Tables without texts of people: parts of what the page names, and what the newsroom publishes or sets up.
PARTS = {
    "Appearance", "Attempt", "Authorship", "Claimant", "Freeze", "Membership", "PreparedVector", "Publisher",
    "RatingScale", "ReusableAnswer", "SearchRow", "Subscription", "Topic", "TopicLabel", "Verdict", "VerdictLabel", "VerdictMapping", "WatchedSource",
}  # fmt: skip


def test_page_names_every_table_with_people_in_it() -> None:
    named = {kind.rows.model.__name__ for kind in KINDS}
    ours = {model.__name__ for name in ("editorial", "webhooks") for model in apps.get_app_config(name).get_models()}
    assert ours - named - {"Job"} == PARTS


def test_every_deletion_of_the_table_is_on_the_schedule_once() -> None:
    scheduled = [each.task.name for each in app.periodic_registry.periodic_tasks.values()]
    deletions = {kind.task.name for kind in KINDS if kind.task}
    assert len(deletions) == 11
    assert sorted(name for name in scheduled if name in deletions) == sorted(deletions)


def test_page_tells_numbers_ages_and_dates(newsroom: Newsroom, settings: Any, tmp_path: Path) -> None:
    settings.READER_MESSAGES_DAYS, settings.BACKUP_FOLDER, settings.BACKUP_KEEP = 30, str(tmp_path), 7
    for name in ("20261120T040000Z", "20261127T040000Z"):
        (tmp_path / f"factcheck-{name}.tar.age").touch()
    sent("tips", {**TIP, "contact": "a@reader.example"})
    sent("tips", {**TIP, "text": "Tin thứ hai cần kiểm chứng"}, "198.51.100.7")
    with connections["owner"].cursor() as cursor:
        cursor.execute("UPDATE editorial_readermessage SET received_at = now() - interval '3 days' WHERE contact <> ''")
    page = signed_in(newsroom.editor).open("/admin/").follow("What this machine knows")
    ends = date_format(timezone.localtime(timezone.now() + timedelta(days=27)), "SHORT_DATE_FORMAT").replace(
        "\xa0", " "
    )
    for row in (
        f"Messages from readers 2 3 days old after 30 days the oldest on {ends} READER_MESSAGES_DAYS",
        "Contacts of readers 1 3 days old after 30 days",
        "Hashes of readers’ networks 2 3 days old after 60 minutes",
        "Requests of programs 0 – after 1 day",
        "2 backups are on this machine. The oldest is from 20 November 2026",
        "Text that is erased or deleted today is in backups for 7 more nights.",
    ):
        assert row in page.text
    assert TIP["text"] not in page.html
    assert "reader.example" not in page.html


@pytest.mark.parametrize(("who", "status"), [("editor", 200), ("chief", 200), ("reporter", 403)])
def test_page_is_for_people_who_decide_and_administrators(newsroom: Newsroom, who: str, status: int) -> None:
    assert signed_in(getattr(newsroom, who)).client.get(PAGE).status_code == status
    assert signed_in(make_user("sysop", is_superuser=True)).client.get(PAGE).status_code == 200


def test_database_keeps_drafts_as_long_as_the_newsroom_says(newsroom: Newsroom, settings: Any) -> None:
    """A draft and its states. Before, both the application and the database said 30 days."""
    settings.DRAFTS_DAYS = 7
    connection = connections["owner"]
    with transaction.atomic(using="owner"):
        drop_rules(connection)
        make_rules(connection)
    assert has_todays_rules(connection)
    old, new = newsroom.make_review(), newsroom.make_review()
    for draft, days in ((old, 8), (new, 6)):
        discarding.discard_draft(draft=draft, by=newsroom.reporter)
        make_old(draft, days)
    discarding.delete_discarded()
    assert {state.draft for state in SavedState.objects.filter(draft__in=[old.pk, new.pk])} == {new.pk}
    assert [review.pk for review in Review.objects.filter(pk__in=[old.pk, new.pk])] == [new.pk]
    settings.DRAFTS_DAYS = 30
    assert not has_todays_rules(connection)
    with transaction.atomic(using="owner"):
        drop_rules(connection)
        make_rules(connection)


def test_worker_deletes_when_the_page_says_so(database: str, settings: Any) -> None:
    settings.FINISHED_JOBS_DAYS = 2
    kept = {kind.name: kind.period for kind in KINDS}
    counters, jobs = kept["Counts of failed logins"], kept["Background jobs"]
    assert counters == timedelta(days=1)
    assert jobs == timedelta(days=2)
    for name, minutes in (("old", -1), ("new", 1)):
        SignInCounter.objects.create(key=name, last_at=timezone.now() - counters + timedelta(minutes=minutes))
    app.configure_task("sign_in.report").defer(timestamp=1)
    work_off("default")
    assert [row.key for row in SignInCounter.objects.all()] == ["new"]
    with connections["owner"].cursor() as cursor:
        cursor.execute("UPDATE procrastinate_events SET at = at - interval '3 days'")
    app.configure_task("forget_old_jobs").defer(timestamp=2)
    work_off("default")
    assert [job.args["timestamp"] for job in ProcrastinateJob.objects.filter(args__timestamp__lt=9)] == [2]
