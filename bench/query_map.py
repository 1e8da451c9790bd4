"""The map of queries' vectors (`record/matching/vector_maps.py`), learned from pairs of a post and its claim.

    python bench/query_map.py [--kept var/bench-vectors.sqlite3] > factcheck/record/matching/query_map.f16

The pairs are the posts of CheckThat 2022 2A English, split train, each as it is, without its date, and without its
author, and the posts of languages_tuning.json. The map is the ridge regression of claims on posts, which is drawn
towards the identity. RIDGE and CROSSING were chosen by five-fold cross-validation over claims. Takes ten minutes.
"""

import argparse
import sys
from pathlib import Path
from typing import Any

import languages
import matching
import numpy as np
from generated import Reviews
from loading import HERE, own_server
from matching import KEPT, Kept
from variants import without_author, without_date

RIDGE = 30.0
CROSSING = 3.0  # how much a post of languages_tuning.json counts


def pairs() -> list[tuple[str, str, float]]:
    """Posts, the texts of their claims, and weights."""
    from score import qrels  # of the shared data

    from factcheck.record.matching.vectors import embedded_text

    wanted = qrels(matching.BENCH, "train")
    blank = Reviews(1).statement(0)
    claims = {
        each["vclaim_id"]: embedded_text(matching.statement(each, blank)) for each in matching.lines("vclaims.jsonl")
    }
    found = []
    for query in matching.lines("queries.jsonl"):
        if query["split"] == "train":
            claim = claims[min(wanted[query["id"]])]
            found += [(change(query["text"]), claim, 1.0) for change in (str, without_date, without_author)]
    tuning = HERE / "languages_tuning.json"
    passages = {each["id"]: embedded_text(each) for each in (*languages.statements(), *languages.translated(tuning))}
    return found + [(post.text, passages[str(post.wanted)], CROSSING) for post in languages.posts(tuning)]


def fit(posts: Any, claims: Any, weights: Any) -> Any:
    ridge, weighed = RIDGE * np.eye(posts.shape[1]), (posts * weights[:, None]).T
    return np.linalg.solve(weighed @ posts + ridge, weighed @ claims + ridge)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--kept", type=Path, default=KEPT)
    kept_file = parser.parse_args().kept
    with own_server():
        from factcheck.record.formats.questions import clean_question, lower_capitals
        from factcheck.record.matching import embeddings

        embeddings.map_queries = lambda rows: rows
        model = embeddings.LocalModel()
        learned = pairs()
        claims = np.array(Kept(model, kept_file).embed_passages([claim for _, claim, _ in learned]))
        posts = np.array([model.embed_queries([lower_capitals(clean_question(post))])[0] for post, _, _ in learned])
        matrix = fit(posts, claims, np.array([weight for _, _, weight in learned]))
    sys.stdout.buffer.write(matrix.astype("<f2").tobytes())


if __name__ == "__main__":
    main()
