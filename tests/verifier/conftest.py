"""A site to verify: five reviews with a history of their own."""

from collections.abc import Iterator

import pytest

from factcheck.record.log import tree
from tests.record.conftest import disarm
from tests.support.databases import Ground, ground_fixture
from tests.support.drafts import make_newsroom
from tests.support.serving import served
from verifier import verifier


def _five_reviews() -> None:
    disarm()
    tree.signing_key.cache_clear()
    newsroom = make_newsroom()
    reviews = [newsroom.make_review() for _ in range(5)]
    for review in reviews:
        newsroom.publish_review(review)
    newsroom.correct_review(reviews[0], summary="Sai. Đã sửa.")
    newsroom.withdraw_review(reviews[1])
    newsroom.withdraw_review(reviews[2])
    newsroom.reinstate_review(reviews[2])


site_ground = ground_fixture(_five_reviews)


@pytest.fixture(scope="module")
def read_site(site_ground: Ground, module_database: str) -> Iterator[str]:
    """The address of such a site for the tests that change nothing there."""
    tree.signing_key.cache_clear()
    with pytest.MonkeyPatch.context() as patched, served() as address:
        patched.setattr(verifier, "CACHE_TIME", 0)
        yield address


@pytest.fixture
def site(site_ground: Ground, database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a site with the five reviews."""
    monkeypatch.setattr(verifier, "CACHE_TIME", 0)  # there is no cache here that would have to forget a checkpoint
    tree.signing_key.cache_clear()
    with served() as address:
        yield address
