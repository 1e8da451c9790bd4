"""Rows that go in by COPY arrive as they were, and what the database refuses is refused."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, connections
from django.test.utils import CaptureQueriesContext

from factcheck.database.bulk_writes import insert
from factcheck.editorial.models import EditorialEvent
from factcheck.record.models import PublishedCorrection, PublishedReview

pytestmark = pytest.mark.usefixtures("database")

AT = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
ID = UUID("6f1a3c1e-0000-4000-8000-000000000001")
ODD = ['"', "\\", "{a,b}", "NULL", "", "dòng\nmột\tvà \\N", "العربية"]


def review(**columns: object) -> PublishedReview:
    fields = {"status": "live", "sequence": 0, "body": "{}", "language": "vi", "publisher": "a.example"}
    return PublishedReview(id=ID, published_at=AT, updated_at=AT, **fields | columns)


def test_insert_keeps_odd_texts_in_lists_and_columns() -> None:
    insert(PublishedReview, [review(topics=ODD, publisher=ODD[5], verdict=None)])
    row = PublishedReview.objects.get()
    assert (row.topics, row.publisher, row.verdict, row.published_at) == (ODD, "dòng\nmột\tvà \\N", None, AT)


def test_insert_takes_what_has_the_columns() -> None:
    @dataclass
    class Event:
        at: datetime = AT
        actor_id: int | None = None
        action: str = "import.published"
        newsroom_id: int | None = None
        subject: str = "import:1"
        detail: dict[str, object] = field(default_factory=lambda: {"note": 'a "b" \\ \n', "count": 2})

    application = connection.settings_dict["USER"]
    with connections["owner"].cursor() as cursor:  # the application itself adds events only with a function
        cursor.execute(f'GRANT INSERT ON editorial_editorialevent TO "{application}"')
    insert(EditorialEvent, [Event(), Event(subject="import:2")])
    assert list(EditorialEvent.objects.order_by("pk").values_list("subject", "detail")) == [
        ("import:1", {"note": 'a "b" \\ \n', "count": 2}),
        ("import:2", {"note": 'a "b" \\ \n', "count": 2}),
    ]


def test_insert_of_nothing_asks_nothing() -> None:
    with CaptureQueriesContext(connection) as queries:
        insert(PublishedCorrection, iter([]))
    assert len(queries) == 0


def test_insert_of_what_is_there_is_an_integrity_error() -> None:
    insert(PublishedReview, [review()])
    with pytest.raises(IntegrityError, match="record_publishedreview_pkey"):
        insert(PublishedReview, [review(sequence=1)])


def test_among_finds_by_keys_of_every_kind() -> None:
    insert(PublishedReview, [review()])
    assert PublishedReview.objects.filter(id__among={ID, UUID(int=1)}).count() == 1
    assert PublishedReview.objects.filter(publisher__among=["a.example", "it's {b}"]).count() == 1
    assert PublishedReview.objects.filter(id__among=[]).count() == 0
