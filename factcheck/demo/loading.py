"""The loading of the demo newsrooms (README.md) into an empty database, through a real newsroom's workflow."""

import json
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Replace
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from factcheck.demo.accounts import Login, add_accounts
from factcheck.demo.clock import past_clock
from factcheck.demo.register_stories import demand_story, import_story, message_story
from factcheck.demo.review_stories import review_story
from factcheck.demo.stories import World, act_as, read, tell
from factcheck.editorial.drafts.statement_columns import columns_of
from factcheck.editorial.errors import NotEmpty
from factcheck.editorial.models import Publisher, Review, Topic, TopicLabel, User, WatchedSource
from factcheck.editorial.people.newsroom_rules import write_rules
from factcheck.record.evidence.source_checks import SourceState, store_check
from factcheck.record.models import PublicCapture, PublishedReview
from factcheck.tools.whole_files import whole_file

# The hosts of the demo's sources don't exist, so the worker must not check them.
NEVER = timedelta(days=100 * 365)
SINCE = timedelta(days=26)  # the age of the problems that the checks found


@transaction.atomic
def load_demo(logins_file: Path) -> list[Login]:
    """Load everything or nothing, and return the logins.

    The logins are also written to the file as a JSON list with mode 0600. Raise EditorialError if the database already
    contains a newsroom, an account or a log entry.
    """
    if Publisher.objects.exists():
        raise NotEmpty(_("This database already contains publishers. The demo newsroom requires an empty database."))
    if User.objects.exists():
        raise NotEmpty(_("This database already contains accounts. The demo newsroom requires an empty database."))
    newsroom, now = read("newsroom.json"), timezone.now()
    with past_clock() as clock:
        clock.shown = clock.moment("300 09:00", now.tzinfo or timezone.get_default_timezone())
        publishers = {
            fields["site"]: Publisher.objects.create(**columns_of(Publisher, fields))
            for fields in newsroom["publishers"]
        }
        logins = add_accounts(newsroom["accounts"], publishers)
        _add_topics(newsroom["topics"])
        for rules in newsroom["rules"]:
            own = {"newsroom": publishers[rules["newsroom"]], "by": act_as(rules["by"])}
            write_rules(**rules | own)
        world = World(clock, publishers, newsroom["no_capture_reason"])
        claims = read("claims.json")
        stories = [review_story(world, review, entry) for entry in claims for review in entry["reviews"]]
        stories += [demand_story(world, demand) for demand in read("demands.json")]
        stories += [message_story(world, message) for message in read("messages.json")]
        importing = newsroom["import"]
        stories.append(import_story(world, publishers[importing["publisher"]], importing["at"], importing["by"]))
        tell(stories, clock)
        store_checks(claims, now)
    _write(logins_file, logins)
    return logins


def _add_topics(topics: list[dict[str, Any]]) -> None:
    for topic in topics:
        row = Topic.objects.create(slug=topic["slug"])
        for language, label in topic["labels"].items():
            TopicLabel.objects.create(topic=row, language=language, label=label)


def _write(file: Path, logins: list[Login]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(file) as out:
        out.write(json.dumps([asdict(login) for login in logins], ensure_ascii=False, indent=1).encode())


def store_checks(claims: list[dict[str, Any]], now: datetime) -> None:
    """Store a check for each source of the live reviews.

    In the files, `check` is the result of a source with a problem, and `now` is what a page says instead of the quote.
    """
    sources = {
        source["url"]: source for entry in claims for review in entry["reviews"] for source in review.get("sources", [])
    }
    for published in PublishedReview.objects.live().filter(pk__in=Review.objects.values("pk"), original_key=None):
        urls = {source.url for source in published.live_body.sources if source.url}
        for place, url in enumerate(sorted(urls)):
            source, checked = sources[url], now - timedelta(days=1 + place, hours=place)
            state = source.get("check", SourceState.UNCHANGED)
            since = checked - SINCE if state != SourceState.UNCHANGED else published.published_at
            store_check(published.pk, url, state=state, checked_at=checked, since=min(since, checked))
            if "now" in source:
                newer = Replace("text", Value(source["quote"]), Value(source["now"]))
                copies = PublicCapture.objects.filter(review_id=published.pk, url=url)
                copies.update(newer_text=newer, newer_at=checked)
            WatchedSource.objects.create(
                review_id=published.pk,
                url=url,
                sequence=published.sequence,
                state=state,
                since=min(since, checked),
                checked_at=checked,
                next_at=now + NEVER,
            )
