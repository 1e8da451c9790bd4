"""How far a match's score can be trusted: precision, recall and calibration at the documented threshold.

    python bench/calibration.py [--split train] [--fit] [--bars] [--posts 100] [--kept var/bench-vectors.sqlite3]

The posts are those of CheckThat 2022 2A English. The claims of every other post are left out of the database, along
with the claims whose vectors are closer than NEAR to theirs. So at least half of the posts have no right answer, but
similar claims. Each post is asked as it is, without its author and date, and mistyped or in capitals, and as three
words. The everyday sentences of everyday.json have no right answer either. An answer is right if its first claim is
the post's own. Another claim that says the same counts as wrong.

The numbers of `record/matching/match_numbers.py` were fitted on the split train, and the table measures the split dev.
With --fit, the program fits the evidence, the backgrounds and the probabilities to the posts and prints them. With
--bars, it measures words and meaning together at several thresholds, for the search page.
"""

import argparse
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
from calibration_fit import Seen, print_fitted
from generated import Reviews
from loading import HERE, own_server
from matching import BENCH, KEPT, Kept, embed, first, lines, publish, statement
from table import report
from variants import capitals, mistyped, without_author

NEAR = 0.93  # cosine similarity of two claims that say nearly the same
BINS = 10
METHODS = ("words+meaning", "words", "meaning")
BARS = (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95)
LEAST_PRECISION, LEAST_RECALL, MOST_ERROR = 0.95, 0.8, 0.05


@dataclass(frozen=True, slots=True)
class Post:
    kind: str
    text: str
    wanted: frozenset[UUID]  # empty if no claim in the database is the right answer


@dataclass(frozen=True, slots=True)
class Answer:
    """The first claim that was found."""

    score: float
    right: bool
    answerable: bool


def three_words(title: str) -> str:
    words = re.findall(r"[^\W\d_]{4,}", title)
    longest = sorted(range(len(words)), key=lambda at: -len(words[at]))[:3]
    return " ".join(words[at] for at in sorted(longest)).lower()


def left_out(claims: Sequence[str], vectors: Any, removed: set[str]) -> set[str]:
    """The removed claims, and all claims that say nearly the same as one of them."""
    found = set(removed)
    for at in (claims.index(each) for each in removed if each in claims):
        found |= {claims[near] for near in np.flatnonzero(vectors @ vectors[at] > NEAR)}
    return found


def posts_of(queries: Sequence[dict[str, Any]], wanted: dict[str, set[str]], ids: dict[str, UUID]) -> Iterator[Post]:
    """`ids` contains the published claims. The titles of all claims are read again for the three words."""
    titles = {each["vclaim_id"]: each["title"] for each in lines("vclaims.jsonl")}
    for number, query in enumerate(queries):
        answer = frozenset(ids[each] for each in wanted[query["id"]] if each in ids)
        text = query["text"]
        yield Post("posts", text, answer)
        yield Post("posts", without_author(text), answer)
        yield Post("posts", (mistyped if number // 2 % 2 else capitals)(text), answer)
        yield Post("three words", three_words(titles[min(wanted[query["id"]])]), answer)
    for each in json.loads((HERE / "everyday.json").read_bytes())["held"]:
        yield Post("everyday sentences", each["text"], frozenset())


def answers(
    posts: Sequence[Post], kept: Kept, seen: Seen, methods: Sequence[str] = METHODS
) -> dict[tuple[str, str], list[Answer]]:
    """By method and kind of post."""
    from factcheck.record.matching import matches

    usual = matches.word_weights, matches.search_terms
    found: dict[tuple[str, str], list[Answer]] = defaultdict(list)
    for number, post in enumerate(posts):
        for method in methods:
            with seen.watch(matches, method, post.wanted):
                matches.get_embeddings = _switched_off if method == "words" else lambda: kept
                matches.word_weights, matches.search_terms = usual if method != "meaning" else (_no_words, _no_terms)
                answer = matches.match(post.text)
            best = next(iter([*answer.results, *answer.candidates]), None)
            right = best is not None and best.claim_id in post.wanted
            found[method, post.kind].append(Answer(best.score if best else 0.0, right, bool(post.wanted)))
        sys.stderr.write(f"\r{number + 1}/{len(posts)} posts ")
    return found


def _switched_off() -> None:
    from factcheck.record.matching.embeddings import EmbeddingError

    raise EmbeddingError


def _no_words(*_: Any) -> list[dict[str, float]]:
    return [{}]


def _no_terms(*_: Any) -> list[tuple[str, ...]]:
    return []


def wilson(right: int, count: int) -> tuple[float, float]:
    """The 95 % interval of a share."""
    if not count:
        return 0.0, 1.0
    share, z = right / count, 1.96
    middle, spread = share + z * z / 2 / count, z * sqrt(share * (1 - share) / count + z * z / 4 / count / count)
    return (middle - spread) / (1 + z * z / count), (middle + spread) / (1 + z * z / count)


def calibration_error(found: Sequence[Answer]) -> float:
    """The mean difference between score and share of right answers, in ten bins of scores."""
    bins: dict[int, list[Answer]] = defaultdict(list)
    for each in found:
        bins[min(int(each.score * BINS), BINS - 1)].append(each)
    return sum(abs(sum(each.score - each.right for each in some)) for some in bins.values()) / len(found)


def figures(found: Sequence[Answer], threshold: float) -> tuple[float, tuple[float, float], float, float]:
    """Precision with its interval, recall, and calibration error."""
    shown = [each for each in found if each.score >= threshold]
    right = sum(each.right for each in shown)
    answerable = sum(each.answerable for each in found)
    precision = right / len(shown) if shown else 1.0
    return precision, wilson(right, len(shown)), right / answerable if answerable else 1.0, calibration_error(found)


def rows(found: dict[tuple[str, str], list[Answer]], threshold: float) -> Iterator[str]:
    print("| judged by | asked | can be answered | precision | recall | calibration error |\n|---|---|---|---|---|---|")
    for (method, kind), some in found.items():
        precision, (low, high), recall, error = figures(some, threshold)
        count = sum(each.answerable for each in some)
        interval = f"{precision:.3f} ({low:.3f}–{high:.3f})"
        print(f"| {method} | {len(some)} {kind} | {count} | {interval} | {recall:.3f} | {error:.3f} |")
    for method in METHODS:
        asked = [
            each for (name, kind), some in found.items() if name == method for each in some if kind != "three words"
        ]
        precision, (low, high), recall, error = figures(asked, threshold)
        interval = f"{precision:.3f} ({low:.3f}–{high:.3f})"
        count = sum(each.answerable for each in asked)
        name = f"matching by {method}, {len(asked)} posts and sentences, {count} of them answerable"
        yield f"| {name}: precision at {threshold} | – | – | ≥ {LEAST_PRECISION} | {interval} |"
        wanted = f"≥ {LEAST_RECALL}" if method == "words+meaning" else "–"
        yield f"| {name}: recall | – | – | {wanted} | {recall:.3f} |"
        yield f"| {name}: calibration error | – | – | ≤ {MOST_ERROR} | {error:.3f} |"


def print_bars(found: dict[tuple[str, str], list[Answer]]) -> None:
    """The figures of all kinds of posts together at each threshold."""
    everything = [each for some in found.values() for each in some]
    answerable = sum(each.answerable for each in everything)
    print(f"{len(everything)} posts, words and sentences, {answerable} of them answerable\n")
    print("| threshold | shown | precision | recall |\n|---|---|---|---|")
    for bar in BARS:
        precision, (low, high), recall, _ = figures(everything, bar)
        shown = sum(each.score >= bar for each in everything)
        print(f"| {bar} | {shown} | {precision:.3f} ({low:.3f}–{high:.3f}) | {recall:.3f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--split", choices=("train", "dev"), default="dev")
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--bars", action="store_true")
    parser.add_argument("--posts", type=int, help="only so many of the posts")
    parser.add_argument("--reviews", type=int, help="only so many of the claims")
    parser.add_argument("--kept", type=Path, default=KEPT)
    options = parser.parse_args()
    with own_server():
        from score import qrels  # of the shared data

        from factcheck.record.matching.embeddings import LocalModel
        from factcheck.record.matching.match_numbers import THRESHOLD
        from factcheck.record.matching.vectors import embedded_text

        queries = [each for each in lines("queries.jsonl") if each["split"] == options.split][: options.posts]
        wanted = qrels(BENCH, options.split)
        asked, blank = {claim for query in queries for claim in wanted[query["id"]]}, Reviews(1).statement(0)
        documents = first(lines("vclaims.jsonl"), options.reviews, lambda each: each["vclaim_id"] in asked)
        statements = {each["vclaim_id"]: statement(each, blank) for each in documents}
        kept = Kept(LocalModel(), options.kept)
        vectors = np.array(kept.embed_passages([embedded_text(each) for each in statements.values()]))
        removed = {claim for query in queries[::2] for claim in wanted[query["id"]]}
        gone = left_out([*statements], vectors, removed)
        publish([made for name, made in statements.items() if name not in gone])
        embed(kept)
        ids = {name: UUID(made["id"]) for name, made in statements.items() if name not in gone}
        seen = Seen(recording=options.fit)
        if options.bars:
            print_bars(answers([*posts_of(queries, wanted, ids)], kept, seen, METHODS[:1]))
            return
        found = answers([*posts_of(queries, wanted, ids)], kept, seen)
        report(rows(found, THRESHOLD))
        if options.fit:
            print_fitted(seen)


if __name__ == "__main__":
    main()
