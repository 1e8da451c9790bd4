"""Search in twelve languages and scripts, with words in a different form from the text. Vietnamese as people type it.

    python bench/scripts.py [--tuning]

`scripts.json` has 30 short claims for each language, written by hand. Each claim has a query: a word inside running
text in scripts without spaces, and an inflected word elsewhere. Vietnamese and English are controls. The claims are
published among 8,459 real reviews. A query succeeds if its claim is among the first ten results. The claims were
written before the search was tuned. One half was used for tuning, and the other half is measured.

The Vietnamese queries are three or four consecutive syllables from real statements, made by a program: typed in Telex
without being composed, and without diacritics with one mistyped syllable.
"""

import argparse
import json
import random
import sys
from collections.abc import Callable, Iterator
from typing import Any

from generated import Reviews
from languages import lines, statements, subject_of
from loading import HERE, own_server
from matching import clean, publish
from searching import without_diacritics
from table import report

LIMIT = 10
QUERIES = 200
NAMES = {
    "th": "Thai", "lo": "Lao", "my": "Burmese", "zh": "Chinese", "ja": "Japanese", "ru": "Russian", "pl": "Polish",
    "ta": "Tamil", "ar": "Arabic", "hi": "Hindi", "id": "Indonesian", "de": "German", "vi": "Vietnamese",
    "en": "English",
}  # fmt: skip
# The keys for the marks of a letter in NFD, and for the tones.
LETTERS = {"ă": "aw", "â": "aa", "đ": "dd", "ê": "ee", "ô": "oo", "ơ": "ow", "ư": "uw"}
TONES = {"\u0300": "f", "\u0301": "s", "\u0303": "x", "\u0309": "r", "\u0323": "j"}


def claims() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """For each claim by hand: the half, the query and the statement."""
    blank = Reviews(1).statement(0)
    nothing = dict.fromkeys(("original_url", "headline", "summary", "reviewed_on"))
    for language, halves in json.loads((HERE / "scripts.json").read_bytes()).items():
        for half, pairs in halves.items():
            for text, query in pairs.items():
                subject = str(subject_of(f"{language}: {text}"))
                claim = {**blank["claim"], "id": subject, "text": text, "language": language, "claimant": None}
                made = {"id": subject, "language": language, "claim": claim, "sources": [], "topics": []}
                yield half, query, {**blank, **nothing, **made}


def typed_queries(half: str, change: Callable[[random.Random, list[str]], str]) -> Iterator[tuple[str, str]]:
    """The query and the id of the statement from which it was made, from one half of the statements."""
    chance = random.Random(f"{half} {change.__name__}")
    known = [*lines("vietnamese/vifactcheck_dev.jsonl")][half == "held_back" :: 2]
    for found in chance.sample(known, QUERIES):
        words = [word.strip(".,:;()\"'“”") for word in clean(found["Statement"]).lower().split()]
        length = chance.choice((3, 4))
        runs = [words[start : start + length] for start in range(len(words) - length + 1)]
        runs = [run for run in runs if all(word.isalpha() for word in run) and max(map(len, run)) > 2]
        if runs:
            yield change(chance, chance.choice(runs)), str(subject_of(found["index"]))


def telex(chance: random.Random, words: list[str]) -> str:
    """As typed with a keyboard that doesn't compose letters. Each tone is typed at the end of its syllable."""
    import unicodedata

    typed = []
    for word in words:
        tone = next((TONES[mark] for mark in unicodedata.normalize("NFD", word) if mark in TONES), "")
        toneless = unicodedata.normalize(
            "NFC", "".join(mark for mark in unicodedata.normalize("NFD", word) if mark not in TONES)
        )
        typed.append("".join(LETTERS.get(letter, letter) for letter in toneless) + tone)
    return " ".join(typed)


def mistyped(chance: random.Random, words: list[str]) -> str:
    """Without diacritics. In one syllable, a letter is missing or two letters are swapped."""
    bare = [without_diacritics(word) for word in words]
    place = chance.choice([number for number, word in enumerate(bare) if len(word) > 2])
    word = bare[place]
    at = chance.randrange(len(word) - 1)
    swapped = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    bare[place] = chance.choice([word[:at] + word[at + 1 :], swapped])
    return " ".join(bare)


def measure(half: str) -> Iterator[tuple[str, int, float]]:
    """The queries' kind, their number, and the share whose claim is among the first LIMIT results."""
    from factcheck.record.models import PublishedReview
    from factcheck.record.search.query import read_query
    from factcheck.record.search.ranking import Search

    kinds: dict[str, list[tuple[str, str]]] = {}
    for found_half, query, statement in claims():
        if found_half == half:
            kinds.setdefault(NAMES[statement["language"]], []).append((query, statement["id"]))
    kinds["Vietnamese in Telex"] = [*typed_queries(half, telex)]
    kinds["Vietnamese, mistyped, no diacritics"] = [*typed_queries(half, mistyped)]
    for kind, queries in kinds.items():
        missed = []
        for query, wanted in queries:
            results = Search(PublishedReview, read_query(query)).page(LIMIT)
            if wanted not in [str(hit.id) for hit in results.hits]:
                missed.append(query)
        sys.stderr.write(f"{kind}, missed: {', '.join(missed)}\n")
        yield kind, len(queries), 1 - len(missed) / len(queries)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--tuning", action="store_true", help="measure the half that is used for tuning")
    parser.add_argument("--reviews", type=int, help="only so many of the reviews")
    options = parser.parse_args()
    with own_server():
        made = [*(statement for *_, statement in claims()), *statements()]
        publish([*{each["id"]: each for each in made[: options.reviews]}.values()])
        report(
            f"| search: {number} queries, {kind} | – | – | ≥ 0.9 | {share:.2f} |"
            for kind, number, share in measure("tuning" if options.tuning else "held_back")
        )


if __name__ == "__main__":
    main()
