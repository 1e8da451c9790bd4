"""The reviews of the demo, with their claims, evidence, translations, corrections, withdrawal and erasure."""

import re
from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.db.models import Q

from factcheck.demo.stories import FOLDER, Story, World, act_as, decide, second_person, verdict
from factcheck.editorial.captures.rights import set_public
from factcheck.editorial.captures.uploads import store_upload
from factcheck.editorial.drafts.statement_columns import columns_of
from factcheck.editorial.drafts.translations import start_translation
from factcheck.editorial.events import set_actor
from factcheck.editorial.models import (
    Appearance,
    Authorship,
    Capture,
    Claim,
    Claimant,
    Publisher,
    Reply,
    Review,
    Source,
    Topic,
    User,
)
from factcheck.editorial.pictures import add_picture
from factcheck.editorial.proposals import review_policy, workflow

_PICTURE = re.compile(r"\{picture:([a-z-]+)\}")
# The times that the demo's people need to write a review, and to decide on the review.
WRITING, WAITING = timedelta(days=1, hours=5), timedelta(hours=3)


def review_story(world: World, fields: dict[str, Any], entry: dict[str, Any]) -> Story:
    """Write a review, submit it, have a second person publish it, and make its later changes.

    The newsroom of the claim's first review logs the claim. `entry` keeps the claim for the other reviews.
    """
    newsroom = world.publishers[fields["publisher"]]
    published = world.moment(fields["published"], newsroom)
    yield published - WRITING
    author = act_as(fields["author"])
    if "claim_row" not in entry:
        entry["claim_row"] = _claim(world, entry, newsroom, author)
    review = _translation(world, fields, author) if "translates" in fields else _draft(world, fields, entry, author)
    world.reviews[fields.get("key", "")] = review
    if fields.get("stage") == "draft":
        return
    yield published - WAITING
    set_actor(author)
    proposal = workflow.submit(subject=review, by=author)
    if fields.get("stage") == "submitted":
        return
    yield published
    second = second_person(newsroom, author)
    set_actor(second)
    used = Q(sources__review=review) | Q(appearances__claim=review.claim_id)
    for capture in Capture.objects.filter(used, newsroom=newsroom, is_public=False).distinct():
        set_public(capture=capture, by=second, public=True)
    decide(proposal, second)
    for change in fields.get("changes", []):
        yield from _change(world, change, review, author, second)


def _claim(world: World, entry: dict[str, Any], newsroom: Publisher, author: User) -> Claim:
    fields = world.clock.dated(entry["claim"])
    claimant = {"is_public_figure": fields["claimant"]["type"] == "person"} | fields["claimant"]
    claim = Claim.objects.create(
        newsroom=newsroom,
        claimant=Claimant.objects.get_or_create(newsroom=newsroom, **columns_of(Claimant, claimant))[0],
        logged_by=author,
        **columns_of(Claim, fields),
    )
    claim.topics.set(Topic.objects.filter(slug__in=entry["topics"]))
    for position, appearance in enumerate(fields["appearances"]):
        row = Appearance(claim=claim, position=position, **columns_of(Appearance, appearance))
        _save_with_capture(row, appearance, author, world.no_capture_reason[claim.language])
    return claim


def _draft(world: World, fields: dict[str, Any], entry: dict[str, Any], author: User) -> Review:
    newsroom = world.publishers[fields["publisher"]]
    review = Review.objects.create(
        newsroom=newsroom,
        publisher=newsroom,
        claim=entry["claim_row"],
        verdict=verdict(fields["verdict"]),
        created_by=author,
        reviewed_on=world.clock.day(int(fields["published"].split()[0])),
        **columns_of(Review, {"selection": {"note": None} | fields["selection"] if "selection" in fields else None}),
        **{key: fields[key] for key in ("language", "headline", "summary")},
        claim_wording=fields.get("claim_wording", ""),
    )
    Authorship.objects.create(review=review, user=author)
    for position, source in enumerate(world.clock.dated(fields["sources"])):
        row = Source(review=review, position=position, **columns_of(Source, source))
        row.accessed_on = review.reviewed_on
        _save_with_capture(row, source, author, world.no_capture_reason[review.language])
    for position, reply in enumerate(world.clock.dated(fields.get("replies", []))):
        Reply.objects.create(review=review, position=position, **columns_of(Reply, reply))
    _set_texts(review, {"body": fields["body"]}, author)
    return review


def _translation(world: World, fields: dict[str, Any], author: User) -> Review:
    original = Review.objects.get(pk=world.reviews[fields["translates"]].pk)
    review = start_translation(review=original, by=author)
    _set_texts(review, {key: fields[key] for key in ("claim_wording", "headline", "summary", "body")}, author)
    for source, texts in zip(review.sources.all(), fields["source_texts"], strict=True):
        for column, value in texts.items():
            setattr(source, column, value)
        source.save(update_fields=texts)
    return review


def _save_with_capture(row: Source | Appearance, fields: dict[str, Any], author: User, reason: str) -> None:
    """Save the row with a copy of the page from the demo's files, or with the reason why there is none."""
    name = fields.get("capture")
    row.no_capture_reason = "" if name else reason
    row.save()
    if name:
        content = (FOLDER / "captures" / name).read_bytes()
        capture = store_upload(row=row, file=SimpleUploadedFile(name, content), by=author)
        Capture.objects.filter(pk=capture.pk).update(alt=fields.get("alt", ""))


def _set_texts(review: Review, texts: dict[str, Any], author: User) -> None:
    """Set these columns of the draft. In a text, `{picture:name}` is the path of a picture in the demo's files."""

    def upload(found: re.Match[str]) -> str:
        file = FOLDER / "pictures" / f"{found[1]}.png"
        content = ContentFile(file.read_bytes(), file.name)
        return f"/{add_picture(review=review, file=content, by=author).name}"

    for column, value in texts.items():
        setattr(review, column, verdict(value) if column == "verdict" else _PICTURE.sub(upload, value))
    review.save(update_fields=[*texts, "changed_at"])


def _change(world: World, change: dict[str, Any], review: Review, author: User, second: User) -> Story:
    at = world.moment(change["at"], review.newsroom)
    yield at - WAITING
    review = Review.objects.get(pk=review.pk)
    if erasure := change.get("erasure"):
        # The database must check the entries of this transaction while their documents still exist.
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        set_actor(second)
        proposal = review_policy.erase(review=review, by=second, **erasure)
        yield at
        decide(proposal, second_person(review.newsroom, second), publish=False)
        return
    set_actor(author)
    if reason := change.get("withdrawal"):
        proposal = review_policy.withdraw(review=review, by=author, reason=reason)
        yield at
        decide(proposal, second, publish=False)
        return
    review_policy.open_correction(review=review, by=author, change_class=change["class"], note=change["note"])
    review.refresh_from_db()
    _set_texts(review, change.get("fields", {}), author)
    if "claim" in change:
        for column, value in columns_of(Claim, world.clock.dated(change["claim"])).items():
            setattr(review.claim, column, value)
        review.claim.save()
    proposal = workflow.submit(subject=review, by=author)
    yield at
    decide(proposal, second)
