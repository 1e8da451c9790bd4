"""The weights by which matching judges whether a claim says the same as a post (`record/matching/judging.py`).

    python bench/same_statement.py [--save 1] [--pairs 1600]

pairs_training.jsonl contains invented claims, each with a post that says the same in other words, and a post that says
something else about the same thing. The program fits a logistic regression with a penalty. It prints the share of
rewordings and of contradictions above several thresholds, each judged by weights from other claims. `--save 1` writes
the weights of all pairs.
"""

import json
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
from database import HERE, own_server
from table import options_of, report

PARTS = 5  # the pairs of one part are judged by the weights of the others
COUNTED = 7  # inputs that aren't parts of the vectors
STRESS = 5.0  # how much more these inputs weigh before the penalty
PENALTY = 300.0
ROUNDS = 20


def read_pairs() -> list[dict[str, Any]]:
    return [json.loads(line) for line in (HERE / "pairs_training.jsonl").read_text(encoding="utf-8").splitlines()]


def inputs_of(pairs: list[dict[str, Any]]) -> tuple[Any, Any]:
    """Return the inputs of each pair, and whether the regression doesn't decide about it."""
    from factcheck.record.matching.alignment import align
    from factcheck.record.matching.differences.comparison import (
        closest_pair,
        find_differences,
        read_post,
        whole_text,
    )
    from factcheck.record.matching.embeddings import LocalModel
    from factcheck.record.matching.judging import evidence

    rows, certain = [], []
    for number, each in enumerate(pairs, 1):
        post = read_post(each["post"])
        pair = closest_pair(post, each["claim"])
        assert pair
        alignment = align(pair[0], whole_text(each["claim"]))
        rows.append(evidence(alignment, *LocalModel().embed_passages([pair[0].text, each["claim"]])))
        certain.append(align(*pair).near or bool(find_differences(*pair, alone=len(post) == 1)))
        sys.stderr.write(f"\r{number}/{len(pairs)} pairs")
    return np.array(rows, np.float64), np.array(certain)


def fit(inputs: Any, labels: Any) -> Any:
    """Return the constant and the weights of a logistic regression (Newton's method)."""
    middle, spread = inputs.mean(0), inputs.std(0) + 1e-9
    spread[:COUNTED] /= STRESS
    rows = np.column_stack([np.ones(len(inputs)), (inputs - middle) / spread])
    weights, penalty = np.zeros(rows.shape[1]), np.full(rows.shape[1], PENALTY)
    penalty[0] = 0
    for _ in range(ROUNDS):
        expected = 1 / (1 + np.exp(-rows @ weights))
        slope = rows.T @ (expected - labels) + penalty * weights
        weights -= np.linalg.solve((rows.T * (expected * (1 - expected))) @ rows + np.diag(penalty), slope)
    plain = weights[1:] / spread
    return np.concatenate([[weights[0] - middle @ plain], plain])


def rows_of_thresholds(scores: Any, labels: Any) -> Iterator[str]:
    for share in (0.02, 0.03, 0.04, 0.05, 0.08):
        threshold = np.quantile(scores[~labels], 1 - share)
        right = float((scores[labels] > threshold).mean())
        yield f"| judgements from {threshold:.3f} on: contradictions {share:.2f} | – | – | – | rewordings {right:.3f} |"


def main() -> None:
    options = options_of(__doc__, save=0, pairs=None)
    with own_server():
        from factcheck.record.matching.judging import WEIGHTS_FILE

        pairs = read_pairs()[: options.pairs]
        inputs, certain = inputs_of(pairs)
        labels = np.array([each["says_the_same"] for each in pairs])
        claims = {each["claim"]: number for number, each in enumerate(pairs)}
        part = np.array([claims[each["claim"]] for each in pairs]) // 2 % PARTS
        scores = np.zeros(len(pairs))
        for number in range(PARTS):
            judged = part == number
            constant, *weights = fit(inputs[~judged], labels[~judged])
            scores[judged] = constant + inputs[judged] @ weights
        scores[certain] = scores.min()
        report(rows_of_thresholds(scores, labels))
        if options.save:
            fit(inputs, labels).astype("<f4").tofile(WEIGHTS_FILE)


if __name__ == "__main__":
    main()
