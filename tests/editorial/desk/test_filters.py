"""Filters and sorting of the lists of reviews and claims."""

import re
from datetime import timedelta
from unittest.mock import patch

import pytest
from django.utils import timezone

from factcheck.editorial.models import Review, Topic, TopicLabel, Verdict
from factcheck.editorial.proposals import workflow
from tests.journeys.browser import Browser, signed_in
from tests.support.drafts import Newsroom, make_newsroom


def titles(browser: Browser, path: str) -> list[str]:
    return re.findall(r'<th class="field-__str__"><a href="[^"]*">([^<]*)</a>', browser.open(path).html)


def test_reviews_and_claims_are_filtered(database: str) -> None:
    newsroom, other = make_newsroom(), make_newsroom("khac.example")
    topic = Topic.objects.create(slug="health")
    TopicLabel.objects.create(topic=topic, language="en", label="Health")
    false, *_rest, true = Verdict.objects.filter(value__isnull=False).order_by("value")
    long_ago = timezone.now() - timedelta(days=800)
    with patch("django.utils.timezone.now", return_value=long_ago):
        old = newsroom.make_claim(text="Lời cũ.", logged_by=newsroom.editor)
    new = newsroom.make_claim(text="Lời mới.")
    new.topics.add(topic)
    newsroom.make_review(claim=old, headline="Bài cũ", verdict=false)
    review = newsroom.make_review(claim=new, headline="Bài mới", verdict=true)
    workflow.submit(subject=review, by=newsroom.reporter)
    other.make_review(claim=new, headline="Bài của nơi khác", verdict=false)
    Review.objects.filter(headline="Bài cũ").update(changed_at=long_ago)
    editor = signed_in(newsroom.editor)
    filters = {
        f"verdict={true.pk}": "mới", f"verdict={false.pk}": "cũ", f"topic={topic.pk}": "mới", "date=today": "mới",
        "date=earlier": "cũ",
    }  # fmt: skip
    for query, word in filters.items():
        assert titles(editor, f"/admin/editorial/review/?{query}") == [f"Bài {word}"], query
        assert titles(editor, f"/admin/editorial/claim/?{query}") == [f"Lời {word}."], query
    assert titles(editor, "/admin/editorial/claim/?state=submitted") == ["Lời mới."]
    assert titles(editor, f"/admin/editorial/claim/?author={newsroom.editor.pk}") == ["Lời cũ."]
    assert len(titles(editor, f"/admin/editorial/review/?author={newsroom.reporter.pk}")) == 2
    assert titles(editor, f"/admin/editorial/review/?author={newsroom.editor.pk}") == []
    assert str(other.reporter) not in editor.open("/admin/editorial/review/").text  # no name of another newsroom


def test_list_is_sorted_by_the_columns_that_have_an_index(newsroom: Newsroom) -> None:
    verdicts = list(Verdict.objects.order_by("pk")[:2])
    for number, verdict in enumerate((verdicts[1], verdicts[0], verdicts[1])):
        newsroom.make_review(headline=f"Bài {number}", verdict=verdict)
    editor, list_ = signed_in(newsroom.editor), "/admin/editorial/review/"
    assert titles(editor, list_) == ["Bài 2", "Bài 1", "Bài 0"]
    assert titles(editor, f"{list_}?o=2") == ["Bài 1", "Bài 2", "Bài 0"]
    assert titles(editor, f"{list_}?o=-2") == ["Bài 0", "Bài 2", "Bài 1"]  # exactly the other way round
    assert titles(editor, f"{list_}?o=4") == ["Bài 0", "Bài 1", "Bài 2"]
    assert titles(editor, f"{list_}?o=0") == titles(editor, f"{list_}?o=9") == titles(editor, list_)


@pytest.mark.parametrize(
    ("state", "sign"), [("draft", "state-draft"), ("submitted", "state-submitted"), ("published", "state-published")]
)
def test_state_and_verdict_are_pills_with_a_word(newsroom: Newsroom, state: str, sign: str) -> None:
    review = newsroom.make_review()
    if state == "submitted":
        workflow.submit(subject=review, by=newsroom.reporter)
    if state == "published":
        newsroom.publish_review(review)
    html = signed_in(newsroom.editor).open("/admin/editorial/review/").html
    word = {"submitted": "Waiting for approval"}.get(state, state.capitalize())
    assert f'<span class="pill {sign}">{word}</span>' in html
    assert re.search(r'<span class="pill tone-low">[^<]+</span>', html)


def test_newsroom_is_a_column_only_where_there_are_several(newsroom: Newsroom) -> None:
    newsroom.make_review()
    editor = signed_in(newsroom.editor)
    assert str(newsroom.publisher) not in re.sub(
        r"<nav.*?</nav>", "", editor.open("/admin/editorial/review/").html, flags=re.DOTALL
    )


def test_filters_with_many_choices_are_closed_until_they_are_used(newsroom: Newsroom) -> None:
    newsroom.make_review()
    editor = signed_in(newsroom.editor)
    verdict = Verdict.objects.first()
    assert verdict is not None

    def opened(query: str) -> list[str]:
        html = editor.open(f"/admin/editorial/review/{query}").html
        return re.findall(r'<details data-filter-title="([^"]*)" open>', html)

    assert opened("") == ["state", "language"]
    assert opened(f"?verdict={verdict.pk}") == ["state", "verdict", "language"]
