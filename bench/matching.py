"""Matching by the product's own function: CheckThat 2022 2A English.

    python bench/matching.py [--kept var/bench-vectors.sqlite3]

The 14,231 checked claims become published reviews in a database of its own; each query is what somebody asks. Words
alone is the function with the embeddings switched off; meaning alone is the order of the cosines among all candidates,
which the nearest vectors are part of; undated is without the date of the post. Computing the vectors takes ten minutes
or more the first time; they are kept by text for the next.
"""

import argparse
import json
import sqlite3
import sys
import time
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from generated import DATA, ROOT, Reviews
from loading import own_server
from table import report

sys.path.append(str(DATA / "matching"))

KEPT = ROOT / "var" / "bench-vectors.sqlite3"
BENCH = "checkthat22_2a_en"
NAMESPACE = UUID("00000000-0000-0000-0000-00000000c22a")
MEASURES = ("MAP@1", "MAP@5", "MRR", "Recall@20")
LEAST = {"MAP@5": 0.965, "Recall@20": 0.985}  # wanted on dev
RANKED = 100  # claims that are ranked for each query
BATCH = 1000


class Kept:
    """Embeddings that remember the vectors of passages in a file; those of questions for a run."""

    def __init__(self, embeddings: Any, file: Path) -> None:
        self.model, self.together, self._embeddings = embeddings.model, 1, embeddings
        self._questions: dict[tuple[str, ...], list[Sequence[float]]] = {}
        file.parent.mkdir(parents=True, exist_ok=True)
        self._kept = sqlite3.connect(file)
        self._kept.execute("CREATE TABLE IF NOT EXISTS vector (model, digest, numbers, PRIMARY KEY (model, digest))")

    def embed_queries(self, texts: Sequence[str]) -> list[Sequence[float]]:
        asked = tuple(texts)
        if asked not in self._questions:
            self._questions[asked] = self._embeddings.embed_queries(texts)
        return self._questions[asked]

    def embed_passages(self, texts: Sequence[str]) -> list[Sequence[float]]:
        from factcheck.record.matching.vectors import text_digest

        found = {text: self._find(text_digest(text)) for text in texts}
        if missing := sorted((text for text in found if found[text] is None), key=len):
            found |= dict(zip(missing, self._embeddings.embed_passages(missing), strict=True))
            rows = [(self.model, text_digest(text), array("f", found[text]).tobytes()) for text in missing]
            self._kept.executemany("INSERT INTO vector VALUES (?, ?, ?)", rows)
            self._kept.commit()
        return [found[text] for text in texts]

    def _find(self, digest: bytes) -> Sequence[float] | None:
        row = self._kept.execute(
            "SELECT numbers FROM vector WHERE model = ? AND digest = ?", (self.model, digest)
        ).fetchone()
        return array("f", row[0]) if row else None


def lines(name: str) -> list[dict[str, Any]]:
    with open(DATA / "matching" / BENCH / name, encoding="utf-8") as found:
        return [json.loads(line) for line in found]


def statement(document: dict[str, Any], blank: dict[str, Any]) -> dict[str, Any]:
    """The checked claim as a review's statement; the rest, such as the verdict, is that of `blank`."""
    subject = str(uuid5(NAMESPACE, document["vclaim_id"]))
    try:
        day = datetime.strptime(document["date"], "%d %B %Y").date().isoformat()  # noqa: DTZ007 (a day has no zone)
    except ValueError:
        day = None
    return {
        **blank,
        "id": subject,
        "original_url": None,
        "language": "en",
        "headline": clean(document["title"]) or None,
        "summary": clean(document["subtitle"]) or None,
        "claim": {
            **blank["claim"],
            "id": subject,
            "text": clean(document["vclaim"]),
            "language": "en",
            "appearances": [],
            "claimant": None,
        },
        "sources": [],
        "topics": [],
        "reviewed_on": day,
    }


def clean(text: str) -> str:
    from factcheck.record.formats.text import clean_text

    return clean_text("".join(sign if sign.isprintable() else " " for sign in text))


def publish(statements: Sequence[dict[str, Any]]) -> None:
    from django.db import connections

    from factcheck.record import publish
    from factcheck.record.log import entries

    with connections["owner"].cursor() as cursor:  # nobody approves the reviews of a measurement
        cursor.execute("ALTER TABLE record_logentry DISABLE TRIGGER entry_was_approved")
    for start in range(0, len(statements), BATCH):
        publish.publish([entries.Publication(UUID(each["id"]), each) for each in statements[start : start + BATCH]])
        sys.stderr.write(f"\r{start + BATCH}/{len(statements)} published ")
    with connections["owner"].cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def embed(kept: Kept) -> None:
    from factcheck.record.matching.missing_vectors import compute_missing, count_missing

    missing, done = count_missing(kept), 0
    for computed in compute_missing(kept):
        done += computed
        sys.stderr.write(f"\r{done}/{missing} vectors{' ' * 20}")
    sys.stderr.write("\n")


def rankings(queries: Sequence[dict[str, Any]], names: dict[UUID, str], kept: Kept) -> dict[str, dict[str, list[str]]]:
    """By method: what each query finds, best first."""
    from factcheck.record.matching import matches
    from factcheck.record.matching.match_scoring import score_candidates
    from factcheck.record.matching.post_dates import post_date as dated

    compared = list[Any]()

    def score_and_keep(candidates: Sequence[Any], *others: Any) -> list[Any]:
        compared[:] = candidates
        return score_candidates(candidates, *others)

    def find(text: str, embeddings: Callable[[], Any], post_date: Callable[[str], Any]) -> list[UUID]:
        matches.get_embeddings, matches.post_date = embeddings, post_date
        found = matches.match(text, limit=RANKED)
        return [each.claim_id for each in (*found.results, *found.candidates)]

    matches.score_candidates = score_and_keep

    def switched_off() -> None:
        raise matches.EmbeddingError

    runs: dict[str, dict[str, list[str]]] = {
        name: {} for name in ("words", "meaning", "words and meaning, undated", "words, meaning and date")
    }
    taken = list[float]()
    for query in queries:
        text, begun = query["text"], time.perf_counter()
        fused = find(text, lambda: kept, dated)
        taken.append(time.perf_counter() - begun)
        nearest = sorted(compared, key=lambda each: -(each.cosine or 0))
        found = {
            "words": find(text, switched_off, lambda text: None),
            "meaning": [*dict.fromkeys(each.claim_id for each in nearest)][:RANKED],
            "words and meaning, undated": find(text, lambda: kept, lambda text: None),
            "words, meaning and date": fused,
        }
        for method, results in found.items():
            runs[method][query["id"]] = [names[each] for each in results]
        sys.stderr.write(f"\r{len(taken)}/{len(queries)} queries ")
    sys.stderr.write(f"\nthe call: median {sorted(taken)[len(taken) // 2] * 1000:.0f} ms\n")
    return runs


def first(claims: Iterable[Any], count: int | None, is_wanted: Callable[[Any], bool]) -> list[Any]:
    """So many of the claims, those that are asked for before the others. All claims if there is no number."""
    return sorted(claims, key=lambda each: not is_wanted(each))[:count]


def scores(split: str, runs: dict[str, dict[str, list[str]]]) -> dict[str, dict[str, float]]:
    """By method; prints them."""
    from score import qrels, score  # of the shared data

    asked = next(iter(runs.values()))
    wanted = {query: claims for query, claims in qrels(BENCH, split).items() if query in asked}
    found = {method: score(run, wanted) for method, run in runs.items()}
    for method, figures in found.items():
        shown = " | ".join(f"{figures[name]:.4f}" for name in MEASURES)
        print(f"| {split}, {len(wanted)} queries | {method} | {shown} |", flush=True)
    return found


def rows(found: dict[str, dict[str, float]]) -> Iterator[str]:
    """The rows of the table of all measurements."""
    for measure, least in LEAST.items():
        ours = found["words, meaning and date"][measure]
        alone = max(found[method][measure] for method in ("words", "meaning"))
        yield (
            f"| matching on dev, {measure} | the better of words and meaning alone | {ours / alone:.2f} × | ≥ {least}"
            f" | {ours:.4f}, {alone:.4f} |"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--reviews", type=int, help="only so many of the claims")
    parser.add_argument("--kept", type=Path, default=KEPT)
    options = parser.parse_args()
    with own_server():
        from score import qrels  # of the shared data

        from factcheck.record.matching.embeddings import LocalModel

        wanted = {query: min(claims) for split in ("dev", "train") for query, claims in qrels(BENCH, split).items()}
        documents = first(lines("vclaims.jsonl"), options.reviews, lambda each: each["vclaim_id"] in wanted.values())
        blank = Reviews(1).statement(0)
        statements = [statement(each, blank) for each in documents]
        publish(statements)
        kept = Kept(LocalModel(), options.kept)
        embed(kept)
        names = {UUID(made["id"]): each["vclaim_id"] for made, each in zip(statements, documents, strict=True)}
        queries = [query for query in lines("queries.jsonl") if wanted[query["id"]] in names.values()]
        found: dict[str, dict[str, dict[str, float]]] = {}
        print(f"| queries | by | {' | '.join(MEASURES)} |\n|---|---|{'---|' * len(MEASURES)}")
        for split in ("dev", "train"):
            runs = rankings([query for query in queries if query["split"] == split], names, kept)
            found[split] = scores(split, runs)
        report(rows(found["dev"]))


if __name__ == "__main__":
    main()
