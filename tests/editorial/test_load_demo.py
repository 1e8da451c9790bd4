"""The demo newsroom in an empty database, the default scale in every one."""

import io
import json
import stat
from collections import Counter
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.db.models import F

from factcheck.editorial import demo_newsroom
from factcheck.editorial.models import Claim, Proposal, Publisher, RatingScale, Review, User
from factcheck.editorial.review_statements import extract_statement
from factcheck.record.models import LogEntry, PublishedClaim, PublishedReference, PublishedReview, RevisionDocument
from factcheck.record.statements import review as statements
from factcheck.record.statements.checks import check
from factcheck.record.statements.tombstone import Tombstone
from tests.drafts import make_newsroom, make_user

LOGINS = settings.VAR / "demo-logins.json"


@pytest.fixture(scope="module")
def printed(module_database: str) -> str:
    out = io.StringIO()
    call_command("load_demo", stdout=out)
    return out.getvalue()


def bodies() -> list[dict[str, Any]]:
    return [json.loads(row.body) for row in PublishedReview.objects.using("public").filter(status="live")]


def test_counts(printed: str) -> None:
    assert printed.splitlines()[0] == "Demo newsrooms (sample content): 30 claims, 38 reviews."
    assert Counter(Claim.objects.values_list("language", flat=True)) == {"vi": 15, "en": 15}
    assert Counter(Review.objects.values_list("state", flat=True)) == {"published": 37, "withdrawn": 1}
    assert Counter(LogEntry.objects.values_list("kind", flat=True)) == {
        "review.original": 38,
        "review.correction": 1,
        "review.withdrawal": 1,
    }
    assert Counter(PublishedClaim.objects.using("public").values_list("status", flat=True)) == {
        "live": 29,
        "withdrawn": 1,
    }
    assert PublishedReference.objects.filter(kind="topic").count() == 10


def test_every_statement_follows_the_rules(printed: str) -> None:
    for row in RevisionDocument.objects.select_related("entry"):
        model = Tombstone if row.entry.kind == LogEntry.Kind.WITHDRAWAL else statements.Review
        assert check(extract_statement(bytes(row.document)), model) == []


def test_public_state(printed: str) -> None:
    reviews = bodies()
    assert Counter(review["publisher"]["site"] for review in reviews) == {
        "kiemchung.demo.example": 19,
        "checkpoint.demo.example": 18,
    }
    (corrected,) = (review for review in reviews if review["corrections"])
    assert corrected["headline"] == "Nigeria's economy shrank in the second quarter of 2020; the year was not over"
    assert corrected["corrections"][0]["class"] == "substantive"
    assert corrected["corrections"][0]["verdict_before"]["slug"] == "true"
    assert corrected["verdict"]["slug"] == "mostly-true"
    assert all(len(review["sources"]) >= 2 for review in reviews)
    (withdrawn,) = PublishedReview.objects.filter(status="withdrawn")
    assert json.loads(withdrawn.body)["revision"]["note"].startswith("The review put one verdict on four statements.")


def test_decided_by_somebody_else(printed: str) -> None:
    alone = Proposal.objects.get(submitted_by=F("decided_by"))
    assert (alone.action, str(alone.account)) == ("administrator", "accounts2")  # the second person who can decide
    for approval in Proposal.objects.filter(kind="review").select_related("review"):
        assert approval.decided_by_id != approval.submitted_by_id
        assert approval.review is not None
        assert not approval.review.authorships.filter(user=approval.decided_by_id).exists()


def test_logins(printed: str) -> None:
    assert stat.S_IMODE(LOGINS.stat().st_mode) == 0o600
    logins = json.loads(LOGINS.read_text())
    assert [(login["username"], login["role"], login["newsroom"]) for login in logins] == [
        ("phongvien", "Reporter", "Bản tin Kiểm chứng (mẫu)"),
        ("bientap", "Editor", "Bản tin Kiểm chứng (mẫu)"),
        ("bientap2", "Editor", "Bản tin Kiểm chứng (mẫu)"),
        ("tongbientap", "Chief editor", "Bản tin Kiểm chứng (mẫu)"),
        ("writer", "Reporter", "Checkpoint Demo (sample newsroom)"),
        ("editor", "Editor", "Checkpoint Demo (sample newsroom)"),
        ("editor2", "Chief editor", "Checkpoint Demo (sample newsroom)"),
        ("accounts", "Account administrators", ""),
        ("accounts2", "Account administrators", ""),
    ]
    assert len({login["password"] for login in logins}) == 9
    assert all(len(login["password"]) == 16 for login in logins)
    assert all(login["password"] in printed for login in logins)
    user = authenticate(username="editor", password=logins[5]["password"])
    assert isinstance(user, User)
    assert user.is_staff


def test_second_time_is_refused(printed: str) -> None:
    with pytest.raises(CommandError, match="requires an empty database"):
        call_command("load_demo")


def test_refused_beside_a_newsroom(database: str) -> None:
    make_newsroom()
    with pytest.raises(CommandError, match="already contains publishers"):
        call_command("load_demo")


def test_refused_beside_an_account(database: str) -> None:
    make_user("somebody")
    with pytest.raises(CommandError, match="already contains accounts"):
        call_command("load_demo")


def test_interrupted_leaves_nothing(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(demo_newsroom, "_write", fail)
    with pytest.raises(KeyboardInterrupt):
        call_command("load_demo")
    assert not Publisher.objects.exists()
    assert not User.objects.exists()
    assert not LogEntry.objects.exists()


def test_default_scale_is_there_without_the_demo(database: str) -> None:
    scale = RatingScale.objects.get()
    assert (scale.slug, scale.worst, scale.best) == ("truth", 1, 5)
    assert [(verdict.slug, verdict.value) for verdict in scale.verdicts.all()] == [
        ("false", 1),
        ("mostly-false", 2),
        ("half-true", 3),
        ("mostly-true", 4),
        ("true", 5),
        ("unproven", None),
    ]
    assert [verdict.label("vi") for verdict in scale.verdicts.all()] == [
        "Sai sự thật", "Phần lớn sai", "Đúng một phần", "Phần lớn đúng", "Đúng sự thật", "Chưa có căn cứ"
    ]  # fmt: skip
    assert all(label.label and label.explanation for verdict in scale.verdicts.all() for label in verdict.labels.all())
