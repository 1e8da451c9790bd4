"""Published content that takes long to reach through the workflow."""

from dataclasses import dataclass

from tests.support.drafts import Newsroom, Publisher, Review


def make_imported(newsroom: Newsroom, original_url: str, **fields: object) -> Review:
    """A review by another publisher whose words are on no scale."""
    fields_of_publisher = {"name": "Outra Redação", "url": "https://outra.example/"}
    publisher, _ = Publisher.objects.get_or_create(fields_of_publisher, site="outra.example")
    review = newsroom.make_review(newsroom.make_claim(text="O chá cura.", language="pt"), sources=0, **fields)
    review.publisher, review.original_url, review.original_label = publisher, original_url, "Pants on Fire"
    review.verdict = None
    review.save()
    return review


@dataclass
class World:
    live: Review
    imported: Review
    withdrawn: Review
    erased: Review


def publish_world(newsroom: Newsroom) -> World:
    """Publish a review of each state."""
    found = World(
        newsroom.make_review(),
        make_imported(newsroom, "https://outra.example/1"),
        newsroom.make_review(headline="Bài bị rút"),
        newsroom.make_review(headline="Bài bị xoá"),
    )
    for review in (found.live, found.imported, found.withdrawn, found.erased):
        newsroom.publish_review(review)
    newsroom.withdraw_review(found.withdrawn)
    newsroom.erase_review(found.erased)
    return found
