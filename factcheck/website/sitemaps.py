"""The sitemaps for search engines (sitemaps.org, protocol 0.9), in files that the worker writes (`make_sitemaps`).

Reviews, claims and demands have one permanent URL each. All other pages have a URL in each language. Django's
application for sitemaps makes the XML. Django would read each part with OFFSET on request, so the rows are read here.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import count, islice
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import reverse

from factcheck import __version__
from factcheck.record.models import LogEntry, PublishedClaim, PublishedDemand, PublishedReference, PublishedReview
from factcheck.tools.whole_files import locked, whole_file
from factcheck.website import queries
from factcheck.website.documentation.guides import list_guides

Page = tuple[str, Sequence[str], list[str]]  # the name of the URL, its arguments, and the page's languages

INDEX = "index.xml"
LIMIT = 10_000  # rows in a sitemap. A page has a URL in each language, and a file may have 50,000 URLs.
_SCHEME, _HOST = urlsplit(settings.SITE_URL)[:2]
_LANGUAGES = [code for code, _name in settings.LANGUAGES]


def sitemap_folder() -> Path:
    folder: Path = settings.DUMPS_FOLDER / "sitemaps"
    return folder


class _Part(Sitemap[Any]):
    protocol = _SCHEME

    def __init__(self, rows: list[Any], section: str = "") -> None:
        self.rows, self.section = rows, section

    def items(self) -> list[Any]:
        return self.rows

    def get_domain(self, site: object = None) -> str:
        return _HOST


class Rows(_Part):
    """Reviews, claims or demands in the order of publication, so a new publication only changes the last sitemap."""

    def location(self, item: tuple[UUID, datetime]) -> str:
        return f"/{self.section}/{item[0]}/"

    def lastmod(self, item: tuple[UUID, datetime]) -> datetime:
        return item[1]


class Pages(_Part):
    """Pages in several languages. Each names all of them, and the URL without a language."""

    i18n = alternates = x_default = True

    def location(self, item: Page) -> str:
        return reverse(item[0], args=item[1])

    def get_languages_for_item(self, item: Page) -> list[str]:
        return item[2]


def write_sitemaps(names: Iterable[str]) -> int | None:
    """Write all sitemaps, and return their number, or None if nothing has changed or another process is writing them.

    `names` are the names of the pages that always exist. Readers get the earlier files until each file is replaced.
    """
    folder = sitemap_folder()
    folder.mkdir(parents=True, exist_ok=True)
    with suppress(BlockingIOError), locked(folder / "lock"):
        return _write_changed(folder, names)
    return None


def _write_changed(folder: Path, names: Iterable[str]) -> int | None:
    head = LogEntry.objects.using("public").newest().values_list("digest", flat=True).first()
    source, content = folder / "source", f"{__version__} {settings.SITE_URL} {head}"
    if source.exists() and source.read_text() == content:
        return None
    written = []
    for name, part in _parts(names):
        _write(folder / name, "sitemap.xml", urlset=part.get_urls())
        written.append(name)
    places = [{"location": f"{settings.SITE_URL}/sitemaps/{name}"} for name in written]
    _write(folder / INDEX, "sitemap_index.xml", sitemaps=places)
    for file in folder.glob("*.xml"):
        if file.name not in (*written, INDEX):
            file.unlink()
    source.write_text(content)
    return len(written)


def _parts(names: Iterable[str]) -> Iterator[tuple[str, _Part]]:
    """Yield the sitemaps with the names of their files."""
    yield (
        "pages.xml",
        Pages([(name, (), _LANGUAGES) for name in names] + [("guide", *guide) for guide in list_guides()]),
    )
    sections: dict[str, QuerySet[Any]] = {
        "reviews": PublishedReview.objects.using("public").live(),
        "claims": PublishedClaim.objects.using("public").live(),
        "demands": PublishedDemand.objects.using("public").all(),
    }
    for section, rows in sections.items():
        ordered = rows.order_by("published_at", "id").values_list("pk", "updated_at")
        yield from ((f"{section}-{number}.xml", Rows(part, section)) for number, part in _split(ordered))
    for kind in (PublishedReference.Kind.PUBLISHER, PublishedReference.Kind.TOPIC, PublishedReference.Kind.CLAIMANT):
        keys = queries.references(kind).order_by("key").values_list("key", flat=True)
        for number, part in _split(keys):
            yield f"{kind}s-{number}.xml", Pages([(str(kind), [key], _LANGUAGES) for key in part])


def _split(rows: QuerySet[Any]) -> Iterator[tuple[int, list[Any]]]:
    """Yield parts of the rows with their numbers."""
    found = rows.iterator(LIMIT)
    for number in count(1):
        if not (part := list(islice(found, LIMIT))):
            return
        yield number, part


def _write(file: Path, template: str, **context: object) -> None:
    with whole_file(file, 0o644) as out:  # the readers' processes can have another account
        out.write(render_to_string(template, context).encode())
