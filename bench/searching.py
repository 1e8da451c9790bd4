"""Search and matching among very many reviews beside the same among few, and beside tantivy; without HTTP.

    python bench/searching.py [--reviews 1000000] [--few 10000] [--rounds 5]

Five classes of 20 queries, made of the words of the real files by how often they stand in the generated texts. The call
is the one that the API makes; it returns the 20 stored bodies, and so does tantivy's. Where nothing has all words, ours
asks for half of their weight, tantivy for any. `matching_speed.py` measures matching.
"""

import argparse
import random
import sys
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import matching_speed
from generated import Reviews
from loading import load, make_database, own_server, use
from table import p95, ratio_row, report
from vectors import load_vectors

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
        for asked in (" ".join(f"+{word}" for word in words.split()), words):
            hits = searcher.search(index.parse_query(asked, list(fields)), 20).hits
            if hits:
                break
        return [searcher.doc(address)["body"][0] for _, address in hits]

    return search


def measure(reviews: int, few: int, rounds: int) -> Iterator[str]:
    """The rows of the table, from the databases "many" and "few", which are asked class by class in turn."""
    from factcheck.record.models import PublishedReview
    from factcheck.record.search.query import read_query
    from factcheck.record.search.ranking import Search

    def search(words: str) -> list[Any]:
        return Search(PublishedReview, read_query(words)).page(20).hits

    use("many")
    with tempfile.TemporaryDirectory() as folder:
        tantivy = tantivy_search(folder)
        for name, asked in queries().items():
            found: dict[str, float] = {}
            for database in ("few", "many"):
                use(database)
                p95(search, asked, 1)  # warm
                found[database] = p95(search, asked, rounds)
            p95(tantivy, asked, 1)
            found["tantivy"] = p95(tantivy, asked, rounds)
            work = f"search among {reviews:,}, p95: {name}"
            yield ratio_row(work, f"among {few:,}", found["many"], found["few"], "≤ 3 ×, ≤ 30 ms")
            yield ratio_row("〃", "tantivy", found["many"], found["tantivy"], "≤ 3 ×")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--reviews", type=int, default=1_000_000)
    parser.add_argument("--few", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    sizes = (options.reviews, min(options.few, options.reviews))
    with own_server():
        for name, count in zip(("many", "few"), sizes, strict=True):
            make_database(name)
            use(name)
            load(count)
            load_vectors(count)
        report(measure(*sizes, options.rounds))
        report(matching_speed.measure(*sizes, options.rounds))


if __name__ == "__main__":
    sys.exit(main())
