"""`manage.py rewrite_tables`: what was deleted leaves the files too, and what is kept stays readable for each role."""

import time
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.utils import timezone

from factcheck.editorial.models import Session
from factcheck.record.models import PublishedReview
from tests.support.drafts import Newsroom


def file_of_sessions() -> bytes:
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT pg_relation_filepath('editorial_session')")
        (path,) = cursor.fetchone()
    with settings.DATABASE_SERVER.superuser() as superuser:
        superuser.execute("CHECKPOINT")
    return (Path(settings.DATABASE_SERVER.data) / path).read_bytes()


def test_tables_are_written_without_what_was_deleted(newsroom: Newsroom, capsys: pytest.CaptureFixture[str]) -> None:
    review = newsroom.publish_new(newsroom.make_claim())
    for name in ("kept", "deleted"):
        Session.objects.create(session_key=f"{name}-key", session_data=f"{name}-data", expire_date=timezone.now())
    Session.objects.using("owner").get(session_key="deleted-key").delete()
    assert b"deleted-data" in file_of_sessions()
    connections.close_all()  # an open transaction would keep the deleted row
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        (count,) = cursor.fetchone()
    for _ in range(10):
        call_command("rewrite_tables")
        assert capsys.readouterr().out == f"{count} tables have been rewritten.\n"
        file = file_of_sessions()
        if b"deleted-data" not in file:  # a transaction that another test has open keeps rows that died since
            break
        time.sleep(1)
    assert (b"deleted-data" in file, b"kept-data" in file) == (False, True)
    assert PublishedReview.objects.using("public").get().pk == review.pk
