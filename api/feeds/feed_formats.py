"""Feeds for feed readers in three formats with the same content: Atom (RFC 4287), RSS 2.0 and JSON Feed 1.1.

This module adds pages (RFC 5005), the full text, the language of each entry and JSON Feed to Django's feedgenerator.
HTML in a feed is safe, because it consists only of escaped text and sanitised Markdown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TextIO

import orjson
from django.utils.encoding import iri_to_uri
from django.utils.feedgenerator import Atom1Feed, Enclosure, Rss201rev2Feed, SyndicationFeed, rfc3339_date
from django.utils.html import escape
from django.utils.xmlutils import SimplerXMLGenerator

from factcheck.record.formats.canonical import JsonObject, rfc3339

# The date of an empty feed, so that the feed doesn't change with each request.
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a feed. `text` contains plain paragraphs. `html` is the full text, or None in a feed of summaries."""

    id: str
    url: str
    title: str
    language: str
    author: str
    author_url: str | None
    published: datetime | None
    updated: datetime
    text: Sequence[str]
    html: str | None
    categories: Sequence[str]
    license: str
    revision_url: str  # the page of the revision on this site. `url` can be a page on the publisher's site.
    picture: str | None = None  # the URL of the picture with the claim and the verdict


def paragraphs(text: Sequence[str]) -> str:
    return "".join(f"<p>{escape(each)}</p>" for each in text)


class _Paged(SyndicationFeed):
    """A feed with pages. `pages` maps the relations first, next and previous to URLs."""

    def latest_post_date(self) -> datetime:
        return max((item["updateddate"] for item in self.items), default=BEGINNING)

    def _add_pages(self, handler: SimplerXMLGenerator, element: str) -> None:
        for relation, address in self.feed["pages"].items():
            handler.addQuickElement(element, "", {"rel": relation, "href": address})


class Atom(_Paged, Atom1Feed):
    def add_root_elements(self, handler: SimplerXMLGenerator) -> None:
        super().add_root_elements(handler)
        self._add_pages(handler, "link")

    def item_attributes(self, item: dict[str, Any]) -> dict[str, str]:
        return {"xml:lang": item["entry"].language}

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        entry: Entry = item["entry"]
        handler.addQuickElement("link", "", {"rel": "via", "href": entry.revision_url})
        if entry.html is not None:
            handler.addQuickElement("content", entry.html, {"type": "html"})


class Rss(_Paged, Rss201rev2Feed):
    def rss_attributes(self) -> dict[str, str]:
        return {
            **super().rss_attributes(),
            "xmlns:content": "http://purl.org/rss/1.0/modules/content/",
            "xmlns:dc": "http://purl.org/dc/elements/1.1/",
        }

    def add_root_elements(self, handler: SimplerXMLGenerator) -> None:
        super().add_root_elements(handler)
        self._add_pages(handler, "atom:link")

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        entry: Entry = item["entry"]
        handler.addQuickElement("atom:link", "", {"rel": "via", "href": entry.revision_url})
        handler.addQuickElement("atom:updated", rfc3339_date(entry.updated))
        handler.addQuickElement("dc:language", entry.language)
        handler.addQuickElement("dc:rights", entry.license)
        if entry.html is not None:
            handler.addQuickElement("content:encoded", entry.html)


class Json(_Paged):
    content_type = "application/feed+json"

    def write(self, outfile: TextIO, encoding: str) -> None:
        feed = self.feed
        content = {
            "version": "https://jsonfeed.org/version/1.1",
            "title": feed["title"],
            "description": feed["description"],
            "home_page_url": feed["link"],
            "feed_url": feed["feed_url"],
            "items": [self._item(item["entry"]) for item in self.items],
        }
        if feed["language"] is not None:
            content["language"] = feed["language"]
        if "next" in feed["pages"]:
            content["next_url"] = feed["pages"]["next"]
        outfile.write(orjson.dumps(content).decode())

    def _item(self, entry: Entry) -> JsonObject:
        author = {"name": entry.author, "url": iri_to_uri(entry.author_url)}
        return {
            "id": entry.id,
            "url": iri_to_uri(entry.url),
            "title": entry.title,
            "summary": "\n\n".join(entry.text),
            "content_html": paragraphs(entry.text) if entry.html is None else entry.html,
            **({"date_published": rfc3339(entry.published)} if entry.published else {}),
            "date_modified": rfc3339(entry.updated),
            "authors": [{key: value for key, value in author.items() if value}],
            "tags": list(entry.categories),
            "language": entry.language,
            "_license": {"url": entry.license},
            "_revision": {"url": entry.revision_url},
            **({"image": entry.picture} if entry.picture else {}),
        }


FORMATS: Mapping[str, type[Atom | Rss | Json]] = {"atom": Atom, "rss": Rss, "json": Json}


def write_feed(
    kind: str,
    title: str,
    description: str,
    language: str | None,
    site: str,
    address: str,
    entries: Sequence[Entry],
    pages: Mapping[str, str],
) -> tuple[bytes, str]:
    """Return the feed and its media type. `address` is the URL of this page, and the feed's id is the first page's URL.

    `language` is the language of the title, the description and all entries, or None if the languages differ.
    """
    feed = FORMATS[kind](
        title=title, link=site, description=description, subtitle=description, language=language, feed_url=address,
        feed_guid=pages["first"], pages=pages,
    )  # fmt: skip
    for entry in entries:
        feed.add_item(
            title=entry.title,
            link=entry.url,
            description=paragraphs(entry.text),
            author_name=entry.author,
            author_link=entry.author_url,
            unique_id=entry.id,
            unique_id_is_permalink=False,
            pubdate=entry.published,
            updateddate=entry.updated,
            categories=entry.categories,
            item_copyright=entry.license,
            enclosures=[Enclosure(entry.picture, "0", "image/png")] if entry.picture else [],
            entry=entry,
        )
    return feed.writeString("utf-8").encode(), feed.content_type
