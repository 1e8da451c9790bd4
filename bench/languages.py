"""Matching across languages: hand-written posts, asked about claims in other languages and in their own.

    python bench/languages.py [--posts bench/languages_tuning.json] [--kept var/bench-vectors.sqlite3]

The database has the reviews of the real files (7,736 ClaimReviews, nearly all in English, and 723 Vietnamese
statements) and the claims that were translated by hand for the file of posts. Each line of the file is one claim:
`review` is the URL of a real review, `statement` the index of a Vietnamese statement, `claim` the text of a
translated claim. `posts` has a post per language. Vietnamese posts are also asked without diacritics ("vi-"). Another
review that says the same doesn't count as found. languages.json is only for measurements. Weights and other numbers may
be chosen with languages_tuning.json, which has posts about other claims.
"""

import argparse
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from generated import DATA, Reviews
from loading import HERE, own_server
from matching import KEPT, NAMESPACE, Kept, clean, embed, first, publish, rankings
from searching import without_diacritics
from table import report

FIRST = 10  # how many results a person looks at
ENOUGH = 50  # posts, for a verdict about one pair of languages
FEW = 20  # pairs with fewer posts share a row
TOLERANCE = 0.02  # of Recall@10, for one pair of languages
PLAIN = "vi-"  # Vietnamese without diacritics
FUSED = "words, meaning and date"
METHODS = ("meaning", "words", FUSED)


@dataclass(frozen=True, slots=True)
class Post:
    """A post, and the claim that it should find."""

    text: str
    language: str
    wanted: UUID
    claim_language: str

    @property
    def crosses(self) -> bool:
        return self.language.strip("-") != self.claim_language


def lines(pattern: str) -> Iterator[dict[str, Any]]:
    for file in sorted(DATA.glob(pattern)):
        with open(file, encoding="utf-8") as found:
            yield from map(json.loads, found)


def statements() -> Iterator[dict[str, Any]]:
    """As the importer makes them. The id comes from the URL or the statement's index."""
    from factcheck.imports.readers import claimreview
    from factcheck.imports.readers.jsonld import Notes
    from factcheck.record.statements.checks import with_defaults
    from factcheck.record.statements.review import Review

    blank = Reviews(1).statement(0)
    for members in lines("claimreview/*.jsonl"):
        if made := claimreview.statement_of(members, Notes()):
            subject = str(subject_of(members["url"]))
            claim = {**made["claim"], "id": subject, "claimant": None}
            yield with_defaults({**made, "id": subject, "claim": claim, "license": blank["license"]}, Review)
    for found in lines("vietnamese/vifactcheck_dev.jsonl"):
        yield claim_only(found["index"], clean(found["Statement"]), "vi", blank)


def translated(file: Path) -> Iterator[dict[str, Any]]:
    blank = Reviews(1).statement(0)
    for each in json.loads(file.read_bytes()):
        if text := each.get("claim"):
            yield claim_only(text, text, each["language"], blank)


def claim_only(name: str, text: str, language: str, blank: dict[str, Any]) -> dict[str, Any]:
    subject = str(subject_of(name))
    claim = {**blank["claim"], "id": subject, "text": text, "language": language, "claimant": None}
    nothing = dict.fromkeys(("original_url", "headline", "summary", "reviewed_on"))
    return {**blank, **nothing, "id": subject, "language": language, "claim": claim, "sources": []}


def subject_of(name: str) -> UUID:
    return uuid5(NAMESPACE, name)


def posts(file: Path) -> Iterator[Post]:
    for each in json.loads(file.read_bytes()):
        wanted = subject_of(each.get("review") or each.get("statement") or each["claim"])
        for language, text in each["posts"].items():
            yield Post(text, language, wanted, each["language"])
            if language == "vi" and (plain := without_diacritics(text)) != text:
                yield Post(plain, PLAIN, wanted, each["language"])


def ranks(asked: Sequence[Post], names: Mapping[UUID, str], kept: Kept) -> dict[str, list[int]]:
    """By method: each post's rank of the claim that it is about, 0 if it isn't among the first hundred."""
    queries = [{"id": str(number), "text": post.text} for number, post in enumerate(asked)]
    found = rankings(queries, dict(names), kept)
    return {
        method: [rank_of(str(post.wanted), found[method][str(number)]) for number, post in enumerate(asked)]
        for method in METHODS
    }


def rank_of(name: str, names: Sequence[str]) -> int:
    return names.index(name) + 1 if name in names else 0


def recall(found: Sequence[int]) -> float:
    return sum(0 < rank <= FIRST for rank in found) / len(found)


def mrr(found: Sequence[int]) -> float:
    return sum(1 / rank for rank in found if rank) / len(found)


def groups(asked: Sequence[Post]) -> dict[str, list[int]]:
    """By row of the table: the numbers of the posts. Pairs of different languages come first."""
    pairs: dict[tuple[bool, str, str], list[int]] = defaultdict(list)
    for number, post in enumerate(asked):
        pairs[not post.crosses, post.language, post.claim_language].append(number)
    found: dict[str, list[int]] = defaultdict(list)
    for (_, language, of_claim), numbers in sorted(pairs.items()):
        found[f"{language} → {of_claim if len(numbers) >= FEW else 'others'}"] += numbers
    return found


def table(asked: Sequence[Post], found: Mapping[str, Sequence[int]]) -> list[str]:
    """Prints the table of pairs, and returns the rows for the table of all measurements."""
    print("| post → claim | posts | meaning alone: Recall@10, MRR | words alone | fused | difference in points | |")
    print("|---|---|---|---|---|---|---|")

    def line(name: str, numbers: Sequence[int]) -> tuple[float, float]:
        of_group = {method: [found[method][number] for number in numbers] for method in METHODS}
        fused, alone = recall(of_group[FUSED]), recall(of_group["meaning"])
        shown = " | ".join(f"{recall(ranks):.3f}, {mrr(ranks):.3f}" for ranks in of_group.values())
        worse = "worse" if is_worse(fused, alone, len(numbers)) else ""
        print(f"| {name} | {len(numbers)} | {shown} | {100 * (fused - alone):+.1f} | {worse} |")
        return fused, alone

    judged, rows = list[bool](), list[str]()
    for name, numbers in groups(asked).items():
        fused, alone = line(name, numbers)
        if asked[numbers[0]].crosses and len(numbers) >= ENOUGH:
            judged.append(is_worse(fused, alone, len(numbers)))
    for what, crosses in (("posts about claims in another language", True), ("posts in the claim's language", False)):
        numbers = [number for number, post in enumerate(asked) if post.crosses == crosses]
        fused, alone = line(what, numbers)
        rows.append(f"| {what}, Recall@10 | meaning alone | {fused / alone:.2f} × | ≥ 1 | {fused:.3f}, {alone:.3f} |")
    worse = f"{sum(judged)} of {len(judged)}"
    return [*rows, f"| pairs of languages more than 2 points below meaning alone | – | – | 0 | {worse} |"]


def is_worse(fused: float, alone: float, count: int) -> bool:
    return count >= ENOUGH and fused < alone - TOLERANCE


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--reviews", type=int, help="only so many of the reviews")
    parser.add_argument("--posts", type=Path, default=HERE / "languages.json")
    parser.add_argument("--kept", type=Path, default=KEPT)
    options = parser.parse_args()
    with own_server():
        from factcheck.record.matching.embeddings import LocalModel

        loaded = {each["id"]: each for each in (*statements(), *translated(options.posts))}
        asked = [*posts(options.posts)]
        wanted = {str(post.wanted) for post in asked}
        loaded = {pk: loaded[pk] for pk in first(loaded, options.reviews, wanted.__contains__)}
        asked = [post for post in asked if str(post.wanted) in loaded]
        publish([*loaded.values()])
        kept = Kept(LocalModel(), options.kept)
        embed(kept)
        print(f"{len(asked)} posts among {len(loaded):,} reviews\n")
        report(table(asked, ranks(asked, {UUID(each): each for each in loaded}, kept)))


if __name__ == "__main__":
    main()
