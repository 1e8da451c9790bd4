"""Search over very many reviews beside the same over few, and beside tantivy on the same texts; without HTTP.

    python bench/searching.py [--reviews 1000000] [--few 10000] [--rounds 5]

Five classes of 20 queries, made of the words of the real files by how often they stand in the generated texts. The call
is the one that the API makes; it returns the 20 stored bodies, and so does tantivy's.
"""

import argparse
import random
import statistics
import sys
import tempfile
import time
import unicodedata
from collections import Counter
from collections.abc import Callable
from typing import Any

from generated import Reviews
from loading import load, make_database, own_server, use

QUERIES = 20


def queries(seed: int = 5) -> dict[str, list[str]]:
    """Five classes of queries, from words that all sizes of data hold."""
    made, chance = Reviews(1), random.Random(seed)
    english, vietnamese = made.words("en"), [word for word in made.words("vi") if word.isalpha()]
    plain = [word for word in english if word.isascii() and word.isalpha() and len(word) > 3]
    counts = Counter(map(str.lower, plain))
    by_rank = [word for word, _ in counts.most_common()]
    common = by_rank[:200]
    rare = [word for word, count in counts.items() if count == 2]
    phrases = [vietnamese[start : start + 4] for start in chance.sample(range(len(vietnamese) - 4), QUERIES)]
    return {
        "one rare word": chance.sample(rare, QUERIES),
        "one common word": chance.sample(common, QUERIES),
        "two or three words": [" ".join(chance.sample(by_rank[:2000], chance.choice((2, 3)))) for _ in range(QUERIES)],
        "five common words": [" ".join(chance.sample(common, 5)) for _ in range(QUERIES)],
        "a Vietnamese phrase without diacritics": [without_diacritics(" ".join(phrase)) for phrase in phrases],
    }


def without_diacritics(text: str) -> str:
    apart = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


def p95(call: Callable[[str], Any], asked: list[str], rounds: int) -> float:
    """The 95th percentile over the queries, of each the median over the rounds; seconds."""
    taken: dict[str, list[float]] = {query: [] for query in asked}
    for _ in range(rounds):
        for query in asked:
            begun = time.perf_counter()
            call(query)
            taken[query].append(time.perf_counter() - begun)
    found = sorted(statistics.median(times) for times in taken.values())
    return found[round(0.95 * (len(found) - 1))]


def tantivy_search(folder: str) -> Callable[[str], list[str]]:
    """An index of the database in use with the fields that ours has, folded as ours; its bodies are stored."""
    import orjson
    import tantivy

    from factcheck.record.models import PublishedReview

    analyzer = (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.remove_long(40)).filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.ascii_fold()).filter(tantivy.Filter.stemmer("english")).build()
    )  # fmt: skip
    schema = tantivy.SchemaBuilder()
    fields = ("claim", "headline", "summary", "claimant")
    for field in fields:
        schema.add_text_field(field, tokenizer_name="folded")
    schema.add_text_field("body", stored=True, tokenizer_name="raw", index_option="basic")
    index = tantivy.Index(schema.build(), path=folder)
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
        query = index.parse_query(" ".join(f"+{word}" for word in words.split()), list(fields))
        return [searcher.doc(address)["body"][0] for _, address in searcher.search(query, 20).hits]

    return search


def measure(reviews: int, few: int, rounds: int) -> list[str]:
    """The rows of the table; the two databases are asked class by class in turn."""
    from factcheck.record.search import search_reviews

    for name, count in (("few", few), ("many", reviews)):
        make_database(name)
        use(name)
        load(count)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        tantivy = tantivy_search(folder)
        for name, asked in queries().items():
            found: dict[str, float] = {}
            for database in ("few", "many"):
                use(database)
                p95(search_reviews, asked, 1)  # warm
                found[database] = p95(search_reviews, asked, rounds)
            p95(tantivy, asked, 1)
            found["tantivy"] = p95(tantivy, asked, rounds)
            many, small, other = (found[key] * 1000 for key in ("many", "few", "tantivy"))
            rows += [
                f"| search among {reviews:,}, p95: {name} | among {few:,} | {many / small:.2f} × | ≤ 3 ×, ≤ 30 ms"
                f" | {many:.1f} ms, {small:.1f} ms |",
                f"| 〃 | tantivy | {many / other:.2f} × | ≤ 3 × | {many:.1f} ms, {other:.1f} ms |",
            ]
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--reviews", type=int, default=1_000_000)
    parser.add_argument("--few", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with own_server():
        print("\n".join(measure(options.reviews, options.few, options.rounds)))


if __name__ == "__main__":
    sys.exit(main())
