"""The text of the search box: words, a URL, or a whole post, which can contain URLs."""

import re
from dataclasses import dataclass
from urllib.parse import quote, urlencode, urlsplit
from uuid import UUID

from django.conf import settings

from factcheck.record.formats.text import replace_forbidden
from factcheck.record.formats.urls import site_of
from factcheck.record.search.query import MAX_QUERY, read_query
from factcheck.record.search.questions import MAX_QUESTION, MAX_RAW
from factcheck.record.search.words import split_words
from factcheck.record.statements.faults import InvalidValue
from factcheck.record.statements.values import read_url

MAX_URLS = 5
MIN_STATEMENT = 3  # words. A text of fewer words doesn't state anything.
_URL = re.compile(r"https?://[^\s<>\"“”]+", re.IGNORECASE)
# A URL that was copied without its scheme: a host with a dot, and a path.
_WITHOUT_SCHEME = re.compile(r"(?!.*@)(?:[^\W_][\w-]*\.)+[^\W\d_]{2,}(?::\d+)?/\S*")
_AFTER_URL = ".,;:!?'’”»…)]}"
_UUID = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_ID = re.compile(_UUID)
_OWN_PATH = re.compile(rf"/(?:reviews|claims|demands)/({_UUID})(?![\w-])")
_OWN_CAPTURE = re.compile(r"/captures/([0-9a-f]{64})(?!\w)")


@dataclass(frozen=True, slots=True)
class SearchText:
    """The content of the search box.

    `text` is everything that was typed, and `words` are the search words without `urls`.

    `ids` and `captures` come from URLs of this site. They are the ids of reviews, claims and demands, and the SHA-256
    digests of captures.
    """

    text: str
    words: str = ""
    urls: tuple[str, ...] = ()
    ids: tuple[UUID, ...] = ()
    captures: tuple[str, ...] = ()

    @classmethod
    def read(cls, value: str) -> "SearchText":
        """Parse the text. Any text is accepted. Characters that the record doesn't allow are replaced by spaces."""
        text = " ".join(replace_forbidden(value[:MAX_RAW])[:MAX_QUESTION].split())
        if _ID.fullmatch(text):
            return cls(text, ids=(UUID(text),))
        written = f"https://{text}" if _WITHOUT_SCHEME.fullmatch(text) else text
        urls = [url for url in map(_read_url, _URL.findall(written)[:MAX_URLS]) if url]
        own = [urlsplit(url).path for url in urls if site_of(url) == site_of(settings.SITE_URL)]
        ids = [UUID(found) for path in own for found in _OWN_PATH.findall(path)]
        captures = [found for path in own for found in _OWN_CAPTURE.findall(path)]
        rest = _URL.sub(" ", written) if urls else written
        return cls(text, _first_words(rest), tuple(dict.fromkeys(urls)), tuple(ids), tuple(captures))

    def __bool__(self) -> bool:
        return bool(self.text)

    @property
    def has_url(self) -> bool:
        return bool(self.urls or self.ids)

    @property
    def tip_query(self) -> str:
        """Return the query string that fills in the form for tips, with the text or with the URL alone."""
        given = {"text": self.text if self.words or not self.urls else "", "url": next(iter(self.urls), "")}
        return f"?{urlencode({name: value for name, value in given.items() if value}, quote_via=quote)}" if self else ""

    @property
    def is_statement(self) -> bool:
        """Return whether the text can state a claim: several words, and no operators such as a minus."""
        return self.has_several_words and bool(read_query(self.words).question)

    @property
    def has_several_words(self) -> bool:
        """Return whether the text has enough words to state something.

        Operators don't matter here, because a pasted post can contain "or" and quotation marks.
        """
        return len(split_words(self.words)) >= MIN_STATEMENT

    @property
    def is_one_word(self) -> bool:
        return len(split_words(self.words)) == 1

    @property
    def is_long(self) -> bool:
        """Return whether the text is too long for a URL that every browser, server and messenger keeps."""
        return len(self.text) > MAX_QUERY


def _read_url(found: str) -> str | None:
    """Return the URL without the punctuation after it, or None if the record wouldn't accept the URL."""
    url = found.rstrip(_AFTER_URL)
    if "(" in url:  # as in Wikipedia's URLs
        url = found[: len(url) + found[len(url) :].startswith(")")]
    try:
        return read_url(url[:6].lower() + url[6:])
    except InvalidValue:
        return None


def _first_words(text: str) -> str:
    """Return the beginning of the text that search reads. The cut is between two words."""
    text = " ".join(text.split())
    if len(text) <= MAX_QUERY:
        return text
    cut = text.rfind(" ", 1, MAX_QUERY)
    return text[: cut if cut > 0 else MAX_QUERY]
