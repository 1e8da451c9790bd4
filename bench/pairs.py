"""What matching says about pairs of a post and a claim: the same, about the same, or nothing.

    PAIRS=… python bench/pairs.py [--reviews 8459] [--pairs 150]

PAIRS names the file of the pairs, one JSON object a line: `post`, `claim`, `says_the_same`, and the `kind` of what the
post changes. Without it, the pairs for training are asked, on which figures are better than on others. The claims are
published among the real reviews of `finding.py`. A claim with the same text counts as the pair's claim. The README has
the digests of the two files for which performance.md has figures. One of them is measured once.
"""

import json
import os
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from database import HERE, own_server, publish
from finding import real_reviews
from generated import Reviews
from matching import Kept, claim_only, clean
from table import options_of, report

REWORDING = "rewording"


def place_of(answer: Any, texts: dict[Any, str], claim: str) -> tuple[str, float]:
    """Return the list that contains the claim (results, related, candidates or nothing), and the claim's score.

    A claim that was only put together with a result isn't a result, but related.
    """
    for name in ("results", "related", "candidates"):
        for first in getattr(answer, name):
            for each in (first, *first.others):
                if texts.get(each.claim_id) == claim:
                    same = each.judgement.says_the_same or name != "results"
                    return name if same else "related", each.score
    return "nothing", 0.0


def rows(found: dict[str, Counter[str]]) -> Iterator[str]:
    print("| kind | pairs | results | related | candidates | nothing |\n|---|---|---|---|---|---|")
    for kind, places in sorted(found.items()):
        numbers = " | ".join(str(places[name]) for name in ("results", "related", "candidates", "nothing"))
        print(f"| {kind} | {places.total()} | {numbers} |")
    other = sum((places for kind, places in found.items() if kind != REWORDING), Counter[str]())
    for work, places, names, target in (
        ("contradictions among the results", other, ["results"], "≤ 0.05"),
        ("rewordings among the results", found[REWORDING], ["results"], "≥ 0.65"),
        ("rewordings among the results or related", found[REWORDING], ["results", "related"], "≥ 0.92"),
    ):
        share = sum(places[name] for name in names) / max(1, places.total())
        yield f"| {places.total()} pairs: {work} | – | – | {target} | {share:.3f} |"


def main() -> None:
    options = options_of(__doc__, reviews=None, pairs=None)
    file = Path(os.environ.get("PAIRS", HERE / "pairs_training.jsonl"))
    pairs = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()][: options.pairs]
    with own_server():
        from factcheck.record.matching import matches
        from factcheck.record.models import PublishedClaim

        kept, blank = Kept(), Reviews().blank
        made = [
            claim_only(each["claim"], clean(each["claim"]), each.get("claim_language", "en"), blank) for each in pairs
        ]
        made += islice(real_reviews(blank), options.reviews)
        publish({each["id"]: each for each in made}.values())
        kept.embed_published()
        texts = {pk: json.loads(body)["text"] for pk, body in PublishedClaim.objects.values_list("pk", "body")}
        found = defaultdict[str, Counter[str]](Counter)
        for each in pairs:
            with kept.asked_by("words and meaning"):
                answer = matches.match(each["post"])
            where, score = place_of(answer, texts, clean(each["claim"]))
            found[each["kind"]][where] += 1
            sys.stderr.write(f"{each['kind']} {where} {score:.3f} {each['post']}\n")
        report(rows(found))


if __name__ == "__main__":
    main()
