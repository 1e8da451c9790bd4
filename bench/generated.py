"""Generated reviews, as many as needed, with the words, lengths and frequencies of the real files in ../shared/data.

Each review depends only on its index. Its texts are runs of two to five words of real texts, so that words keep their
frequencies and mostly their neighbours. Two in five reviews are Vietnamese. Every tenth review is about the claim of
the previous review. Fields are filled as often as in imported ClaimReviews, except that all reviews have a headline and
a summary, which makes search harder.
"""

import json
import random
import re
import sys
import unicodedata
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from database import HERE

DATA = HERE.parents[1] / "shared" / "data"
DAYS = 3000  # the number of days over which the dates of reviews are spread
# Verdicts of the real files that the site's own scale contains. Other verdicts stay words.
ON_THE_SCALE = {"false": 1, "mostly false": 2, "half true": 3, "mostly true": 4, "true": 5}
NO_APPEARANCE = {"medium": None, "media_sha256": None, "archive_url": None, "first": False}
NO_SOURCE = dict.fromkeys(("publisher", "stance", "quote", "archive_url", "accessed_on"))


class Reviews:
    """A source of reviews. `statement(index)` returns the statement of a review as the record stores it."""

    def __init__(self) -> None:
        self.real = [each for file in sorted(DATA.glob("claimreview/*.jsonl")) for each in lines(file)]
        self.vietnamese = lines(DATA / "vietnamese" / "vifactcheck_dev.jsonl")
        self.claims = {"en": _texts(self.real, "claimReviewed"), "vi": _texts(self.vietnamese, "Statement")}
        headlines = {"en": _texts(self.real, "name"), "vi": self.claims["vi"]}
        summaries = {
            "en": _texts(lines(DATA / "averitec" / "dev.jsonl"), "justification"),
            "vi": _texts(self.vietnamese, "Evidence"),
        }
        self.words = {
            language: " ".join((*self.claims[language], *summaries[language])).split() for language in ("en", "vi")
        }
        kinds = {"claim": self.claims, "headline": headlines, "summary": summaries}
        self._lengths = {
            (kind, language): [min(len(text.split()), 120) for text in texts]
            for kind, by_language in kinds.items()
            for language, texts in by_language.items()
        }
        self._labels = _texts(
            [found["reviewRating"] for found in self.real if found.get("reviewRating")], "alternateName"
        )
        items = [found["itemReviewed"] for found in self.real if isinstance(found.get("itemReviewed"), dict)]
        self._claimants = _texts([item["author"] for item in items if isinstance(item.get("author"), dict)], "name")
        self._sites = {
            "en": [*_hosts(found["url"] for found in self.real)],
            "vi": [*_hosts(found["Url"] for found in self.vietnamese)],
        }
        self._topics = sorted(set(_texts(self.vietnamese, "Topic")))
        self.blank = {**_blank(), "verdict": _verdict("Not on a scale")}

    def statement(self, index: int) -> dict[str, Any]:
        about = index - (index % 10 == 9)  # the review that the claim belongs to
        chance, language = random.Random(index), self._language(about)
        site = chance.choice(self._sites[language])
        return {
            **self.blank,
            "id": str(_id(index, 1)),
            "original_url": f"https://{site}/check/{index}",
            "language": language,
            "headline": self._text(chance, "headline", language),
            "summary": self._text(chance, "summary", language),
            "claim": self._claim(about),
            "verdict": _verdict(chance.choice(self._labels)[:200]),
            "sources": [self._source(chance, language) for _ in range(chance.choice((0, 0, 1, 2, 4)))],
            "publisher": {**self.blank["publisher"], "name": site, "site": site, "url": f"https://{site}/"},
            "topics": [
                {"slug": _slug(name), "labels": {"vi": name}}
                for name in sorted(random.Random(about).sample(self._topics, about % 3), key=_slug)
            ],
            "reviewed_on": _day(index, chance.randrange(400)),
        }

    def _claim(self, index: int) -> dict[str, Any]:
        chance, language = random.Random(f"{index} claim"), self._language(index)
        seen = f"https://social.example/{chance.randrange(10**6)}/posts/{index}"
        return {
            **self.blank["claim"],
            "id": str(_id(index, 2)),
            "text": self._text(chance, "claim", language),
            "language": language,
            "claimed_on": _day(index, chance.randrange(800)) if chance.random() < 0.5 else None,
            "claimant": self._claimant(chance) if chance.random() < 0.9 else None,
            "appearances": [{"url": seen, **NO_APPEARANCE}] if chance.random() < 0.3 else [],
        }

    def _claimant(self, chance: random.Random) -> dict[str, Any]:
        name = chance.choice(self._claimants)[:200]
        if chance.random() < 0.2:  # more reviews have more claimants that occur only once
            name = f"{name} {chance.randrange(10**6)}"
        number = random.Random(name).getrandbits(128)
        return {
            "id": str(UUID(int=number, version=4)), "type": "person", "name": name, "description": None,
            "job_title": None, "same_as": [], "confirmed": False,
        }  # fmt: skip

    def _source(self, chance: random.Random, language: str) -> dict[str, Any]:
        url = f"https://{chance.choice(self._sites[language])}/{chance.getrandbits(40):x}"
        return {"title": self._text(chance, "headline", language), "url": url, **NO_SOURCE}

    def _text(self, chance: random.Random, kind: str, language: str) -> str:
        wanted, words, found = chance.choice(self._lengths[kind, language]), self.words[language], list[str]()
        while len(found) < wanted:
            start = chance.randrange(len(words) - 5)
            found += words[start : start + chance.randrange(2, 6)]
        return " ".join(found[:wanted])

    def _language(self, index: int) -> str:
        return "vi" if random.Random(f"{index} language").random() < 0.4 else "en"


def claim_review(statement: dict[str, Any]) -> dict[str, Any]:
    """Return the statement as it is on a publisher's page, so that the importer can read it."""
    from factcheck.record.readmodel.bodies import Review
    from factcheck.record.readmodel.claimreview import claim_review as exported
    from factcheck.record.statements.output import construct

    day = f"{statement['reviewed_on']}T00:00:00Z"
    found = exported(
        construct(Review, {**statement, "url": statement["original_url"], "updated_at": day, "corrections": []})
    )
    return {"@context": "https://schema.org", **{key: value for key, value in found.items() if key != "@id"}}


def lines(file: Path) -> list[dict[str, Any]]:
    if not file.exists():
        sys.exit(f"{file} is missing. The measurements take their texts from it.")
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def without_diacritics(text: str) -> str:
    apart = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


def _texts(found: list[dict[str, Any]], key: str) -> list[str]:
    """Return the texts under the key, on one line and without characters that the site refuses."""
    from factcheck.record.formats.text import find_forbidden

    texts = [unicodedata.normalize("NFC", each[key]) for each in found if isinstance(each.get(key), str)]
    lined = [" ".join(word for word in text.split() if not find_forbidden(word)) for text in texts]
    return [text for text in lined if text]


def _blank() -> dict[str, Any]:
    """Return an empty statement of the importer, so that generated statements have the same keys."""
    from factcheck.imports.readers import claimreview
    from factcheck.imports.readers.jsonld import Notes

    given = {
        "claimReviewed": "x",
        "reviewRating": {"alternateName": "x"},
        "author": {"@type": "Organization", "name": "x"},
    }
    made = claimreview.statement_of({"url": "https://example.org/", **given}, Notes())
    assert made is not None
    return {**made, "license": "https://creativecommons.org/licenses/by/4.0/"}


def _verdict(label: str) -> dict[str, Any]:
    nothing = dict.fromkeys(("scale", "slug", "value", "best", "worst", "explanation"))
    original = {"label": label, **dict.fromkeys(("value", "best", "worst", "explanation", "image_url"))}
    if (value := ON_THE_SCALE.get(label.lower())) is None:
        return {**nothing, "label": label, "labels": {}, "original": original}
    known = {"scale": "truth", "slug": _slug(label), "value": value, "best": 5, "worst": 1}
    return {**nothing, **known, "label": label.title(), "labels": {"en": label.title()}, "original": original}


def _hosts(urls: Iterator[str]) -> Iterator[str]:
    """Yield the host of each URL, so that publishers are as frequent as their reviews."""
    yield from filter(None, ((urlsplit(url).hostname or "").removeprefix("www.") for url in urls))


def _slug(text: str) -> str:
    return re.sub(r"[^a-z]+", "-", without_diacritics(text.lower())).strip("-")


def _day(index: int, earlier: int) -> str:
    return (date(2026, 1, 1) - timedelta(days=index % DAYS + earlier)).isoformat()


def _id(index: int, sort: int) -> UUID:
    """Return an id whose order follows the index, as with the desk's ids (UUIDv7)."""
    return UUID(int=(1546300800000 + index) << 80 | 7 << 76 | 2 << 62 | sort << 44 | index)
