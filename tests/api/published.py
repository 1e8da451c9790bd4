"""Published content that takes long to reach through the workflow."""

from dataclasses import dataclass

from tests.support.drafts import (
    Newsroom,
    Publisher,
    Review,
    erase_review,
    make_claim,
    make_review,
    publish_review,
    withdraw_review,
)


def make_imported(newsroom: Newsroom, original_url: str, **fields: object) -> Review:
    """A review by another publisher whose words are on no scale."""
    publisher = Publisher.objects.create(name="Outra Redação", site="outra.example", url="https://outra.example/")
    review = make_review(newsroom, make_claim(newsroom, text="O chá cura.", language="pt"), sources=0, **fields)
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
        make_review(newsroom),
        make_imported(newsroom, "https://outra.example/1"),
        make_review(newsroom, headline="Bài bị rút"),
        make_review(newsroom, headline="Bài bị xoá"),
    )
    for review in (found.live, found.imported, found.withdrawn, found.erased):
        publish_review(newsroom, review)
    withdraw_review(newsroom, found.withdrawn)
    erase_review(newsroom, found.erased)
    return found
