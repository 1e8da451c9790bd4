"""Copies that a person's own browser makes, for pages that refuse this site's requests.

A token for copies can only list the sources and appearances in the drafts of its account, and add a copy to one of
them. `sql/tokens.sql` enforces this.
"""

import binascii
from base64 import b64decode
from collections.abc import Iterable
from uuid import UUID

from django.db.models import F, Q
from django.utils.translation import gettext as _

from factcheck.editorial.captures.requests import Evidence
from factcheck.editorial.captures.uploads import store_browser_page
from factcheck.editorial.drafts.validation import Invalid, Values
from factcheck.editorial.events import record_event
from factcheck.editorial.models import ApiToken, Appearance, Capture, Claim, Review, Source, User
from factcheck.record.formats.canonical import JsonObject
from factcheck.record.formats.urls import url_key

MAX_CARDS = 300  # of each kind


def find_cards(user: User, newsrooms: Iterable[int], key: str = "") -> dict[str, Evidence]:
    """Return the sources and appearances with a URL in the person's drafts, by id.

    Those whose URL has this `url_key` come first.
    """
    drafts = Review.objects.drafts_of(user).filter(newsroom__in=newsrooms, publisher=F("newsroom")).values("pk")
    own = Q(reviews__in=drafts) | Q(reviews=None, logged_by=user)
    claims = Claim.objects.filter(own, newsroom__in=newsrooms).values("pk")
    sources = Source.objects.filter(review__in=drafts).exclude(url="").select_related("review__claim", "capture")
    appearances = Appearance.objects.filter(claim__in=claims).select_related("claim", "capture")
    long = ("capture__text", "capture__timestamp_token")
    rows: list[Evidence] = [
        *sources.defer(*long, "review__body").order_by("-review__changed_at", "review", "position", "pk")[:MAX_CARDS],
        *appearances.defer(*long).order_by("-claim__changed_at", "claim", "position", "pk")[:MAX_CARDS],
    ]
    if key:
        rows.sort(key=lambda row: url_key(row.url) != key)
    return {f"{row._meta.model_name}-{row.pk}": row for row in rows}


def list_cards(token: ApiToken, key: str) -> list[JsonObject]:
    """Return what the extension shows of each source and appearance."""
    return [
        {
            "id": pk,
            "url": row.url,
            "title": str(row),
            "claim": str(row.review.claim if isinstance(row, Source) else row.claim),
            "matches": url_key(row.url) == key,
            "copied": bool(row.capture and row.capture.state == Capture.State.DONE),
        }
        for pk, row in find_cards(token.user, [token.newsroom_id], key).items()
    ]


def add_copy(*, token: ApiToken, values: Values) -> UUID:
    """Store the page and its picture as the copy of a card, and return the copy's id. Raises EditorialError."""
    row = find_cards(token.user, [token.newsroom_id]).get(values["card"])
    if row is None:
        raise Invalid([("/card", _("None of your drafts has this source. Open the list again."))])
    try:
        picture = b64decode(values["picture"], validate=True)
    except binascii.Error as problem:
        raise Invalid([("/picture", _("This isn’t base64."))]) from problem
    page = values["page"].encode()
    # The browser's address can contain click ids that name the person.
    url = row.url if url_key(row.url) == url_key(values["url"]) else values["url"]
    capture = store_browser_page(row=row, url=url, page=page, picture=picture, by=token.user)
    record_event(token.user, "capture.added_by_program", capture, token=str(token.pk))
    return capture.pk
