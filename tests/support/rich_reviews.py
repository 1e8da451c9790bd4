"""A review with everything that a page can show."""

from django.utils import timezone

from factcheck.editorial.captures.rights import set_public
from factcheck.editorial.drafts import translations
from factcheck.record.evidence.source_checks import store_check
from tests.support.drafts import make_newsroom
from tests.support.evidence import finish, make_capture


def publish_review_with_ten_sources() -> str:
    """Publish a corrected review with ten sources, and return its path.

    The review has a capture, checks, a translation and another newsroom's review.
    """
    here, there = make_newsroom("ten.example"), make_newsroom("other.example")
    review = here.make_review(sources=10, body="\n\n".join(["Đoạn video không quay năm nay. " * 12] * 8))
    for number, source in enumerate(review.sources.all()):
        source.quote = f"Nguồn {number + 1} ghi rằng nước dâng vào tháng 10 năm 2020, cao hơn mức báo động 3."
        source.save()
    kept = finish(make_capture(here, url="https://source.example/1"), text="Nước dâng.")
    review.sources.filter(position=0).update(capture=kept, no_capture_reason="")
    review.claim.appearances.update(capture=kept, no_capture_reason="")
    here.publish_review(review)
    set_public(capture=kept, by=here.editor, public=True)
    draft = translations.start_translation(review=review, by=here.reporter)
    draft.summary = "False. It was filmed in 2020."
    draft.claim_wording = "The flood water has reached the roof of a pagoda."
    draft.save()
    here.publish_review(draft)
    there.publish_new(review.claim, headline="Video cũ")
    here.correct_review(review, summary="Sai. Đoạn video được quay năm 2021.")
    for number, state in enumerate(["unchanged", "gone", "without_quote", "changed"]):
        at = timezone.now()
        store_check(review.pk, f"https://source.example/{number + 1}", state=state, checked_at=at, since=at)
    return f"/reviews/{review.pk}/"
