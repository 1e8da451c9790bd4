"""Fits the numbers of `record/matching/match_numbers.py` to the comparisons that `calibration.py` has seen."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import numpy as np

FITTED = 20  # the best claims of each post


class Seen:
    """The comparisons of candidates with posts. Nothing is kept unless `recording`."""

    def __init__(self, *, recording: bool) -> None:
        self.recording = recording
        self.by_method: dict[str, list[tuple[list[Any], float, frozenset[UUID]]]] = defaultdict(list)

    @contextmanager
    def watch(self, matches: Any, method: str, wanted: frozenset[UUID]) -> Iterator[None]:
        from factcheck.record.matching import match_scoring

        usual = matches.score_candidates

        def score(*arguments: Any) -> Any:
            compared = match_scoring.compare_candidates(*arguments)
            background = match_scoring.background_evidence(compared)["words" if method == "words" else "meaning"]
            best = sorted(compared, key=lambda each: -each.evidence)[:FITTED]
            self.by_method[method].append((best, background, wanted))
            return usual(*arguments)

        if self.recording:
            matches.score_candidates = score
        try:
            yield
        finally:
            matches.score_candidates = usual


def print_fitted(seen: Seen) -> None:
    for method, some in seen.by_method.items():
        backgrounds = [background for _, background, _ in some]
        excess = np.array([each.evidence - background for best, background, _ in some for each in best])
        right = np.array([float(each.claim_id in wanted) for best, _, wanted in some for each in best])
        constant, slope = logistic(np.column_stack([np.ones(len(excess)), excess]), right)
        print(
            f"{method}: usual={np.mean(backgrounds):.1f}, most={np.percentile(backgrounds, 98):.1f},"
            f" constant={constant:.2f}, slope={slope:.3f}"
        )
        print(f"{method}: evidence {conditional(some, method).round(2)}")


def logistic(features: Any, right: Any) -> Any:
    """Logistic regression by Newton's method."""
    found = np.zeros(features.shape[1])
    for _ in range(50):
        likely = 1 / (1 + np.exp(-np.clip(features @ found, -30, 30)))
        curvature = (features * (likely * (1 - likely))[:, None]).T @ features + 1e-6 * np.eye(len(found))
        found += np.linalg.solve(curvature, features.T @ (right - likely))
    return found


def conditional(seen: Sequence[tuple[list[Any], float, frozenset[UUID]]], method: str) -> Any:
    """The weights of the parts of the evidence: conditional logistic regression among the candidates of each post."""
    from factcheck.record.matching.match_numbers import SILENT

    groups = []
    for best, _, wanted in seen:
        right = np.array([float(each.claim_id in wanted) for each in best])
        if right.any():
            parts = [
                [each.root, each.matched["words"]]
                if method == "words"
                else [each.matched.get("meaning", 0.0), max(each.root, SILENT)]
                for each in best
            ]
            groups.append((np.array(parts), right / right.sum()))
    found = np.zeros(2)
    for _ in range(50):
        gradient, curvature = np.zeros(2), 1e-6 * np.eye(2)
        for parts, right in groups:
            likely = np.exp(parts @ found - (parts @ found).max())
            likely /= likely.sum()
            mean = likely @ parts
            gradient += right @ parts - mean
            curvature += (parts * likely[:, None]).T @ parts - np.outer(mean, mean)
        found += np.linalg.solve(curvature, gradient)
    return found
