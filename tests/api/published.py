"""Published content that takes long to reach through the workflow."""

from tests.drafts import Newsroom, Publisher, Review, make_claim, make_review


def make_imported(newsroom: Newsroom, original_url: str, **fields: object) -> Review:
    """A review by another publisher whose words are on no scale."""
    publisher = Publisher.objects.create(name="Outra Redação", site="outra.example", url="https://outra.example/")
    review = make_review(newsroom, make_claim(newsroom, text="O chá cura.", language="pt"), sources=0, **fields)
    review.publisher, review.original_url, review.original_label = publisher, original_url, "Pants on Fire"
    review.verdict = None
    review.save()
    return review
