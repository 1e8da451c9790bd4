"""The demo newsroom in an empty database, the default scale in every one."""

import json
import stat
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.db.models import F
from django.utils import timezone

from factcheck.demo import loading
from factcheck.demo.clock import past_clock
from factcheck.editorial.models import (
    Capture,
    Demand,
    EditorialEvent,
    Proposal,
    Publisher,
    RatingScale,
    ReaderMessage,
    Review,
    User,
    WatchedSource,
)
from factcheck.editorial.proposals import workflow
from factcheck.record.evidence.public_captures import PublicCapture
from factcheck.record.evidence.source_checks import SourceCheck
from factcheck.record.models import (
    LogCheckpoint,
    LogEntry,
    PublishedClaim,
    PublishedDemand,
    PublishedReference,
    PublishedReview,
    RevisionDocument,
)
from factcheck.record.statements import review as statements
from factcheck.record.statements.checks import check
from factcheck.record.statements.erasure import Erasure
from factcheck.record.statements.tombstone import Tombstone
from tests.support.databases import Ground
from tests.support.drafts import Newsroom, make_user
from tests.support.refusals import refused
from tests.support.whole import extract_statement

LOGINS = settings.VAR / "demo-logins.json"


@pytest.fixture(scope="module")
def printed(demo_ground: Ground, module_database: str) -> str:
    text: str = demo_ground.made[0]
    return text


def bodies() -> list[dict[str, Any]]:
    return [json.loads(row.body) for row in PublishedReview.objects.using("public").filter(status="live")]


def test_counts(printed: str) -> None:
    assert printed.splitlines()[0] == "Demo newsrooms (sample content): 31 claims, 35 reviews."
    assert Counter(Review.objects.values_list("state", flat=True)) == {
        "published": 31,
        "withdrawn": 1,
        "erased": 1,
        "submitted": 1,
        "draft": 1,
    }
    assert Counter(LogEntry.objects.values_list("kind", flat=True)) == {
        "review.original": 33,
        "review.update": 3,
        "review.correction": 3,
        "review.withdrawal": 1,
        "review.erasure": 1,
        "demand.published": 3,
        "demand.updated": 1,
    }
    assert Counter(PublishedClaim.objects.using("public").values_list("status", flat=True)) == {
        "live": 27,
        "withdrawn": 1,
    }
    assert PublishedReference.objects.filter(kind="topic").count() == 10


def test_every_statement_follows_the_rules(printed: str) -> None:
    models = {LogEntry.Kind.WITHDRAWAL: Tombstone, LogEntry.Kind.ERASURE: Erasure}
    for row in RevisionDocument.objects.select_related("entry").filter(entry__kind__startswith="review."):
        model = models.get(LogEntry.Kind(row.entry.kind), statements.Review)
        assert check(extract_statement(bytes(row.document)), model) == []


def test_times_are_spread_over_months(printed: str) -> None:
    times = list(LogEntry.objects.order_by("sequence").values_list("at", flat=True))
    assert times == sorted(times)
    assert times[-1] - times[0] > timedelta(days=200)
    assert len({time.strftime("%Y-%m") for time in times}) >= 7
    assert times[-1] < timezone.now() - timedelta(days=1)
    # Drafts and proposals have the times of their stories. The audit log and the checkpoint have the real time.
    for proposal in Proposal.objects.filter(kind="review", entry__isnull=False).select_related("entry", "review"):
        assert proposal.submitted_at <= proposal.entry.at
        assert proposal.decided_at == proposal.entry.at
        assert proposal.review.created_at < proposal.entry.at
    now = timezone.now()
    assert all(now - event.at < timedelta(hours=1) for event in EditorialEvent.objects.all())
    assert now - LogCheckpoint.objects.get().at < timedelta(hours=1)


def test_clock_is_right_again(printed: str) -> None:
    assert abs(timezone.now() - datetime.now(UTC)) < timedelta(minutes=1)


def test_nothing_is_dated_back_beside_log_entries(printed: str) -> None:
    with refused("not_empty"), past_clock():
        pass


def test_public_state(printed: str) -> None:
    reviews = bodies()
    assert Counter(review["publisher"]["site"] for review in reviews) == {
        "kiemchung.demo.example": 14,
        "checkpoint.demo.example": 14,
        "rumourdesk.demo.example": 3,
    }
    changed = {
        (entry["class"], entry["verdict_before"]["slug"], entry["verdict_after"]["slug"])
        for review in reviews
        for entry in review["corrections"]
    }
    assert changed == {
        ("typo", "false", "false"),
        ("update", "false", "false"),
        ("update", "unproven", "false"),
        ("substantive", "mostly-false", "half-true"),
        ("substantive", "true", "mostly-true"),
    }
    withdrawn, erased = PublishedReview.objects.exclude(status="live").order_by("-status")
    assert json.loads(withdrawn.body)["revision"]["note"].startswith("Chúng tôi đã nhầm hai văn bản")
    assert json.loads(erased.body)["notice"]["ground"] == "personal_data"


def test_evidence_is_kept_and_checked(printed: str) -> None:
    types = Counter(PublicCapture.objects.values_list("media_type", flat=True))
    assert types.keys() == {"image/png", "text/html", "application/pdf", "application/warc"}
    assert (
        Counter(SourceCheck.objects.values_list("state", flat=True))["gone"] == 2
    )  # in the review and its translation
    assert PublicCapture.objects.filter(newer_text__contains="lúc gần bảy giờ sáng").count() == 2
    assert not WatchedSource.objects.filter(next_at__lt=timezone.now() + timedelta(days=1000)).exists()
    assert Capture.objects.filter(is_public=False).count() == 2  # of the review that isn't published yet
    (body,) = (review["body"] for review in bodies() if review["headline"].startswith("Đập Suối Ngà"))
    assert body.count("](/pictures/") == 2


def test_translation_falls_behind(printed: str) -> None:
    (translation,) = (review for review in bodies() if review["translation_of"])
    assert translation["translation_of"]["revision"] == 2
    assert Review.objects.behind().count() == 1


def test_register_has_different_outcomes(printed: str) -> None:
    outcomes = Counter(json.loads(row.body)["outcome"] for row in PublishedDemand.objects.all())
    assert outcomes == {"refused": 1, "partly": 1, "complied": 1}


def test_desk_has_work(printed: str) -> None:
    assert Counter(ReaderMessage.objects.values_list("kind", "state")) == {
        ("tip", "waiting"): 2,
        ("correction", "waiting"): 1,
    }
    assert Demand.objects.get(state="draft").outcome == "open"


def test_waiting_reviews_can_be_approved(printed: str) -> None:
    """The newsroom's rules were written after the submission, so the statement differed from the draft."""
    for proposal in Proposal.objects.with_subjects().filter(kind="review", action="publication").open():
        workflow.policy_of(proposal).require_unchanged(proposal)


def test_decided_by_somebody_else(printed: str) -> None:
    alone = Proposal.objects.get(submitted_by=F("decided_by"))
    assert (alone.action, str(alone.account)) == ("administrator", "accounts2")  # the second person who can decide
    for approval in Proposal.objects.filter(kind="review", batch=None).exclude(decision=""):
        assert approval.decided_by_id != approval.submitted_by_id
        assert approval.review is not None
        assert not approval.review.authorships.filter(user=approval.decided_by_id).exists()


def test_logins(demo_ground: Ground, printed: str) -> None:
    assert stat.S_IMODE(LOGINS.stat().st_mode) == 0o600
    logins = json.loads(demo_ground.made[1])
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


def test_refused_beside_a_newsroom(newsroom: Newsroom) -> None:
    with pytest.raises(CommandError, match="already contains publishers"):
        call_command("load_demo")


def test_refused_beside_an_account(database: str) -> None:
    make_user("somebody")
    with pytest.raises(CommandError, match="already contains accounts"):
        call_command("load_demo")


@pytest.mark.prove
def test_interrupted_leaves_nothing(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(loading, "store_checks", fail)
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
