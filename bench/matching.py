"""Matching by the product's own function: the posts of CheckThat 2022 2A English, split dev.

    python bench/matching.py [--reviews 14231] [--posts 199] [--often 1] [--train 1]

In the first part, the 14,231 checked claims are published reviews, and each post should find its claim. "Words" is the
function without embeddings. "Meaning" is the order of the cosines among all candidates, which include the nearest
vectors. "Undated" ignores the date at the end of the post.

The second part judges the scores. For every other post, its claims are left out of the database, together with claims
whose vectors are closer than NEAR to them. At least half of the posts therefore have no right answer, but similar
claims exist. Each post is tried unchanged, without its author and date, and mistyped or in capitals. The everyday
sentences of everyday.json have no right answer either. An answer is right if its first claim is the post's own claim.

In the third part, each answerable post's claim has been reviewed by two to ten publishers, in several wordings
(`often_reviewed`). An answer is right if its first claim is one of these. The posts have neither author nor date.
`--often 1` measures only this part, and `--train 1` takes the split train.

Computing the vectors takes ten minutes or more. They are kept in `var/bench-vectors.sqlite3`, or in the file that
BENCH_VECTORS names. Nothing may be tuned on the split dev.
"""

import json
import os
import re
import sqlite3
import sys
from array import array
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from math import sqrt
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch
from uuid import UUID, uuid5

from database import HERE, execute, make_database, own_server, publish
from generated import DATA, Reviews, lines
from table import options_of, report

sys.path.append(str(DATA / "matching"))

NAMESPACE = UUID("00000000-0000-0000-0000-00000000c22a")
BENCH = "checkthat22_2a_en"
FUSED, UNDATED = "words, meaning and date", "words and meaning, undated"
RANKED = 100  # claims that are ranked for each post
OFTEN = range(2, 11)  # reviews of a claim
NEAR = 0.93  # cosine similarity of two claims that say nearly the same
BINS = 10  # of scores
DATE = re.compile(
    r"\s*(?:January|February|March|April|May|June|July|August|September|October|November|December) \d\d?, \d{4}\s*$"
)


class Kept:
    """The site's embeddings with a memory: vectors of passages are kept in a file, and vectors of queries in memory."""

    def __init__(self) -> None:
        from factcheck.record.matching.embeddings import LocalModel

        self._local, self._queries = LocalModel(), dict[tuple[str, ...], Any]()
        self.model, self.together, self.unrelated = self._local.model, 1, self._local.unrelated
        file = Path(os.environ.get("BENCH_VECTORS", HERE.parent / "var" / "bench-vectors.sqlite3"))
        file.parent.mkdir(exist_ok=True)
        self._kept = sqlite3.connect(file)
        self._kept.execute("CREATE TABLE IF NOT EXISTS vector (model, digest, numbers, PRIMARY KEY (model, digest))")

    def embed_queries(self, texts: Sequence[str]) -> Any:
        if (key := tuple(texts)) not in self._queries:
            self._queries[key] = self._local.embed_queries(texts)
        return self._queries[key]

    def embed_passages(self, texts: Sequence[str], seconds: float = 60) -> list[Sequence[float]]:
        from factcheck.record.matching.vectors import text_digest

        found = {text: self._find(text_digest(text)) for text in texts}
        if missing := sorted((text for text in found if found[text] is None), key=len):
            found |= dict(zip(missing, self._local.embed_passages(missing), strict=True))
            rows = [(self.model, text_digest(text), array("f", found[text]).tobytes()) for text in missing]
            self._kept.executemany("INSERT INTO vector VALUES (?, ?, ?)", rows)
            self._kept.commit()
        return [found[text] for text in texts]

    def _find(self, digest: bytes) -> Any:
        rows = self._kept.execute("SELECT numbers FROM vector WHERE model = ? AND digest = ?", (self.model, digest))
        return next((array("f", numbers) for (numbers,) in rows), None)

    def embed_published(self) -> None:
        """Compute the vectors of all published reviews."""
        from factcheck.record.matching.missing_vectors import compute_missing, count_missing

        missing, done = count_missing(self), 0
        for computed in compute_missing(self):
            done += computed
            sys.stderr.write(f"\r{done}/{missing} vectors{' ' * 20}")
        execute("VACUUM ANALYZE")

    def asked_by(self, *methods: str) -> AbstractContextManager[Any]:
        """Return a block in which matching uses "words" or "meaning" alone, or is "undated"."""
        from factcheck.record.matching import matches
        from factcheck.record.matching.embeddings import EmbeddingError

        def switched_off() -> None:
            raise EmbeddingError

        changed: dict[str, Any] = {"get_embeddings": switched_off if "words" in methods else lambda: self}
        if "meaning" in methods:
            changed |= {"word_weights": lambda *_: [{}], "search_terms": lambda *_: []}
        if "undated" in methods:
            changed |= {"post_date": lambda _: None}
        return patch.multiple(matches, **changed)


def clean(text: str) -> str:
    from factcheck.record.formats.text import clean_text

    return clean_text("".join(sign if sign.isprintable() else " " for sign in text))


def claim_only(name: str, text: str, language: str, blank: dict[str, Any]) -> dict[str, Any]:
    """Return the statement of a review that has only a claim. Its id comes from the name."""
    subject = str(uuid5(NAMESPACE, name))
    claim = {**blank["claim"], "id": subject, "text": text, "language": language, "claimant": None, "appearances": []}
    nothing = dict.fromkeys(("original_url", "headline", "summary", "reviewed_on"))
    return {**blank, **nothing, "id": subject, "language": language, "claim": claim, "sources": [], "topics": []}


def checked_claim(document: dict[str, Any], blank: dict[str, Any]) -> dict[str, Any]:
    try:
        day = datetime.strptime(document["date"], "%d %B %Y").date().isoformat()  # noqa: DTZ007 (a day has no zone)
    except ValueError:
        day = None
    return {
        **claim_only(document["vclaim_id"], clean(document["vclaim"]), "en", blank),
        "headline": clean(document["title"]) or None, "summary": clean(document["subtitle"]) or None,
        "reviewed_on": day,
    }  # fmt: skip


def often_reviewed(document: dict[str, Any], count: int, blank: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the claim as several publishers review it, in up to ten wordings.

    The claim, the title and the subtitle of the document say the same. In each review, one of them is the claim, and
    another one or none is the headline. The first review is as in the file.
    """
    yield (first := checked_claim(document, blank))
    texts = [*filter(None, (clean(document[key]) for key in ("vclaim", "title", "subtitle")))]
    pairs = [(claim, other) for other in (*texts, None) for claim in texts if claim != other]
    for number in range(1, count):
        claim, headline = pairs[number % len(pairs)]
        name = f"{document['vclaim_id']} {number}"
        yield {**claim_only(name, claim, "en", blank), "headline": headline, "reviewed_on": first["reviewed_on"]}


def rankings(texts: Sequence[str], kept: Kept) -> dict[str, list[list[UUID]]]:
    """Return the ids of the claims that each text finds, best first, by method."""
    from factcheck.record.matching import matches
    from factcheck.record.matching.match_scoring import compare_candidates

    found: dict[str, list[list[UUID]]] = {name: [] for name in ("words", "meaning", UNDATED, FUSED)}
    compared = list[Any]()

    def compare_and_keep(candidates: Sequence[Any], *others: Any) -> Any:
        compared[:] = candidates
        return compare_candidates(candidates, *others)

    with patch.object(matches, "compare_candidates", compare_and_keep):
        for text in texts:
            for name, methods in (("words", ("words", "undated")), (UNDATED, ("undated",)), (FUSED, ())):
                with kept.asked_by(*methods):
                    answer = matches.match(text, limit=RANKED)
                found[name].append([each.claim_id for each in answer.ranked])
            nearest = sorted(compared, key=lambda each: -(each.cosine or 0))
            found["meaning"].append([*dict.fromkeys(each.claim_id for each in nearest)])
            sys.stderr.write(f"\r{len(found[FUSED])}/{len(texts)} posts{' ' * 20}")
    return found


def rows_of_ranking(found: dict[str, list[list[UUID]]], wanted: Sequence[set[UUID]]) -> Iterator[str]:
    from score import score  # of the shared data

    print("| by | MAP@1 | MAP@5 | MRR | Recall@20 |\n|---|---|---|---|---|")
    figures = {name: score(dict(enumerate(ranked)), dict(enumerate(wanted))) for name, ranked in found.items()}
    for name, of_method in figures.items():
        print(f"| {name} | {' | '.join(f'{of_method[key]:.4f}' for key in ('MAP@1', 'MAP@5', 'MRR', 'Recall@20'))} |")
    for measure, least in (("MAP@5", 0.965), ("Recall@20", 0.985)):
        ours, alone = figures[FUSED][measure], max(figures[name][measure] for name in ("words", "meaning"))
        work, compared = f"matching on dev, {measure}", "the better of words and meaning"
        yield f"| {work} | {compared} | {ours / alone:.2f} × | ≥ {least} | {ours:.4f}, {alone:.4f} |"


@dataclass(frozen=True, slots=True)
class Answer:
    """The score of the first claim that was found, or 0. `right` means that the claim belongs to the post."""

    score: float
    right: bool
    answerable: bool


def changed(post: str) -> Iterator[str]:
    """Yield the post unchanged, without its author and date, and mistyped or in capitals."""
    yield post
    undated = DATE.sub("", post)
    end = undated.rfind(" — ")  # before "Name (@name)"
    bare = undated[:end] if end > 40 else undated
    yield bare
    chance = Random(post)
    yield bare.upper() if chance.random() < 0.5 else " ".join(mistyped(word, chance) for word in bare.split())


def mistyped(word: str, chance: Random) -> str:
    """Return the word. One in four longer words has a letter that is missing, swapped or replaced."""
    if len(word) < 5 or chance.random() >= 0.25:
        return word
    at = chance.randrange(1, len(word) - 1)
    swapped = word[at + 1] + word[at]
    return word[:at] + chance.choice(
        (word[at + 1 :], swapped + word[at + 2 :], chance.choice("aeinorst") + word[at + 1 :])
    )


def answers(posts: Sequence[tuple[str, set[UUID]]], kept: Kept, method: str) -> Iterator[Answer]:
    from factcheck.record.matching import matches

    for text, wanted in posts:
        with kept.asked_by(method):
            answer = matches.match(text)
        best = next(iter(answer.ranked), None)
        yield Answer(best.score if best else 0.0, bool(best) and best.claim_id in wanted, bool(wanted))


def rows_of_scores(found: Sequence[Answer], method: str, threshold: float) -> Iterator[str]:
    shown = [each for each in found if each.score >= threshold]
    right, answerable = sum(each.right for each in shown), sum(each.answerable for each in found)
    low, high = wilson(right, len(shown))
    bins: dict[int, list[float]] = {}
    for each in found:
        bins.setdefault(min(int(each.score * BINS), BINS - 1), []).append(each.score - each.right)
    error = sum(abs(sum(some)) for some in bins.values()) / len(found)
    work = f"scores by {method}, {len(found)} posts and sentences, {answerable} of them answerable"
    precision = f"{right / max(1, len(shown)):.3f} ({low:.3f}–{high:.3f})"
    yield f"| {work}: precision at {threshold} | – | – | ≥ 0.95 | {precision} |"
    target = "–" if method in ("words", "meaning") else "≥ 0.8"
    yield f"| {work}: recall | – | – | {target} | {right / max(1, answerable):.3f} |"
    yield f"| {work}: calibration error | – | – | ≤ 0.05 | {error:.3f} |"


def rows_of_often(found: Sequence[Answer], counts: Sequence[int], method: str, threshold: float) -> Iterator[str]:
    """Yield the recall by the number of reviews, and the share of unchecked posts that reach the threshold."""
    for least, most in ((2, 10), (2, 4), (5, 7), (8, 10)):
        some = [each for each, count in zip(found, counts, strict=True) if least <= count <= most]
        recall = sum(each.right and each.score >= threshold for each in some) / max(1, len(some))
        work = f"{len(some)} posts about claims with {least} to {most} reviews, by {method}: recall at {threshold}"
        yield f"| {work} | – | – | {'≥ 0.8' if most - least == 8 else '–'} | {recall:.3f} |"
    unchecked = [each.score >= threshold for each in found if not each.answerable]
    share = sum(unchecked) / max(1, len(unchecked))
    yield f"| {len(unchecked)} unchecked posts, by {method}: at {threshold} or above | – | – | ≤ 0.02 | {share:.3f} |"


def wilson(right: int, count: int) -> tuple[float, float]:
    """Return the 95 % confidence interval of a share (Wilson score)."""
    if not count:
        return 0.0, 1.0
    share, z = right / count, 1.96
    middle, spread = share + z * z / 2 / count, z * sqrt(share * (1 - share) / count + z * z / 4 / count / count)
    return (middle - spread) / (1 + z * z / count), (middle + spread) / (1 + z * z / count)


def left_out(statements: dict[UUID, dict[str, Any]], removed: set[UUID], kept: Kept) -> set[UUID]:
    """Return the removed claims, and all claims with nearly the same meaning."""
    import numpy as np

    from factcheck.record.matching.vectors import embedded_text
    from factcheck.record.statements.output import construct
    from factcheck.record.statements.review import Review

    ids = [*statements]
    vectors = np.array(kept.embed_passages([embedded_text(construct(Review, each)) for each in statements.values()]))
    near = vectors @ vectors[[ids.index(each) for each in removed]].T > NEAR
    return removed | {pk for pk, some in zip(ids, near.any(axis=1), strict=True) if some}


def main() -> None:
    options = options_of(__doc__, reviews=None, posts=None, often=0, train=0)
    with own_server():
        from score import qrels  # of the shared data

        from factcheck.record.matching.match_numbers import THRESHOLD

        kept, blank = Kept(), Reviews().blank
        split = "train" if options.train else "dev"
        right = {query: {uuid5(NAMESPACE, name) for name in names} for query, names in qrels(BENCH, split).items()}
        claims = {
            uuid5(NAMESPACE, each["vclaim_id"]): each for each in lines(DATA / "matching" / BENCH / "vclaims.jsonl")
        }
        asked_for = set().union(*right.values())
        ids = sorted(claims, key=lambda pk: pk not in asked_for)[: options.reviews]  # for short runs, claims of posts
        statements = {pk: checked_claim(claims[pk], blank) for pk in ids}
        texts = {each["id"]: each["text"] for each in lines(DATA / "matching" / BENCH / "queries.jsonl")}
        posts = [(texts[query], pks) for query, pks in right.items() if pks <= statements.keys()][: options.posts]
        removed = {pk for _, pks in posts[::2] for pk in pks}
        gone = left_out(statements, removed, kept)
        everyday = [(each["text"], set[UUID]()) for each in json.loads((HERE / "everyday.json").read_bytes())["held"]]
        everyday = everyday[: options.posts]
        if not options.often:
            make_database("judged")
            publish(each for pk, each in statements.items() if pk not in gone)
            kept.embed_published()
            asked = [(text, pks - gone) for post, pks in posts for text in changed(post)] + everyday
            for method in ("words and meaning", "words", "meaning"):
                report(rows_of_scores([*answers(asked, kept, method)], method, THRESHOLD))
            make_database("ranked")
            publish(statements.values())
            kept.embed_published()
            report(rows_of_ranking(rankings([text for text, _ in posts], kept), [pks for _, pks in posts]))
        make_database("often")
        families = {
            pk: [*often_reviewed(claims[pk], OFTEN[number % len(OFTEN)], blank)]
            for number, (_, pks) in enumerate(posts[1::2])
            for pk in pks - gone
        }
        publish(one for pk in statements if pk not in gone for one in families.get(pk, [statements[pk]]))
        kept.embed_published()
        named = {pk: {UUID(one["id"]) for one in family} for pk, family in families.items()}
        asked = [([*changed(post)][1], set[UUID]().union(*(named[pk] for pk in pks - gone))) for post, pks in posts]
        for method in ("words and meaning", "words"):
            counts = [len(wanted) for _, wanted in asked] + [0] * len(everyday)
            report(rows_of_often([*answers(asked + everyday, kept, method)], counts, method, THRESHOLD))


if __name__ == "__main__":
    main()
