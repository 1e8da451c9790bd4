"""The reviews that search and matching find among real reviews, in about twenty languages.

    python bench/finding.py [--reviews 8459] [--tuning 1]

The database contains the reviews of the real files (7,736 ClaimReviews, nearly all in English, and 723 Vietnamese
statements). It also contains claims that people wrote or translated:

- languages.json contains posts that people wrote, each about one claim, mostly in another language. `review` is the URL
  of a real review, `statement` the index of a Vietnamese statement, and `claim` the text of a translated claim.
  Vietnamese posts are also tried without diacritics ("vi-"). Another review with the same content doesn't count as
  found.
- search_queries.json contains 137 queries as people type them. `reviews` and `statements` answer a query.
- scripts.json contains 30 to 45 short claims for each language, each with a query. In scripts without spaces, the query
  is a word inside running text. In other scripts, it is an inflected word.
- everyday.json contains sentences that no claim answers. Each half has 15 or more in each of 12 languages.
- A program makes queries in Vietnamese from three or four consecutive syllables of real statements. They are typed in
  Telex without being composed, or without diacritics and with one mistyped syllable.

People judged all of them before anything was tuned. One half was used for tuning (`--tuning 1`), and the other half is
measured. languages_tuning.json contains posts about other claims.
"""

import json
import random
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from database import HERE, own_server, publish
from generated import DATA, Reviews, lines, without_diacritics
from matching import FUSED, NAMESPACE, Kept, answers, claim_only, clean, rankings
from table import options_of, report

FEW = 20  # pairs of languages with fewer posts share a row
EVERYDAY = 0.5  # the score from which a claim for an everyday sentence is a mistake
TYPED = 200  # queries of each kind that a program makes
NAMES = {
    "th": "Thai", "lo": "Lao", "my": "Burmese", "zh": "Chinese", "ja": "Japanese", "ru": "Russian", "pl": "Polish",
    "ta": "Tamil", "ar": "Arabic", "hi": "Hindi", "id": "Indonesian", "de": "German", "vi": "Vietnamese",
    "en": "English",
}  # fmt: skip
# The Telex keys for letters with marks, and for the tones.
LETTERS = {"ă": "aw", "â": "aa", "đ": "dd", "ê": "ee", "ô": "oo", "ơ": "ow", "ư": "uw"}
TONES = {"\u0300": "f", "\u0301": "s", "\u0303": "x", "\u0309": "r", "\u0323": "j"}


@dataclass(frozen=True, slots=True)
class Query:
    """A text, the claims that it should find, and the row of the table in which it counts."""

    text: str
    wanted: frozenset[UUID]
    row: str


def subject(name: str | int) -> UUID:
    return uuid5(NAMESPACE, str(name))


def real_reviews(blank: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the statements as the importer makes them. In Vietnamese statements, the newspaper's text is the body."""
    from factcheck.imports.readers import claimreview
    from factcheck.imports.readers.jsonld import Notes
    from factcheck.record.statements.checks import with_defaults
    from factcheck.record.statements.review import Review

    for file in sorted(DATA.glob("claimreview/*.jsonl")):
        for members in lines(file):
            if made := claimreview.statement_of(members, Notes()):
                pk = str(subject(members["url"]))
                claim = {**made["claim"], "id": pk, "claimant": None}
                publisher = {**made["publisher"], "name": made["publisher"]["name"] or made["publisher"]["site"]}
                changed = {"id": pk, "claim": claim, "publisher": publisher, "license": blank["license"]}
                yield with_defaults({**made, **changed}, Review)
    for found in vietnamese():
        made = claim_only(found["index"], clean(found["Statement"]), "vi", blank)
        yield {**made, "body": clean(found["Context"])}


def vietnamese() -> list[dict[str, Any]]:
    return lines(DATA / "vietnamese" / "vifactcheck_dev.jsonl")


def read(name: str) -> Any:
    return json.loads((HERE / name).read_bytes())


def posts(file: str) -> Iterator[Query]:
    for each in read(file):
        wanted = frozenset([subject(each.get("review") or each.get("statement") or each["claim"])])
        for language, text in each["posts"].items():
            yield Query(text, wanted, f"{language} → {each['language']}")
            if language == "vi" and (plain := without_diacritics(text)) != text:
                yield Query(plain, wanted, f"vi- → {each['language']}")


def typed_by_people(tuning: bool) -> Iterator[Query]:
    for each in read("search_queries.json"):
        names = (*each.get("reviews", ()), *each.get("statements", ()))
        if each["kept"] != tuning and names:
            yield Query(each["query"], frozenset(map(subject, names)), "as people type them")


def in_languages(half: str) -> Iterator[Query]:
    for language, halves in read("scripts.json").items():
        for text, query in halves[half].items():
            yield Query(query, frozenset([subject(f"{language}: {text}")]), NAMES[language])
    for row, change in (("Vietnamese in Telex", telex), ("Vietnamese, mistyped, no diacritics", mistyped)):
        chance = random.Random(f"{half} {change.__name__}")
        for found in chance.sample(vietnamese()[half == "held_back" :: 2], TYPED):
            words = [word.strip(".,:;()\"'“”") for word in clean(found["Statement"]).lower().split()]
            length = chance.choice((3, 4))
            runs = [words[start : start + length] for start in range(len(words) - length + 1)]
            runs = [run for run in runs if all(word.isalpha() for word in run) and max(map(len, run)) > 2]
            if runs:
                yield Query(change(chance, chance.choice(runs)), frozenset([subject(found["index"])]), row)


def telex(chance: random.Random, words: list[str]) -> str:
    """Return the words as typed in Telex without composing. Each tone is typed at the end of its syllable."""
    typed = []
    for word in words:
        marks = unicodedata.normalize("NFD", word)
        tone = next((TONES[mark] for mark in marks if mark in TONES), "")
        toneless = unicodedata.normalize("NFC", "".join(mark for mark in marks if mark not in TONES))
        typed.append("".join(LETTERS.get(letter, letter) for letter in toneless) + tone)
    return " ".join(typed)


def mistyped(chance: random.Random, words: list[str]) -> str:
    """Return the words without diacritics. In one syllable, a letter is missing or two letters are swapped."""
    bare = [without_diacritics(word) for word in words]
    place = chance.choice([number for number, word in enumerate(bare) if len(word) > 2])
    word = bare[place]
    at = chance.randrange(len(word) - 1)
    bare[place] = word[:at] + chance.choice([word[at + 1 :], word[at + 1] + word[at] + word[at + 2 :]])
    return " ".join(bare)


def share(queries: Sequence[Query], found: Sequence[Sequence[UUID]], first: int) -> float:
    """Return the share of queries that find a wanted claim among their `first` results."""
    hits = [not query.wanted.isdisjoint(ids[:first]) for query, ids in zip(queries, found, strict=True)]
    return sum(hits) / max(1, len(hits))


def by_row(queries: Sequence[Query]) -> dict[str, list[int]]:
    rows = defaultdict(list)
    for number, query in enumerate(queries):
        rows[query.row].append(number)
    return rows


def rows_of_languages(queries: Sequence[Query], kept: Kept) -> Iterator[str]:
    """Print a table of pairs of languages. Yield the rows for posts in another language and in the claim's."""
    found = rankings([query.text for query in queries], kept)
    groups = {"in another language": [], "in the claim's language": []}
    print("| post → claim | posts | meaning | words, meaning and date |\n|---|---|---|---|")
    for row, numbers in sorted(by_row(queries).items()):
        own, _, of_claim = row.partition(" → ")
        groups["in the claim's language" if own.strip("-") == of_claim else "in another language"] += numbers
        print(f"| {row} | {len(numbers)} | {' | '.join(recalls(queries, found, numbers))} |")
    for name, numbers in groups.items():
        if numbers:
            alone, fused = recalls(queries, found, numbers)
            work, ratio = f"{len(numbers):,} posts {name}, Recall@10", float(fused) / max(0.001, float(alone))
            yield f"| {work} | meaning alone | {ratio:.2f} × | ≥ 1 × | {fused}, {alone} |"


def recalls(queries: Sequence[Query], found: dict[str, list[list[UUID]]], numbers: Sequence[int]) -> tuple[str, str]:
    alone, fused = (
        share([queries[at] for at in numbers], [found[method][at] for at in numbers], 10)
        for method in ("meaning", FUSED)
    )
    return f"{alone:.3f}", f"{fused:.3f}"


def rows_of_search(
    queries: Sequence[Query], find: Callable[[str], Sequence[UUID]], first: int, work: str
) -> Iterator[str]:
    for row, numbers in by_row(queries).items():
        some = [queries[at] for at in numbers]
        found = [find(query.text) for query in some]
        missed = [query.text for query, ids in zip(some, found, strict=True) if query.wanted.isdisjoint(ids[:first])]
        sys.stderr.write(f"{row}, missed: {', '.join(missed)}\n")
        figure = f"{share(some, found, first):.2f}"
        yield f"| {work}: {len(some)} queries, {row}, found in the first {first} | – | – | ≥ 0.9 | {figure} |"


def rows_of_everyday(half: str, kept: Kept) -> Iterator[str]:
    """Yield the share of everyday sentences that find a claim with a score of at least EVERYDAY, which is a mistake."""
    sentences = read("everyday.json")[half]
    for method in ("words and meaning", "words"):
        wrong = defaultdict(list)
        found = answers([(each["text"], set()) for each in sentences], kept, method)
        for sentence, answer in zip(sentences, found, strict=True):
            wrong[sentence["language"]].append(answer.score >= EVERYDAY)
        print(", ".join(f"{language} {sum(some)}/{len(some)}" for language, some in sorted(wrong.items())))
        share = sum(sum(some) for some in wrong.values()) / len(sentences)
        yield f"| {len(sentences)} everyday sentences by {method}, score ≥ {EVERYDAY} | – | – | ≤ 0.02 | {share:.3f} |"


def main() -> None:
    options = options_of(__doc__, reviews=None, tuning=0)
    with own_server():
        from factcheck.record.matching.candidates import find_similar
        from factcheck.record.matching.matches import match
        from factcheck.record.models import PublishedReview
        from factcheck.record.search.query import read_query
        from factcheck.record.search.ranking import Search

        blank, file = Reviews().blank, "languages_tuning.json" if options.tuning else "languages.json"
        half = "tuning" if options.tuning else "held_back"
        scripts = [
            (language, text)
            for language, halves in read("scripts.json").items()
            for each in halves.values()
            for text in each
        ]
        by_hand = [
            claim_only(each["claim"], each["claim"], each["language"], blank)
            for each in read(file)
            if each.get("claim")
        ]
        by_hand += [claim_only(f"{language}: {text}", text, language, blank) for language, text in scripts]
        made = {each["id"]: each for each in (*by_hand[: options.reviews], *[*real_reviews(blank)][: options.reviews])}
        publish(made.values())
        kept = Kept()
        kept.embed_published()
        published = {UUID(each) for each in made}

        def only_published(queries: Iterator[Query]) -> list[Query]:
            return [query for query in queries if query.wanted <= published]

        def search(query: str) -> list[UUID]:
            return [
                hit.id for hit in Search(PublishedReview, read_query(query), find_similar=find_similar).page(20).hits
            ]

        def search_by_words(query: str) -> list[UUID]:
            return [hit.id for hit in Search(PublishedReview, read_query(query)).page(10).hits]

        def find_matches(query: str) -> list[UUID]:
            return [each.claim_id for each in match(query, limit=20).ranked]

        with kept.asked_by():
            report(rows_of_languages(only_published(posts(file)), kept))
            people = only_published(typed_by_people(bool(options.tuning)))
            report(rows_of_search(people, search, 5, "search"))
            report(rows_of_search(people, find_matches, 5, "match"))
        report(rows_of_everyday("tuning" if options.tuning else "held", kept))
        report(rows_of_search(only_published(in_languages(half)), search_by_words, 10, "search by words"))


if __name__ == "__main__":
    main()
