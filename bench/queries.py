"""Search and matching for 137 queries as people type them, among the real reviews.

    python bench/queries.py [--tuning] [--kept var/bench-vectors.sqlite3]

search_queries.json has the queries. `reviews` are the addresses of the reviews that answer a query, `statements` the
indexes of the statements. They were judged before anything was tuned, by reading what words and vectors found. `kept`
marks the half that nothing was tuned on, which is measured unless `--tuning` asks for the other half.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from languages import lines, statements, subject_of
from loading import HERE, own_server
from matching import KEPT, Kept, clean, embed, first, publish
from table import report

FIRST = 5


def reviews() -> list[dict[str, Any]]:
    """The statements as `languages.py` loads them. The Vietnamese ones have the newspaper's text as body."""
    bodies = {str(subject_of(each["index"])): each["Context"] for each in lines("vietnamese/vifactcheck_dev.jsonl")}
    loaded = {each["id"]: each for each in statements()}
    return [{**each, "body": clean(bodies[pk]) if pk in bodies else None} for pk, each in loaded.items()]


def queries(kept: bool) -> list[tuple[str, set[UUID]]]:
    """The queries of one half, with the reviews that answer each."""
    return [
        (each["query"], {subject_of(name) for name in (*each.get("reviews", ()), *each.get("statements", ()))})
        for each in json.loads((HERE / "search_queries.json").read_bytes())
        if each["kept"] == kept
    ]


def measure(
    name: str, find: Callable[[str], Sequence[UUID]], asked: Sequence[tuple[str, set[UUID]]]
) -> tuple[float, float]:
    """The share of queries with a relevant review among the first ones, and the median time. Prints what failed."""
    found, answered, seconds = 0, 0, list[float]()
    for query, relevant in asked:
        begun = time.perf_counter()
        results = find(query)
        seconds.append(time.perf_counter() - begun)
        if not relevant:
            sys.stderr.write(f"{name}, nothing to find: {query}: {len(results)} results\n")
            continue
        answered += 1
        ranks = [number for number, each in enumerate(results, start=1) if each in relevant]
        if ranks and ranks[0] <= FIRST:
            found += 1
        else:
            sys.stderr.write(f"{name}, {ranks[0] if ranks else '-'}: {query}\n")
    return found / answered, sorted(seconds)[len(seconds) // 2]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--tuning", action="store_true", help="measure the half that was used for tuning")
    parser.add_argument("--reviews", type=int, help="only so many of the reviews")
    parser.add_argument("--kept", type=Path, default=KEPT)
    options = parser.parse_args()
    asked = queries(kept=not options.tuning)
    with own_server():
        from factcheck.record.matching.embeddings import LocalModel

        wanted = {str(each) for _, relevant in asked for each in relevant}
        loaded = first(reviews(), options.reviews, lambda each: each["id"] in wanted)
        publish(loaded)
        embed(Kept(LocalModel(), options.kept))
        ways = searches()
        shares = {name: measure(name, find, asked) for name, find in ways.items()}
    count = sum(bool(relevant) for _, relevant in asked)
    print(f"| {count} queries among {len(loaded):,} reviews | found in the first {FIRST} | median |\n|---|---|---|")
    for name, (share, seconds) in shares.items():
        print(f"| {name} | {share:.3f} | {seconds * 1000:.0f} ms |")
    found = f"{shares['search'][0]:.2f}, {shares['match'][0]:.2f}"
    report(
        [f"| search: {count} queries as people type them, found in the first {FIRST} | match | – | ≥ 0.9 | {found} |"]
    )


def searches() -> dict[str, Callable[[str], Sequence[UUID]]]:
    """By name: the functions that the site and the API call, which return ids, best first."""
    from factcheck.record.matching.matches import match
    from factcheck.record.matching.similar_rows import find_similar
    from factcheck.record.models import PublishedReview
    from factcheck.record.search.query import read_query
    from factcheck.record.search.ranking import Search

    def search(query: str) -> list[UUID]:
        found = Search(PublishedReview, read_query(query), find_similar=find_similar).page(20)
        return [hit.id for hit in found.hits]

    def find_matches(query: str) -> list[UUID]:
        found = match(query, limit=20)
        return [each.claim_id for each in (*found.results, *found.candidates)]

    return {"search": search, "match": find_matches}


if __name__ == "__main__":
    main()
