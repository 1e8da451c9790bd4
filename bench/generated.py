"""Reviews without end, made of the words, lengths and frequencies of the real files in ../shared/data.

    python bench/generated.py 1000 [seed] > reviews.jsonl      ClaimReview JSON-LD, one a line

Each review follows from the seed and its index alone, so that processes can share the work. Its texts are runs of
two to five words as they stand in a real text, so that words keep their frequencies and mostly their neighbours;
two in five are Vietnamese. Every tenth review is about the claim of the one before it. Fields are filled as
often as in imported ClaimReviews, except that all have a headline and a summary, which makes search harder.
"""

import json
import random
import re
import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared" / "data"
BEGINNING = datetime(2019, 1, 1, tzinfo=UTC)
INTERVAL = timedelta(minutes=4)  # a million reviews last seven and a half years
VIETNAMESE = 0.4
# Verdicts in words of the real files that the site's own scale has; the others stay words.
ON_THE_SCALE = {"false": 1, "mostly false": 2, "half true": 3, "mostly true": 4, "true": 5}


@dataclass(frozen=True, slots=True)
class Tongue:
    """Real texts of a language: their words in a row, and how many words a claim, headline or summary has."""

    language: str
    words: list[str]
    claims: list[int]
    headlines: list[int]
    summaries: list[int]

    def text(self, chance: random.Random, lengths: list[int]) -> str:
        wanted, found = chance.choice(lengths), list[str]()
        while len(found) < wanted:
            start = chance.randrange(len(self.words) - 5)
            found += self.words[start : start + chance.randrange(2, 6)]
        return " ".join(found[:wanted])


class Reviews:
    """`statement(index)` is what the record would hold of a review, `claim_review(index)` the same as JSON-LD."""

    def __init__(self, seed: int = 1) -> None:
        self.seed = seed
        self._real = [found for file in sorted(DATA.glob("claimreview/*.jsonl")) for found in _lines(file)]
        self._vietnamese = _lines(DATA / "vietnamese" / "vifactcheck_dev.jsonl")
        justified = _lines(DATA / "averitec" / "dev.jsonl")
        claims = [_words(found["claimReviewed"]) for found in self._real if isinstance(found.get("claimReviewed"), str)]
        headlines = [_words(found["name"]) for found in self._real if isinstance(found.get("name"), str)]
        reasons = [_words(found["justification"]) for found in justified]
        self._english_tongue = _tongue("en", claims, headlines, reasons)
        self._vietnamese_tongue = _tongue(
            "vi",
            [_words(found["Statement"]) for found in self._vietnamese],
            [],
            [_words(found["Evidence"]) for found in self._vietnamese],
        )

    def statement(self, index: int) -> dict[str, Any]:
        about = index - (index % 10 == 9)  # the review whose claim it is
        claim, topics = self._claim(about)
        chance = random.Random(f"{self.seed}/{index}")
        tongue = self._tongue_of(about)
        publisher = self._publisher(chance, tongue)
        label = chance.choice(self._labels)
        return {
            **self._blank,
            "id": str(self.review_id(index)),
            "original_url": f"https://{publisher['site']}/check/{self.seed}-{index}",
            "language": tongue.language,
            "headline": tongue.text(chance, tongue.headlines),
            "summary": tongue.text(chance, tongue.summaries),
            "claim": claim,
            "verdict": _verdict(label),
            "sources": [self._source(chance, tongue) for _ in range(chance.choice((0, 0, 1, 2, 4)))],
            "publisher": publisher,
            "topics": topics,
            "reviewed_on": (self.published_at(index) - timedelta(days=chance.randrange(400))).date().isoformat(),
        }

    def claim_review(self, index: int) -> dict[str, Any]:
        """As a publisher's page would have it; the importer makes a record like `statement(index)` of it."""
        found = self.statement(index)
        claim, verdict, publisher = found["claim"], found["verdict"], found["publisher"]
        item: dict[str, Any] = {"@type": "Claim"}
        if claim["claimant"]:
            item["author"] = {"@type": "Person", "name": claim["claimant"]["name"]}
        if claim["claimed_on"]:
            item["datePublished"] = claim["claimed_on"]
        if claim["appearances"]:
            item["appearance"] = [{"@type": "CreativeWork", "url": each["url"]} for each in claim["appearances"]]
        rating = {"@type": "Rating", "alternateName": verdict["original"]["label"]}
        return {
            "@context": "https://schema.org",
            "@type": "ClaimReview",
            "url": found["original_url"],
            "inLanguage": found["language"],
            "headline": found["headline"],
            "abstract": found["summary"],
            "claimReviewed": claim["text"],
            "author": {"@type": "Organization", "name": publisher["name"], "url": publisher["url"]},
            "reviewRating": rating,
            "itemReviewed": item,
            "citation": [
                {"@type": "CreativeWork", "name": each["title"], "url": each["url"]} for each in found["sources"]
            ],
            "datePublished": found["reviewed_on"],
        }

    def published_at(self, index: int) -> datetime:
        return BEGINNING + index * INTERVAL

    def review_id(self, index: int) -> UUID:
        return self._id(index, 1)

    def words(self, language: str) -> list[str]:
        """The words of the real texts in a row, for queries."""
        return (self._vietnamese_tongue if language == "vi" else self._english_tongue).words

    def claims(self, language: str) -> list[str]:
        """The real claims."""
        if language == "vi":
            found = [review["Statement"] for review in self._vietnamese]
        else:
            found = [review.get("claimReviewed") for review in self._real]
        return [" ".join(_words(text)) for text in found if isinstance(text, str)]

    def _claim(self, index: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """The claim that a review is the first about, and its topics."""
        chance = random.Random(f"{self.seed}/{index}/claim")
        tongue = self._tongue_of(index)
        on = self.published_at(index) - timedelta(days=chance.randrange(800)) if chance.random() < 0.5 else None
        appearances = [
            {
                "url": f"https://social.example/{chance.randrange(10**6)}/posts/{index}",
                "medium": None, "media_sha256": None, "archive_url": None, "first": False,
            }
            for _ in range(chance.random() < 0.3)
        ]  # fmt: skip
        claim = {
            **self._blank["claim"],
            "id": str(self._id(index, 2)),
            "text": tongue.text(chance, tongue.claims),
            "language": tongue.language,
            "claimed_on": on.date().isoformat() if on else None,
            "claimant": self._claimant(chance),
            "appearances": appearances,
        }
        topics = chance.sample(self._topics, chance.choice((0, 1, 1, 2)))
        return claim, sorted(topics, key=lambda topic: topic["slug"])  # as the desk orders them

    def _claimant(self, chance: random.Random) -> dict[str, Any] | None:
        if chance.random() < 0.1:
            return None
        name = chance.choice(self._claimants)
        if chance.random() < 0.2:  # with the reviews grow those who are named once
            name = f"{name} {chance.randrange(10**6)}"
        number = random.Random(name).getrandbits(128)
        return {
            "id": str(UUID(int=number, version=4)), "type": "person", "name": name, "description": None,
            "job_title": None, "same_as": [], "confirmed": False,
        }  # fmt: skip

    def _publisher(self, chance: random.Random, tongue: Tongue) -> dict[str, Any]:
        name, site = chance.choice(self._sites[tongue.language])
        return {**self._blank["publisher"], "name": name, "site": site, "url": f"https://{site}/"}

    def _source(self, chance: random.Random, tongue: Tongue) -> dict[str, Any]:
        return {
            "title": tongue.text(chance, tongue.headlines),
            "url": f"https://{chance.choice(self._sites[tongue.language])[1]}/{chance.getrandbits(40):x}",
            "publisher": None, "stance": None, "quote": None, "archive_url": None, "accessed_on": None,
        }  # fmt: skip

    def _tongue_of(self, index: int) -> Tongue:
        if random.Random(f"{self.seed}/{index}/language").random() < VIETNAMESE:
            return self._vietnamese_tongue
        return self._english_tongue

    def _id(self, index: int, sort: int) -> UUID:
        """Ordered by time as the ids of the desk are (UUIDv7)."""
        moment = int(self.published_at(index).timestamp() * 1000)
        return UUID(int=moment << 80 | 7 << 76 | 2 << 62 | self.seed << 48 | sort << 44 | index)

    @cached_property
    def _blank(self) -> dict[str, Any]:
        """A statement of the importer's with nothing in it, so that generated ones have the same keys."""
        from factcheck.imports.readers import claimreview
        from factcheck.imports.readers.jsonld import Notes

        made = claimreview.statement_of(
            {
                "url": "https://example.org/", "claimReviewed": "x", "reviewRating": {"alternateName": "x"},
                "author": {"@type": "Organization", "name": "x"},
            },
            Notes(),
        )  # fmt: skip
        assert made is not None
        return {**made, "license": "https://creativecommons.org/licenses/by/4.0/"}

    @cached_property
    def _labels(self) -> list[str]:
        ratings = [found.get("reviewRating") for found in self._real]
        labels = [found.get("alternateName") for found in ratings if isinstance(found, dict)]
        return [" ".join(_words(label))[:200] for label in labels if isinstance(label, str) and label.strip()]

    @cached_property
    def _claimants(self) -> list[str]:
        items = [found.get("itemReviewed") for found in self._real]
        authors = [found.get("author") for found in items if isinstance(found, dict)]
        names = [found.get("name") for found in authors if isinstance(found, dict)]
        return [" ".join(_words(name))[:200] for name in names if isinstance(name, str) and name.strip()]

    @cached_property
    def _sites(self) -> dict[str, list[tuple[str, str]]]:
        """Name and host of publishers, as often as they have reviews."""
        english = [((found.get("author") or {}).get("name"), found["url"]) for found in self._real]
        vietnamese = [(found["Author"], found["Url"]) for found in self._vietnamese]
        return {"en": [*_hosts(english)], "vi": [*_hosts(vietnamese)]}

    @cached_property
    def _topics(self) -> list[dict[str, Any]]:
        names = {_slug(found["Topic"]): " ".join(_words(found["Topic"])) for found in self._vietnamese}
        return [{"slug": slug, "labels": {"vi": name}} for slug, name in sorted(names.items())]


def _tongue(language: str, claims: list[list[str]], headlines: list[list[str]], summaries: list[list[str]]) -> Tongue:
    return Tongue(
        language,
        [word for text in (*claims, *headlines, *summaries) for word in text],
        _lengths(claims),
        _lengths(headlines or claims),
        _lengths(summaries),
    )


def _lengths(texts: list[list[str]]) -> list[int]:
    return [min(len(text), 120) for text in texts if text]


def _verdict(label: str) -> dict[str, Any]:
    original = {
        "label": label, "value": None, "best": None, "worst": None, "explanation": None, "image_url": None,
    }  # fmt: skip
    value = ON_THE_SCALE.get(label.lower())
    if value is None:
        nothing = dict.fromkeys(("scale", "slug", "value", "best", "worst", "explanation"))
        return {**nothing, "label": label, "labels": {}, "original": original}
    return {
        "scale": "truth", "slug": _slug(label), "value": value, "best": 5, "worst": 1, "explanation": None,
        "label": label.capitalize(), "labels": {"en": label.capitalize()}, "original": original,
    }  # fmt: skip


def _hosts(parties: list[tuple[Any, str]]) -> Iterator[tuple[str, str]]:
    for name, address in parties:
        host = (urlsplit(address).hostname or "").removeprefix("www.")
        if host:
            yield (" ".join(_words(name)) if isinstance(name, str) else "") or host, host


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return re.sub(r"[^a-z]+", "-", "".join(sign for sign in plain if not unicodedata.combining(sign))).strip("-")


def _words(text: str) -> list[str]:
    from factcheck.record.formats.text import find_forbidden

    return [word for word in unicodedata.normalize("NFC", text).split() if not find_forbidden(word)]


def _lines(file: Path) -> list[dict[str, Any]]:
    if not file.exists():
        sys.exit(f"{file} is missing: the measurements take their words from it.")
    with open(file, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def main() -> None:
    sys.path.insert(0, str(ROOT))
    made = Reviews(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    for index in range(int(sys.argv[1])):
        print(json.dumps(made.claim_review(index), ensure_ascii=False))


if __name__ == "__main__":
    main()
