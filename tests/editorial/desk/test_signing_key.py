"""The page that an editor reads when the site can't sign: in their language, and that it is for who runs the site to mend."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as configured

from factcheck.editorial.models import Review
from factcheck.editorial.proposals import workflow
from factcheck.record.log import tree
from factcheck.record.log.notes import SigningKey
from factcheck.record.models import LogEntry
from tests.editorial.desk.addresses import decision
from tests.journeys.browser import signed_in
from tests.support.drafts import Newsroom

ORIGIN = "127.0.0.1:8000/api/v1/log"
OTHER = SigningKey(ORIGIN, bytes(32))
LEFT = {
    "en": "Send this message to the site’s operator.",
    "vi": "Hãy gửi nội dung này cho người vận hành trang web này.",
}


@pytest.fixture(scope="module")
def published(module_newsroom: Newsroom) -> Newsroom:
    module_newsroom.publish_new()
    return module_newsroom


@pytest.fixture
def newsroom(published: Newsroom) -> Iterator[Newsroom]:
    yield published
    tree.signing_key.cache_clear()


def published_at_the_desk(newsroom: Newsroom, language: str) -> str:
    """The page after an attempt to publish."""
    review = newsroom.make_review()
    approval = workflow.submit(subject=review, by=newsroom.reporter)
    workflow.approve(proposal=approval, by=newsroom.editor, digest=approval.digest)
    tree.signing_key.cache_clear()
    browser = signed_in(newsroom.editor)
    browser.client.cookies[configured.LANGUAGE_COOKIE_NAME] = language
    browser.open(decision(review, "publish")).press({"en": "Publish", "vi": "Đăng"}[language])
    assert (LogEntry.objects.count(), Review.objects.get(pk=review.pk).state) == (1, "approved")
    return browser.text


@pytest.mark.parametrize(
    ("key", "language", "fault"),
    [
        (str(OTHER), "en", "The signing key 3f3ace27 did not sign the log's newest checkpoint (1 entries)."),
        (str(OTHER), "vi", "Khóa ký 3f3ace27 không khớp: lần gần nhất, nhật ký (1 dòng) được ký bằng khóa khác."),
        (
            "/nowhere/key",
            "en",
            "LOG_SIGNING_KEY refers to /nowhere/key, which can't be read (No such file or directory).",
        ),
        (
            "/nowhere/key",
            "vi",
            "Không đọc được khóa ký tại /nowhere/key, nơi ghi trong LOG_SIGNING_KEY (No such file or directory).",
        ),
    ],
)
def test_key_that_cannot_be_used(newsroom: Newsroom, settings: Any, key: str, language: str, fault: str) -> None:
    settings.LOG_SIGNING_KEY, settings.LOCAL = key, False
    text = published_at_the_desk(newsroom, language)
    assert (fault in text, LEFT[language] in text) == (True, True)


@pytest.mark.parametrize("in_file", [True, False])
@pytest.mark.parametrize(
    "damage",
    [
        '"{}"'.format, "export {}".format, "\ufeff{}".format, "{}!".format, str.lower, lambda key: key[1:],
        lambda key: f"{key[:-1]}!", lambda key: key.rpartition("+")[2], lambda key: key.replace("+AQ", "+BQ"),
    ],
)  # fmt: skip
def test_nothing_of_a_damaged_key_is_shown(newsroom, settings, tmp_path, damage, in_file):
    """As a file of variables gives it that keeps its quotes; nor is a folder of its name made."""
    (tmp_path / "key").write_text(damage(str(OTHER)))
    settings.LOG_SIGNING_KEY, settings.LOCAL = str(tmp_path / "key") if in_file else damage(str(OTHER)), True
    text = published_at_the_desk(newsroom, "vi")
    assert "LOG_SIGNING_KEY không phải là khóa ký hợp lệ (" in text
    assert "AAAAAAAA" not in text.upper()


def test_origin_that_does_not_fit(newsroom: Newsroom, settings: Any) -> None:
    settings.LOG_ORIGIN = "elsewhere.example/log"
    text = published_at_the_desk(newsroom, "vi")
    assert f"Khóa ký dành cho {ORIGIN}, nhưng LOG_ORIGIN là elsewhere.example/log." in text
