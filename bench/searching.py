"""Search, matching and statistics among very many reviews, compared with few reviews and with tantivy, without HTTP.

    python bench/searching.py [--reviews 1000000] [--few 10000] [--rounds 5]

Five classes of 20 queries are made of the words of the real files. The measured search is the function that the API
calls. It returns the 20 stored bodies, and so does tantivy. If nothing has all words, the site requires half of their
weight, and tantivy requires any word. Matching is measured for real claims that have no vector: once including the
computation of their vectors, and once with vectors that were computed before.

The reviews' vectors are generated, because a million texts would take days. They are scattered around the vectors of
real claims, in the directions in which real claims differ. The distances are realistic: the nearest of 500 vectors has
a cosine of 0.88, compared with 0.87 among 500 real claims. The tenth has 0.84 in both. The text and the vector of a
review have no relation.
"""

import random
import statistics
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from database import execute, make_database, own_server, publish, rebuilt_indexes, use
from generated import Reviews, without_diacritics
from table import options_of, p95, ratio_row, report, seconds_of

QUERIES = 20
STREWN, ASKED = 200, 40  # real claims with vectors around them, and real claims to match
NEAR, FAR = 0.5, 1.0  # as a share of the distance between any two claims
SAME = 10  # the nearest vectors that the index should find
STATISTICS = (
    "/api/v1/stats/", "/api/v1/stats/?group_by=month,verdict", "/api/v1/stats/?group_by=publisher,topic",
    "/api/v1/stats/?group_by=verdict&language=vi", "/api/v1/stats/days-to-review/", "/en/statistics/",
)  # fmt: skip


def queries(reviews: Reviews) -> dict[str, list[str]]:
    """Return five classes of queries, from words that databases of each size contain."""
    chance = random.Random(5)
    vietnamese = [word for word in reviews.words["vi"] if word.isalpha()]
    plain = [word.lower() for word in reviews.words["en"] if word.isascii() and word.isalpha() and len(word) > 3]
    counts = Counter(plain)
    by_rank = [word for word, _ in counts.most_common()]
    rare = [word for word, count in counts.items() if count == 2]
    phrases = [" ".join(vietnamese[start : start + 4]) for start in chance.sample(range(len(vietnamese) - 4), QUERIES)]
    return {
        "one rare word": chance.sample(rare, QUERIES),
        "one common word": chance.sample(by_rank[:200], QUERIES),
        "two or three words": [" ".join(chance.sample(by_rank[:2000], chance.choice((2, 3)))) for _ in range(QUERIES)],
        "five common words": [" ".join(chance.sample(by_rank[:200], 5)) for _ in range(QUERIES)],
        "Vietnamese without diacritics": [without_diacritics(phrase) for phrase in phrases],
    }


def tantivy_search(folder: Path) -> Callable[[str], list[str]]:
    """Return a search in a tantivy index with the same fields, folded in the same way, of the current database.

    The index stores the bodies too.
    """
    import orjson
    import tantivy

    from factcheck.record.models import PublishedReview

    analyzer = (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.remove_long(40)).filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.ascii_fold()).filter(tantivy.Filter.stemmer("english")).build()
    )  # fmt: skip
    schema, fields = tantivy.SchemaBuilder(), ("claim", "headline", "summary", "claimant")
    for name in fields:
        schema.add_text_field(name, tokenizer_name="folded")
    schema.add_text_field("body", stored=True, tokenizer_name="raw", index_option="basic")
    index = tantivy.Index(schema.build(), path=str(folder))
    index.register_tokenizer("folded", analyzer)
    writer = index.writer(heap_size=500_000_000, num_threads=2)
    for body in PublishedReview.objects.values_list("body", flat=True).iterator(2000):
        review = orjson.loads(body)
        claimant = (review["claim"]["claimant"] or {}).get("name") or ""
        texts = (review["claim"]["text"], review["headline"] or "", review["summary"] or "", claimant)
        writer.add_document(tantivy.Document(**dict(zip(fields, texts, strict=True)), body=body))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()

    def search(words: str) -> list[str]:
        all_words = index.parse_query(" ".join(f"+{word}" for word in words.split()), list(fields))
        hits = searcher.search(all_words, 20).hits or searcher.search(index.parse_query(words, list(fields)), 20).hits
        return [searcher.doc(address)["body"][0] for _, address in hits]

    return search


def rows_of_search(reviews: Reviews, many: int, few: int, rounds: int, folder: Path) -> Iterator[str]:
    from factcheck.record.models import PublishedReview
    from factcheck.record.search.query import read_query
    from factcheck.record.search.ranking import Search

    def search(words: str) -> Any:
        return Search(PublishedReview, read_query(words)).page(20).hits

    tantivy = tantivy_search(folder)
    for name, asked in queries(reviews).items():
        found = {}
        for database in ("few", "many"):
            use(database)
            found[database] = p95(search, asked, rounds)
        work = f"search among {many:,}, p95: {name}"
        yield ratio_row(work, f"among {few:,}", found["many"], found["few"], "≤ 3 ×, ≤ 30 ms")
        yield ratio_row(work, "tantivy", found["many"], p95(tantivy, asked, rounds), "≤ 3 ×")


class Known:
    """The model in this process, which computes each vector only once."""

    def __init__(self) -> None:
        from factcheck.record.matching.embeddings import LocalModel

        self.model, self.together, self._local, self._found = LocalModel.model, 1, LocalModel(), dict[str, Any]()

    def embed_queries(self, texts: Sequence[str]) -> list[Any]:
        for text in texts:
            if text not in self._found:
                self._found[text] = self._local.embed_queries([text])[0]
        return [self._found[text] for text in texts]


def rows_of_matching(asked: list[str], many: int, few: int, rounds: int) -> Iterator[str]:
    from factcheck.record.matching import matches

    known = Known()
    for work, target, model in (
        ("without the embedding", "≤ 3 ×", patch.object(matches, "get_embeddings", lambda: known)),
        ("with the embedding", "–", nullcontext()),
    ):
        found = {}
        with model:
            for database in ("few", "many"):
                use(database)
                found[database] = p95(matches.match, asked, rounds)
        yield ratio_row(f"match among {many:,}, p95, {work}", f"among {few:,}", found["many"], found["few"], target)
    figure = f"{recall(known.embed_queries(asked)):.3f} found"
    yield f"| the ten nearest of {many:,} by the index | an exact scan | {figure} | ≥ 0.95 | |"


def recall(vectors: list[Any]) -> float:
    """Return the share of the nearest vectors of an exact scan that the index finds too, in the current database."""
    from django.db import connections, transaction

    from factcheck.record.matching.candidates import find_candidates
    from factcheck.record.matching.embeddings import LocalModel
    from factcheck.record.matching.models import half_vector

    def nearest(vector: Any) -> set[Any]:
        found = find_candidates((), [vector], model=LocalModel.model)
        return {each.review_id for each in sorted(found, key=lambda each: -(each.cosine or 0))[:SAME]}

    same = 0
    for vector in map(half_vector, vectors):
        with transaction.atomic("public"), connections["public"].cursor() as cursor:
            quick = nearest(vector)
            cursor.execute("SET LOCAL enable_indexscan = off")
            same += len(quick & nearest(vector))
    return same / (SAME * len(vectors))


def strew_vectors(claims: list[str]) -> None:
    """Replace the vectors that are missing after a publication, and build the index as after an import."""
    from django.db import connections

    from factcheck.record.matching.embeddings import LocalModel
    from factcheck.record.models import ReviewVector

    real = np.array([LocalModel().embed_passages([text])[0] for text in claims], np.float32)
    ids = execute("SELECT review_id, digest FROM record_reviewvector")
    execute("TRUNCATE record_reviewvector")
    middle, chance = real.mean(0), np.random.default_rng(1)
    towards = real - middle
    copied = "COPY record_reviewvector (review_id, digest, model, embedding) FROM STDIN (FORMAT BINARY)"
    with rebuilt_indexes([ReviewVector]), connections["owner"].cursor() as cursor, cursor.copy(copied) as into:
        for start in range(0, len(ids), 1000):
            part = ids[start : start + 1000]
            # A random mixture of real claims has their covariance.
            mixture = chance.standard_normal((len(part), len(real)), np.float32) @ towards / len(real) ** 0.5
            far = chance.uniform(NEAR, FAR, (len(part), 1)).astype(np.float32)
            found = middle + (1 - far**2) ** 0.5 * towards[chance.integers(len(real), size=len(part))] + far * mixture
            found /= np.linalg.norm(found, axis=1, keepdims=True)
            head = found.shape[1].to_bytes(2, "big") + b"\0\0"  # the header of pgvector's halfvec
            for (review, digest), row in zip(part, found.astype(">f2"), strict=True):
                into.write_row([review, bytes(digest), LocalModel.model, head + row.tobytes()])
    execute("VACUUM ANALYZE")


def rows_of_statistics(many: int, rounds: int) -> Iterator[str]:
    from django.test import Client

    from factcheck.web.response_cache import forget_responses

    client = Client(SERVER_NAME="127.0.0.1")

    def fetch(path: str) -> None:
        forget_responses()
        assert client.get(path).status_code == 200, path

    for path in STATISTICS:
        taken = statistics.median([seconds_of(lambda path=path: fetch(path)) for _ in range(rounds + 1)][1:])
        yield f"| `{path}` of {many:,} reviews, median | – | – | ≤ 300 ms | {1000 * taken:.1f} ms |"


def main() -> None:
    options = options_of(__doc__, reviews=1_000_000, few=10_000, rounds=5)
    with own_server(), tempfile.TemporaryDirectory() as folder:
        reviews = Reviews()
        chance = random.Random(3)
        real = [text[:200] for text in chance.sample([*reviews.claims["en"], *reviews.claims["vi"]], STREWN + ASKED)]
        for name, count in (("few", options.few), ("many", options.reviews)):
            make_database(name)
            publish(reviews.statement(index) for index in range(count))
            strew_vectors(real[:STREWN])
        report(rows_of_search(reviews, options.reviews, options.few, options.rounds, Path(folder)))
        report(rows_of_statistics(options.reviews, options.rounds))
        report(rows_of_matching(real[STREWN:], options.reviews, options.few, options.rounds))


if __name__ == "__main__":
    main()
