"""Stories: what happens to one review, demand or import of the demo, step by step, each step at its own time.

The log's times never go backwards, so the steps of all stories are done in the order of their times.
"""

import heapq
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from factcheck.demo.clock import PastClock
from factcheck.editorial.events import set_actor
from factcheck.editorial.models import Membership, Proposal, Publisher, Review, User, Verdict
from factcheck.editorial.proposals import workflow
from factcheck.record.formats.time_zones import zone

FOLDER = Path(__file__).parent
# A story yields the time of its next step. The step is done when the iterator is asked for the next time.
Story = Iterator[datetime]


def read(name: str) -> Any:
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


@dataclass
class World:
    """Everything that stories share.

    `reviews` are the reviews to which demands, messages and translations refer.
    """

    clock: PastClock
    publishers: dict[str, Publisher]
    no_capture_reason: dict[str, str]
    reviews: dict[str, Review] = field(default_factory=dict)

    def moment(self, text: str, newsroom: Publisher) -> datetime:
        return self.clock.moment(text, zone(newsroom.time_zone))


def tell(stories: Iterable[Story], clock: PastClock) -> None:
    """Do the steps of all stories in the order of their times.

    The heap holds the next step of each story. The number of a story breaks ties, because stories can't be compared.
    """
    waiting = [(next(story), number, story) for number, story in enumerate(stories)]
    heapq.heapify(waiting)
    while waiting:
        clock.shown, number, story = heapq.heappop(waiting)
        if (following := next(story, None)) is not None:
            heapq.heappush(waiting, (following, number, story))


def act_as(username: str) -> User:
    """Return the account, and let the database name this account in its events from now on."""
    user = User.objects.get(username=username)
    set_actor(user)
    return user


def second_person(newsroom: Publisher, first: User) -> User:
    """Return a person of the newsroom who can decide and isn't the first person."""
    deciding = User.objects.filter(memberships__publisher=newsroom, memberships__role__in=Membership.DECIDING)
    return deciding.exclude(pk=first.pk).earliest("pk")


def verdict(slug: str | None) -> Verdict | None:
    return Verdict.objects.get(scale__slug=settings.DEFAULT_RATING_SCALE, slug=slug) if slug else None


def decide(proposal: Proposal, by: User, *, publish: bool = True) -> None:
    """Approve the proposal as a second person and, if it takes a second step, publish it."""
    set_actor(by)
    checked = workflow.policy_of(proposal).checklist(proposal)
    workflow.approve(proposal=proposal, by=by, digest=proposal.digest, checked=checked)
    if publish:
        workflow.publish(proposal=proposal, by=by)
