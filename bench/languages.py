"""Matching across languages: 50 posts as people write them, each about a claim in another language.

    python bench/languages.py [--posts bench/languages_tuning.json] [--kept var/bench-vectors.sqlite3]

25 Vietnamese posts are about reviews of the real files (8,018 ClaimReviews, nearly all in English), 25 English ones
about Vietnamese statements (vifactcheck_dev), among all of them. languages.json has the posts; `review` is the address
of the review that each should find, `statement` the index of the statement. What else says the same does not count.
languages_tuning.json has 60 others, with which ways of taking the language out of vectors were compared.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from generated import DATA, Reviews
from loading import HERE, own_server
from matching import KEPT, NAMESPACE, Kept, clean, embed, publish
from table import report

RANKS = (1, 5, 20)


def lines(pattern: str) -> Iterator[dict[str, Any]]:
    for file in sorted(DATA.glob(pattern)):
        with open(file, encoding="utf-8") as found:
            yield from map(json.loads, found)


def statements() -> Iterator[dict[str, Any]]:
    """As the importer makes them; the id is that of the review's address, or the statement's index."""
    from factcheck.imports.readers import claimreview
    from factcheck.imports.readers.jsonld import Notes

    blank = Reviews(1).statement(0)
    for members in lines("claimreview/*.jsonl"):
        if made := claimreview.statement_of(members, Notes()):
            subject = str(subject_of(members["url"]))
            claim = {**made["claim"], "id": subject, "claimant": None}
            yield {**made, "id": subject, "claim": claim, "license": blank["license"]}
    for found in lines("vietnamese/vifactcheck_dev.jsonl"):
        subject = str(subject_of(found["index"]))
        claim = {**blank["claim"], "id": subject, "text": clean(found["Statement"]), "language": "vi"}
        nothing = dict.fromkeys(("original_url", "headline", "summary", "reviewed_on"))
        yield {**blank, **nothing, "id": subject, "language": "vi", "claim": {**claim, "claimant": None}, "sources": []}


def subject_of(name: str) -> UUID:
    return uuid5(NAMESPACE, name)


def pairs(file: Path) -> list[tuple[UUID, str, str]]:
    """The review that should be found, the post's language, and the post."""
    return [
        (subject_of(pair.get("review") or pair["statement"]), pair["language"], pair["post"])
        for pair in json.loads(file.read_bytes())
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--posts", type=Path, default=HERE / "languages.json")
    parser.add_argument("--kept", type=Path, default=KEPT)
    options = parser.parse_args()
    with own_server():
        from factcheck.record.matching import matches
        from factcheck.record.matching.embeddings import LocalModel

        loaded = [*{each["id"]: each for each in statements()}.values()]
        publish(loaded)
        kept = Kept(LocalModel(), options.kept)
        embed(kept)
        matches.get_embeddings = lambda: kept
        ranks: dict[str, list[int]] = {"vi": [], "en": []}
        for wanted, language, post in pairs(options.posts):
            results = [each.claim_id for each in matches.match(post, limit=RANKS[-1]).results]
            rank = results.index(wanted) + 1 if wanted in results else 0
            ranks[language].append(rank)
            if not 0 < rank <= 5:
                sys.stderr.write(f"{rank or '-'}: {post}\n")
    print(f"| posts among {len(loaded):,} reviews | {' | '.join(f'Recall@{most}' for most in RANKS)} |")
    print(f"|---|{'---|' * len(RANKS)}")
    for name, found in (("Vietnamese", ranks["vi"]), ("English", ranks["en"]), ("all", ranks["vi"] + ranks["en"])):
        shares = (sum(0 < rank <= most for rank in found) / len(found) for most in RANKS)
        print(f"| {len(found)} {name} | {' | '.join(f'{share:.2f}' for share in shares)} |")
    recall = sum(0 < rank <= 5 for rank in found) / len(found)
    report([f"| {len(found)} posts about claims in another language, Recall@5 | – | – | ≥ 0.9 | {recall:.2f} |"])


if __name__ == "__main__":
    main()
