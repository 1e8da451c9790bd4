"""The map of queries' vectors (`record/matching/vector_maps.py`), learned from pairs of a post and its claim.

    python bench/query_map.py [--reviews 14231] [--posts 1700] [--save 1]

The pairs are the posts of CheckThat 2022 2A English, split train, without their date and without their author, and the
posts of languages_tuning.json. For each post, the map is shown the post's claim and the HARD nearest other claims. It
learns to give the post's claim the highest cosine (a contrastive loss, Adam). The map begins as the identity. Posts
that are in a third of the pairs aren't learned from, and their MAP@5 is printed. `--save 1` learns from all pairs and
writes the map. The numbers were chosen with such thirds. Computing the vectors takes half an hour or more.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import finding
import matching
import numpy as np
from database import own_server
from generated import DATA, Reviews, lines
from table import options_of, report

HARD = 24  # claims that are compared with each post's claim
SAME = matching.NEAR  # claims with a higher cosine may say the same as the post's claim, so they are left out
STEPS, RATE, TEMPERATURE = 300, 5e-4, 0.03
COMMON = 0.75  # with this factor, cosines are as high as without a map
BATCH, CROSSING = (128, 48), 0.5  # posts in each step, and the weight of posts in another language than their claim


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Vectors of posts and claims. `rights` are the rows of each post's claims, and `hard` those of nearest others."""

    posts: Any
    claims: Any
    rights: Sequence[set[int]]
    hard: Any

    @classmethod
    def of(cls, posts: Any, claims: Any, rights: Sequence[set[int]]) -> "Pairs":
        cosines = posts @ claims.T
        cosines[claims[[min(right) for right in rights]] @ claims.T > SAME] = -1
        for row, right in zip(cosines, rights, strict=True):
            row[[*right]] = -1
        return cls(posts, claims, rights, np.argpartition(-cosines, HARD, axis=1)[:, :HARD])

    def part(self, number: int, *, inside: bool) -> "Pairs":
        """Return the pairs whose claim is in this third, or all others."""
        rows = [row for row, right in enumerate(self.rights) if (min(right) % 3 == number) == inside]
        return Pairs(self.posts[rows], self.claims, [self.rights[row] for row in rows], self.hard[rows])


def learn(parts: Sequence[Pairs]) -> Any:
    """Return the map as a matrix."""
    chance, size = np.random.default_rng(0), parts[0].posts.shape[1]
    matrix, mean, square = np.eye(size), np.zeros((size, size)), np.zeros((size, size))
    for step in range(1, STEPS + 1):
        slope = np.zeros_like(matrix)
        for pairs, count, weight in zip(parts, BATCH, (1, CROSSING), strict=True):
            rows = chance.choice(len(pairs.posts), min(count, len(pairs.posts)), replace=False)
            first = [min(pairs.rights[row]) for row in rows]
            claims = pairs.claims[np.column_stack([first, pairs.hard[rows]])]
            mapped = pairs.posts[rows] @ matrix
            length = np.linalg.norm(mapped, axis=1, keepdims=True)
            unit = mapped / length
            logits = (claims @ unit[:, :, None])[:, :, 0] / TEMPERATURE
            shares = np.exp(logits - logits.max(1, keepdims=True))
            shares /= shares.sum(1, keepdims=True)
            shares[:, 0] -= 1
            pull = (shares[:, None, :] @ claims)[:, 0] / TEMPERATURE / len(rows)
            slope += weight * pairs.posts[rows].T @ ((pull - unit * (pull * unit).sum(1, keepdims=True)) / length)
        mean, square = 0.9 * mean + 0.1 * slope, 0.999 * square + 0.001 * slope**2
        rate = RATE * (1 - step / STEPS) / (1 - 0.9**step)
        matrix = matrix - rate * mean / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)
    # The loss removes the direction that all claims share, so all cosines fall. The direction is added again.
    common = parts[0].claims.mean(0)
    common /= np.linalg.norm(common)
    return matrix + COMMON * np.outer(common, common) / (parts[0].posts @ common).mean()


def apply(matrix: Any, posts: Any) -> Any:
    mapped = posts @ matrix
    return posts + mapped / np.linalg.norm(mapped, axis=1, keepdims=True)


def map_at_5(posts: Any, pairs: Pairs) -> float:
    nearest = np.argsort(-(posts @ pairs.claims.T), axis=1)[:, :5]
    total = 0.0
    for found, right in zip(nearest, pairs.rights, strict=True):
        hits = np.cumsum([each in right for each in found])
        precisions = [hits[at] / (at + 1) for at, each in enumerate(found) if each in right]
        total += sum(precisions) / min(5, len(right))
    return total / max(1, len(pairs.rights))


def rows_of_thirds(parts: Sequence[Pairs]) -> Iterator[str]:
    matrices = [learn([pairs.part(number, inside=False) for pairs in parts]) for number in range(3)]
    for pairs, name in zip(parts, ("posts of CheckThat", "posts in another language"), strict=True):
        thirds = [pairs.part(number, inside=True) for number in range(3)]
        plain = np.mean([map_at_5(third.posts, third) for third in thirds])
        mapped = np.mean(
            [map_at_5(apply(each, third.posts), third) for each, third in zip(matrices, thirds, strict=True)]
        )
        work = f"{len(pairs.rights):,} {name}, MAP@5 by meaning, with the map"
        yield f"| {work} | without the map | {mapped / max(plain, 0.001):.3f} × | > 1 × | {mapped:.3f}, {plain:.3f} |"


def texts_of(made: Sequence[dict[str, Any]]) -> dict[str, str]:
    """Return the texts of reviews that are compared by meaning, by id."""
    from factcheck.record.matching.vectors import embedded_text
    from factcheck.record.statements.output import construct
    from factcheck.record.statements.review import Review

    return {each["id"]: embedded_text(construct(Review, each)) for each in made}


def read_pairs(options: Any) -> list[Pairs]:
    from score import qrels  # of the shared data

    from factcheck.record.matching import embeddings
    from factcheck.record.search.questions import clean_question, lower_capitals

    embeddings.map_queries = lambda rows: rows  # the plain vectors
    kept, blank, folder = matching.Kept(), Reviews().blank, DATA / "matching" / matching.BENCH

    def pairs_of(posts: Sequence[tuple[str, set[str]]], texts: dict[str, str]) -> Pairs:
        places = {name: row for row, name in enumerate(texts)}
        known = [(text, {places[name] for name in names}) for text, names in posts if names <= places.keys()]
        known = known[: options.posts]
        vectors = [kept.embed_queries([lower_capitals(clean_question(text))])[0] for text, _ in known]
        claims = np.array(kept.embed_passages([*texts.values()]))
        return Pairs.of(np.array(vectors), claims, [right for _, right in known])

    wanted = {
        query: {str(finding.subject(name)) for name in names} for query, names in qrels(matching.BENCH, "train").items()
    }
    needed = set().union(*wanted.values())
    made = [matching.checked_claim(each, blank) for each in lines(folder / "vclaims.jsonl")]
    made.sort(key=lambda each: each["id"] not in needed)
    posts = []
    for each in (each for each in lines(folder / "queries.jsonl") if each["id"] in wanted):
        _, bare, _ = matching.changed(each["text"])
        posts += [(text, wanted[each["id"]]) for text in {matching.DATE.sub("", each["text"]), bare}]
    english = pairs_of(posts, texts_of(made[: options.reviews]))
    tuning = [
        matching.claim_only(each["claim"], each["claim"], each["language"], blank)
        for each in finding.read("languages_tuning.json")
        if each.get("claim")
    ]
    crossing = [(query.text, {*map(str, query.wanted)}) for query in finding.posts("languages_tuning.json")]
    others = texts_of([*tuning, *islice(finding.real_reviews(blank), options.reviews)])
    return [english, pairs_of(crossing, others)]


def main() -> None:
    options = options_of(__doc__, reviews=None, posts=None, save=0)
    sys.path.append(str(DATA / "matching"))
    with own_server():
        from factcheck.record.matching.vector_maps import MAP_FILE

        parts = read_pairs(options)
        report(rows_of_thirds(parts))
        if options.save:
            learn(parts).astype("<f2").tofile(MAP_FILE)


if __name__ == "__main__":
    main()
