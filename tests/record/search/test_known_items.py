"""Known items: each of 723 real Vietnamese claims is found among 100,000 others made of the same words.

Asked for without diacritics, by its first eight syllables, and with one syllable mistyped. The others are runs of two
to five syllables as in the real texts, so that they share many of them.
"""

import json
import random
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import orjson
import pytest
from django.db import connections

from factcheck.record.models import LogEntry, PublishedReview, Word
from factcheck.record.readmodel.review_rows import body_of, review_row
from factcheck.record.search.query import read_query
from factcheck.record.search.ranking import Search
from factcheck.record.search.words import count, title_words
from tests.record.conftest import disarm, make_statement

OTHERS = 100_000
AT = "2026-11-05T08:30:00.000000Z"

pytestmark = pytest.mark.prove


@pytest.fixture(scope="module")
def statements(real_data: Path) -> list[str]:
    with (real_data / "vietnamese" / "vifactcheck_dev.jsonl").open(encoding="utf-8") as lines:
        return [" ".join(unicodedata.normalize("NFC", json.loads(line)["Statement"]).split()) for line in lines]


@pytest.fixture(scope="module", autouse=True)
def rows(module_database: str, statements: list[str]) -> None:
    """The claims spread evenly among the others, in the order of the log."""
    disarm()
    chance = random.Random(1)
    texts = list(others(chance, statements, OTHERS))
    for number, statement in enumerate(statements):
        texts.insert(number * (OTHERS // len(statements)), statement)
    names = [f.column for f in PublishedReview._meta.concrete_fields if not f.generated]
    made = [row(sequence, text) for sequence, text in enumerate(texts)]
    with connections["owner"].cursor() as cursor:
        with cursor.copy(f"COPY record_publishedreview ({', '.join(names)}) FROM STDIN") as copy:
            for each in made:
                copy.write_row(
                    [getattr(each, f.attname) for f in PublishedReview._meta.concrete_fields if not f.generated]
                )
        cursor.execute("ALTER TABLE record_logentry DISABLE TRIGGER USER")
        LogEntry.objects.using("owner").create(
            sequence=len(texts) - 1,
            at=datetime.now(UTC),
            kind="review.original",
            subject=UUID(int=1),
            number=1,
            digest="0" * 64,
        )
        cursor.execute("ANALYZE record_publishedreview")
    for start in range(0, len(made), 5000):
        count(Counter(word for each in made[start : start + 5000] for word in title_words(each.live_body)))
    assert Word.objects.exists()


def row(sequence: int, text: str) -> PublishedReview:
    statement = {**make_statement(UUID(int=sequence + 1), text), "headline": None, "summary": None}
    document = {
        **statement, "published_at": AT, "updated_at": AT, "corrections": [],
        "revision": {"number": 1, "kind": "original", "class": None, "note": None},
    }  # fmt: skip
    entry = LogEntry(
        sequence=sequence, kind="review.original", subject=UUID(int=sequence + 1), number=1, digest="0" * 64
    )
    return review_row(entry, body_of(entry, orjson.dumps(document)))


def others(chance: random.Random, statements: list[str], count: int) -> Iterator[str]:
    words = [word for statement in statements for word in statement.split()]
    lengths = [len(statement.split()) for statement in statements]
    for _ in range(count):
        text = list[str]()
        while len(text) < (wanted := chance.choice(lengths)):
            start = chance.randrange(len(words) - 5)
            text += words[start : start + chance.randrange(2, 6)]
        yield " ".join(text[:wanted])


def bare(text: str) -> str:
    apart = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


def first_eight(text: str) -> str:
    return " ".join(bare(text).split()[:8])


def mistyped(text: str) -> str:
    """One syllable of letters with a letter dropped, doubled, replaced, or two that change places."""
    chance = random.Random(text)
    words = bare(text).split()
    place = chance.choice([number for number, word in enumerate(words) if word.isalpha() and len(word) > 1])
    word, at = words[place], chance.randrange(len(words[place]) - 1)
    words[place] = chance.choice(
        [
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
            word[:at] + chance.choice("abcdeghiklmnopqrstuvxy") + word[at + 1 :],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        ]
    )
    return " ".join(words)


@pytest.mark.parametrize(("asked", "least"), [(bare, 0.99), (first_eight, 0.95), (mistyped, 0.90)])
def test_known_items_come_first(statements: list[str], asked: Callable[[str], str], least: float) -> None:
    missed = []
    for statement in statements:
        hits = Search(PublishedReview, read_query(asked(statement)[:400])).page(1).hits
        if not hits or json.loads(hits[0].body)["claim"]["text"] != statement:
            missed.append(asked(statement))
    share = 1 - len(missed) / len(statements)
    print(f"\n{asked.__name__}: {share:.4f} of {len(statements)} first; missed: {missed[:5]}")
    assert share >= least
