"""The query of the desk's search, and its comparison with decrypted texts.

An encrypted text is compared in memory. Nothing of it or of the query is stored or logged.
"""

import re
from dataclasses import replace
from urllib.parse import unquote

from factcheck.record.formats.text import replace_forbidden
from factcheck.record.formats.urls import plain_url
from factcheck.record.search.query import MAX_QUERY, Alternative, Query, Term, read_query
from factcheck.record.search.questions import read_beginning
from factcheck.record.search.words import split_words, without_diacritics

# A URL, also without its scheme: a host with a dot, and a path.
_URL = re.compile(r"(?:https?://|(?!.*@)(?=(?:[^\W_][\w-]*\.)+[^\W\d_]{2,}(?::\d+)?/))\S+", re.IGNORECASE)
_BEFORE_HOST = re.compile(r"https?://(?:www\.)?|www\.", re.IGNORECASE)
_PARTS = re.compile("[/?&=#]")
MIN_NAME = 8  # characters of a part with a digit that alone names a post or video


def read_typed(text: str) -> Query:
    """Parse a search as readers' searches are parsed. A URL is a phrase, in each spelling that its page has."""
    text = " ".join(replace_forbidden(read_beginning(text)).split())
    if len(text) > MAX_QUERY:
        text = text[: text.rfind(" ", 1, MAX_QUERY) if " " in text[1:MAX_QUERY] else MAX_QUERY]
    pieces = text.split()
    urls = [piece for piece in pieces if _URL.fullmatch(piece)]
    query = read_query(" ".join(piece for piece in pieces if piece not in urls))
    terms = tuple(filter(None, map(_spellings, urls)))
    alternatives = query.alternatives or ((Alternative(()),) if terms else ())
    return replace(query, alternatives=tuple(replace(each, required=each.required + terms) for each in alternatives))


def _spellings(url: str) -> Term:
    """Return the words of a URL as typed and as its page's other URLs have them.

    Other URLs of a post or a video can have another host and path, but they share its number.
    """
    typed = _BEFORE_HOST.sub("", url, count=1)
    try:
        plain = plain_url(f"https://{typed}")
    except ValueError:  # an invalid port or IPv6 address
        plain = typed
    names = [part for part in _PARTS.split(plain)[1:] if len(part) >= MIN_NAME and any(map(str.isdigit, part))]
    spellings = (tuple(split_words(each)) for each in (typed, plain, unquote(plain), *names[-1:]))
    return tuple(filter(None, dict.fromkeys(spellings)))


def contains(text: str, query: Query) -> bool:
    """Return whether the text contains the words of the query, in any case and with or without diacritics.

    A word of the query can be the beginning of a word of the text.
    """
    words = f" {plain_words(text)}"

    def has(term: Term) -> bool:
        return any(f" {plain_words(' '.join(spelling))}" in words for spelling in term)

    return any(all(map(has, each.required)) and not any(map(has, each.excluded)) for each in query.alternatives)


def plain_words(text: str) -> str:
    """Return the words of the text in lower case and without diacritics, with spaces between them."""
    return " ".join(map(without_diacritics, split_words(text)))
