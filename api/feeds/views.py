"""The feeds of reviews and corrections in the formats of `feed_formats`, and the ClaimReview feed."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.html import escape, format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from api.feeds.feed_formats import Entry, paragraphs, write_feed
from api.http import responses
from api.http.endpoint import Endpoint, refuse_parameters
from api.http.negotiation import LINKED_DATA, accepts_gzip
from api.http.problems import UNAVAILABLE, Refused
from api.http.ranges import respond_file
from api.lists.requests import ListOptions, ListRequest, read_list_request
from api.lists.search_pages import read_in_time
from factcheck.record.files import dump_files
from factcheck.record.formats.markdown import ShownPicture, to_html
from factcheck.record.formats.text import plain
from factcheck.record.lists.dimensions import LANGUAGE, ORIGIN
from factcheck.record.lists.pages import Cursor
from factcheck.record.lists.published_lists import CORRECTIONS, REVIEWS
from factcheck.record.log.models import ChangeClass
from factcheck.record.models import PublishedReference, PublishedReview
from factcheck.record.readmodel.answers import answer_of, published_answer, speaking
from factcheck.record.readmodel.bodies import CorrectionOfReview, Review
from factcheck.record.readmodel.claimreview import MEDIA_TYPE
from factcheck.record.readmodel.comparable_verdicts import shown_reviews
from factcheck.record.readmodel.picture_rows import shown_pictures
from factcheck.record.readmodel.revisions import disowned_among
from factcheck.record.statements.output import read
from factcheck.record.statements.review import Publisher, Reply, Source
from factcheck.record.statements.statement_labels import KINDS
from factcheck.tools.budget import current

CONTENT = {"content": ("full", "summary")}
# The worker makes the feed every five minutes (factcheck/operations/tasks.py).
RETRY_AFTER = 300
WHOLE = 10_000  # characters, the maximum of a claim
# The latest change comes first, so that readers see every correction on the first page.
_LATEST = {"-updated_at": REVIEWS.orders["-updated_at"]}
REVIEW_FEED = ListOptions(REVIEWS.rows, _LATEST, REVIEWS.filters, choices=CONTENT)
CORRECTION_FEED = ListOptions.of(CORRECTIONS, choices=CONTENT)


@extend_schema(exclude=True)
class Feed(Endpoint):
    """An API list as a feed, with the same filters and pages. The `kind` comes from the URL."""

    media_type = ""
    kind = "atom"
    list_options: ClassVar[ListOptions]
    title: ClassVar[str | Promise]
    description: ClassVar[str | Promise]

    def get(self, request: Request) -> HttpResponse:
        list_request = read_list_request(request._request, self.list_options)
        if "q" not in list_request.query:  # a search's result depends on the time that the search took
            current().is_cacheable = True
        self.narrow(list_request)
        page = read_in_time(list_request)
        bodies = [body for (body,) in page.rows]
        places = {"first": Cursor(), "next": page.next, "previous": page.previous}
        pages = {relation: address for relation, place in places.items() if (address := list_request.link(place))}
        language = _language(list_request)
        with translation.override(language or "en"):
            entries = self.entries(bodies, list_request.chosen["content"] == "full", language)
            content, media_type = write_feed(
                self.kind, str(self.title), str(self.description), language,
                settings.SITE_URL + (f"/{language}/" if language else "/"),
                settings.SITE_URL + request.get_full_path(), entries, pages,
            )  # fmt: skip
        response = responses.respond(content, media_type)
        responses.add_links(response, {"next": pages.get("next"), "prev": pages.get("previous")})
        return response

    def narrow(self, list_request: ListRequest) -> None:
        """Add filters that the client didn't send."""

    def entries(self, bodies: Sequence[str], full: bool, language: str | None) -> list[Entry]:
        raise NotImplementedError


class ReviewFeed(Feed):
    """Live reviews. An entry keeps its id through all revisions, and disappears when its review is withdrawn.

    The feed of all reviews, or of all reviews in a language, has only this site's own reviews. An import of thousands
    of reviews would hide them. All other feeds have what the lists in the API have.
    """

    list_options = REVIEW_FEED
    title = _("Fact-checks")
    description = _("Reviews of claims, with the latest publications and changes first.")

    def narrow(self, list_request: ListRequest) -> None:
        if all(each is LANGUAGE for each, _ in list_request.filtered):
            list_request.filtered.append((ORIGIN, ["own"]))

    def entries(self, bodies: Sequence[str], full: bool, language: str | None) -> list[Entry]:
        reviews = shown_reviews(Review, bodies)
        pictures = _pictures_in(reviews) if full else {}
        disowned = disowned_among(review.revision.sequence for review in reviews)
        return [
            Entry(
                id=f"urn:uuid:{review.id}",
                url=review.original_url or review.url,
                title=_title(review, _("disowned") if review.revision.sequence in disowned else ""),
                language=review.language,
                author=review.publisher.name,
                author_url=review.publisher.url,
                published=_published(review),
                updated=datetime.fromisoformat(review.updated_at),
                text=_summary(review),
                html=_whole(review, pictures) if full else None,
                categories=[topic.slug for topic in review.topics],
                license=review.license,
                revision_url=f"{review.url}revisions/{review.revision.number}/",
                picture=f"{review.url}share/",
            )
            for review in reviews
        ]


class CorrectionFeed(Feed):
    """Changes of published reviews. In a feed with full text, an entry includes the current version of its review."""

    list_options = CORRECTION_FEED
    title = _("Corrections")
    description = _("Reviews that newsrooms have corrected, updated, withdrawn, reinstated or erased, and why.")

    def entries(self, bodies: Sequence[str], full: bool, language: str | None) -> list[Entry]:
        corrections = [read(CorrectionOfReview, body) for body in bodies]
        reviews = _live_reviews({each.review.id for each in corrections})
        pictures = _pictures_in(list(reviews.values())) if full else {}
        now = {pk: f"<hr>{_whole(review, pictures)}" for pk, review in reviews.items()} if full else {}
        publishers = _publishers({each.publisher for each in corrections})
        disowned = disowned_among(each.sequence for each in corrections)
        found = []
        for each in corrections:
            review, at, number = each.review, datetime.fromisoformat(each.at), each.revision
            live, publisher = reviews.get(review.id), publishers.get(each.publisher)
            kind = _kind(each, language) + (f", {_('disowned')}" if each.sequence in disowned else "")
            text = [_change(each, kind), *_paragraphs_of(each.note)]
            entry = Entry(
                id=f"{settings.SITE_URL}{reverse('api:revision', args=[review.id, number])}",
                # The comparison, if the change has a text and its review is live.
                url=f"{review.url}revisions/{number - 1}..{number}/" if live and each.class_ else review.url,
                title=_title(live, kind) if live else f"[{kind}] {review.headline or review.url}",
                language=review.language,
                author=publisher.name if publisher else each.publisher,
                author_url=publisher.url if publisher else None,
                published=at,
                updated=at,
                text=text,
                html=paragraphs(text) + now.get(review.id, "") if full else None,
                categories=[each.class_ or each.kind],
                license=settings.LICENSE_URL,
                revision_url=f"{review.url}revisions/{number}/",
            )
            found.append(entry)
        return found


def _language(list_request: ListRequest) -> str | None:
    """Return the language of all requested reviews, if there is only one language and the interface supports it.

    A feed is the same for everyone who has its URL, so the reader's own languages don't matter
    (`factcheck/web/response_cache.py`).
    """
    tags = {
        tag.partition("-")[0] for each, values in list_request.filtered if each.name == "language" for tag in values
    }
    language = tags.pop() if len(tags) == 1 else None
    return language if language in dict(settings.LANGUAGES) else None


def _live_reviews(ids: set[str]) -> dict[str, Review]:
    rows = PublishedReview.objects.using("public").live().filter(id__in=ids)
    return {each.id: each for each in shown_reviews(Review, rows.values_list("body", flat=True))}


def _publishers(sites: set[str]) -> dict[str, Publisher]:
    """Return publishers by site. Publishers without a live review are left out."""
    kind = PublishedReference.Kind.PUBLISHER
    rows = PublishedReference.objects.using("public").filter(kind=kind, key__in=sites)
    return {site: read(Publisher, body) for site, body in rows.values_list("key", "body")}


def _published(review: Review) -> datetime | None:
    """Return the time of publication. For an imported review, only its publisher's day counts, which can be missing."""
    if review.original_url is None:
        return datetime.fromisoformat(review.published_at)
    return datetime.fromisoformat(f"{review.reviewed_on}T00:00:00+00:00") if review.reviewed_on else None


def _summary(review: Review) -> list[str]:
    """Return the answer, and the summary if the answer doesn't contain all of it."""
    answer = published_answer(review, claim=WHOLE, verdict=WHOLE)
    return [answer, *([] if answer_of(review).whole else _paragraphs_of(review.summary))]


def _pictures_in(reviews: Sequence[Review]) -> dict[str, ShownPicture]:
    """Return the public pictures of these reviews, with absolute URLs."""
    with_pictures = [UUID(review.id) for review in reviews if "/pictures/" in (review.body or "")]
    return shown_pictures(with_pictures, settings.SITE_URL) if with_pictures else {}


def _whole(review: Review, pictures: dict[str, ShownPicture]) -> str:
    """Return the answer, the summary, the headline, the text converted from Markdown, the replies and the sources."""
    headline = f"<h2>{escape(review.headline)}</h2>" if review.headline else ""
    body = to_html(review.body, pictures) if review.body else ""
    with speaking(review.language):
        replies = _list(gettext("Right of reply"), map(_reply, review.replies))
        sources = _list(gettext("Sources"), map(_source, review.sources))
    return paragraphs(_summary(review)) + headline + body + replies + sources


def _list(title: str, items: Iterable[str]) -> str:
    return f"<h2>{title}</h2><ol>{written}</ol>" if (written := "".join(items)) else ""


def _reply(reply: Reply) -> str:
    """Return who was asked and when, and the answer word for word, or that none came."""
    who = ", ".join(filter(None, (reply.name, reply.description)))
    asked = f"{gettext('asked on')} {date_format(date.fromisoformat(reply.asked_on))}"
    answers = filter(None, (reply.answer_translation, reply.answer))
    said = "".join(format_html("<blockquote>{}</blockquote>", each) for each in answers)
    missing = f"<p>{gettext('No answer came.')}</p>" if reply.no_answer else ""
    return f"<li>{escape(who)} ({asked}){missing}{said}</li>"


def _source(source: Source) -> str:
    words = " – ".join(filter(None, (source.title or source.url, source.publisher)))
    quote = format_html("<blockquote>{}</blockquote>", source.quote) if source.quote else ""
    link = format_html('<a href="{}" rel="nofollow">{}</a>', source.url, words) if source.url else escape(words)
    return f"<li>{link}{quote}</li>"


def _title(review: Review, mark: str | Promise = "") -> str:
    """Return the claim, its verdict and the newsroom, behind a mark in brackets."""
    title = f"{published_answer(review, reason=0)} – {plain(review.publisher.name)}"
    return f"[{mark}] {title}" if mark else title


def _paragraphs_of(text: str | None) -> list[str]:
    return [each for each in (piece.strip() for piece in (text or "").split("\n\n")) if each]


def _kind(correction: CorrectionOfReview, language: str | None) -> str:
    """Return the class of the change in the feed's language, or untranslated in a feed without a language.

    A withdrawal, a reinstatement, an erasure and an erased change have a kind instead.
    """
    name, words = correction.class_ or correction.kind, dict(ChangeClass.choices) if correction.class_ else KINDS
    return str(words.get(name, name)) if language else name


def _change(correction: CorrectionOfReview, kind: str) -> str:
    """Return a line with the class of the change, and the verdicts in the publisher's own words if there are any."""
    if correction.class_ is None:
        return f"[{kind}]"
    verdicts = (correction.verdict_before, correction.verdict_after)
    before, after = ((each and each.label) or "–" for each in verdicts)
    verdict = after if before == after else f"{before} → {after}"
    return f"[{kind}] {_('Verdict on the claim:')} {verdict}"


@extend_schema(exclude=True)
class ClaimReviewFeed(Endpoint):
    """The newest file that the worker has made. The feed is never generated for a reader, who may read it slowly."""

    media_type = LINKED_DATA
    reads_log_head = False

    def get(self, request: Request) -> HttpResponseBase:
        refuse_parameters(request)
        feed = next(iter(dump_files.feeds("public")), None)
        if feed is None:
            raise _unavailable()
        responses.set_head(feed.size - 1 if feed.size else None)
        try:
            if accepts_gzip(request._request):
                etag = f'"{feed.digest}-gzip"'
                response = respond_file(request._request, feed.compressed_path, MEDIA_TYPE, etag, encoding="gzip")
            else:
                response = respond_file(request._request, feed.path, MEDIA_TYPE, f'"{feed.digest}"')
        except FileNotFoundError:  # an erasure has just deleted the feed
            raise _unavailable() from None
        patch_vary_headers(response, ["Accept-Encoding"])
        return response


def _unavailable() -> Refused:
    detail = "The feed hasn't been made yet. The site makes it every five minutes. Try again later."
    return Refused(UNAVAILABLE, detail, headers={"Retry-After": str(RETRY_AFTER)})
