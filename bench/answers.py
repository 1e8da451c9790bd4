"""Requests a second of the API beside what else a newsroom could have put on the same rows.

    python bench/answers.py [--reviews 100000] [--rounds 7] [--seconds 3]

Each round asks each site in turn, so that what else the machine does meets all of them; figures are medians over
the rounds of the ratio within a round. Before anything is timed, their answers are compared. The same address is
asked for again and again, whose answer the site remembers as long as the log is the same; the rows "made anew each
time", and those of the walk, are of a site that does not (`baselines/forgetful.py`).
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from loading import load, own_server
from serving import fetch, rate, served
from table import report

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Asked:
    """What is asked of a site."""

    port: int
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Comparison:
    work: str
    beside: str
    wanted: float
    ours: Asked
    other: Asked


def measure(reviews: int, rounds: int, seconds: float) -> Iterator[str]:
    """The rows of the table, from a database that is empty."""
    load(reviews)
    from django.conf import settings
    from django.db import connections

    sqlite = settings.VAR / "reviews.sqlite"
    _write_sqlite(sqlite)
    alias = connections.settings["public"]
    database = {key: alias[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")}
    database["ENGINE"] = "django.db.backends.postgresql"
    owner = {
        **database,
        "USER": connections.settings["owner"]["USER"],
        "PASSWORD": connections.settings["owner"]["PASSWORD"],
    }
    shared = {"BENCH_DATABASE": json.dumps(database), "BENCH_SECRET_KEY": settings.SECRET_KEY}
    subprocess.run(
        [sys.executable, "-m", "nested.filling"], cwd=HERE / "baselines",
        check=True, env={**os.environ, **shared, "BENCH_DATABASE": json.dumps(owner)},
    )  # fmt: skip
    connections.close_all()
    with ExitStack() as sites:
        ours = sites.enter_context(served("factcheck.wsgi:application"))
        forgetful = sites.enter_context(served("forgetful:application"))
        plain = sites.enter_context(served("plain:application", **shared))
        nested = sites.enter_context(served("nested.site:application", **shared))
        datasette = sites.enter_context(served("sqlite:application", "asgi", BENCH_SQLITE=str(sqlite)))
        yield from compare(list(_comparisons(ours, forgetful, plain, nested, datasette)), rounds, seconds)


def _comparisons(ours: int, forgetful: int, plain: int, nested: int, datasette: int) -> Iterator[Comparison]:
    filters = {"language": "vi", "verdict": "truth:false", "published_after": "2019-01-03"}
    rows = {"_size": 20, "_sort_desc": "published_at", "_col": "body", "_shape": "array", "_nocount": 1, "_nofacet": 1}
    for work, query, of_datasette in (
        ("list of 20 reviews", {}, rows),
        (
            "list of 20 reviews, three filters", filters,
            {**rows, "language": "vi", "verdict": "truth:false", "published_at__gte": "2019-01-03"},
        ),
    ):  # fmt: skip
        path = f"/api/v1/reviews/{'?' if query else ''}{urlencode(query)}"
        sqlite_path = f"/reviews/reviews.json?{urlencode(of_datasette)}"
        _, content = fetch(ours, path)
        results = json.loads(content)["results"]
        assert len(results) == 20, path
        _same(content, fetch(plain, path)[1], "the plain view", path)
        _same(results, json.loads(fetch(nested, path)[1])["results"], "the nested serializers", path)
        in_sqlite = [json.loads(row["body"]) for row in json.loads(fetch(datasette, sqlite_path)[1])]
        _same(results, in_sqlite, "Datasette", sqlite_path)
        for beside, wanted, other in (
            ("a plain Django view over the same SQL", 0.65, Asked(plain, path)),
            ("nested DRF serializers", 3, Asked(nested, path)),
            ("Datasette", 3.5, Asked(datasette, sqlite_path)),
        ):
            yield Comparison(work, beside, wanted, Asked(ours, path), other)
            yield Comparison(f"{work}, made anew each time", beside, wanted, Asked(forgetful, path), other)
    found = results[7]["id"]
    path, sqlite_path = f"/api/v1/reviews/{found}/", f"/reviews/reviews/{found}.json?_shape=array"
    headers, content = fetch(ours, path)
    _same(content, fetch(plain, path)[1], "the plain view", path)
    row = json.loads(fetch(datasette, sqlite_path)[1])[0]
    _same(content, row["body"].encode(), "Datasette", sqlite_path)
    one, anew = Asked(ours, path), Asked(forgetful, path)
    for beside, wanted, other in (
        ("a plain Django view over the same SQL", 0.6, Asked(plain, path)),
        ("Datasette", 2, Asked(datasette, sqlite_path)),
    ):
        yield Comparison("one review", beside, wanted, one, other)
        yield Comparison("one review, made anew each time", beside, wanted, anew, other)
    known = Asked(ours, path, {"If-None-Match": headers["ETag"]})
    yield Comparison("one review, If-None-Match", "its own 200, made anew each time", 1.5, known, anew)
    yield Comparison("one review, If-None-Match", "its own 200, remembered", 1.5, known, one)
    first = Asked(forgetful, "/api/v1/reviews/")
    page = first.path
    for _ in range(99):
        page = json.loads(fetch(forgetful, page)[1])["next"].removeprefix("http://127.0.0.1:8000")
    # 1.3 times as long is 0.77 times as many a second.
    yield Comparison("100th page of a walk by cursor", "the first page", 0.77, Asked(forgetful, page), first)


def _same(ours: Any, theirs: Any, who: str, path: str) -> None:
    if ours != theirs:
        sys.exit(f"{path}: {who} sends something else:\n{str(ours)[:3000]}\n{str(theirs)[:3000]}")


def compare(comparisons: list[Comparison], rounds: int, seconds: float) -> Iterator[str]:
    asked = list(
        dict.fromkeys(
            (each.port, each.path, tuple(each.headers.items())) for one in comparisons for each in (one.ours, one.other)
        )
    )
    found: dict[Any, list[float]] = {each: [] for each in asked}
    for number in range(rounds + 1):
        for port, path, headers in asked:
            sys.stderr.write(f"\rround {number}/{rounds} ")
            speed = rate(port, path, seconds, dict(headers))
            if number:  # the first warms up
                found[port, path, headers].append(speed)
    sys.stderr.write("\r")
    for each in comparisons:
        ours, other = (found[one.port, one.path, tuple(one.headers.items())] for one in (each.ours, each.other))
        ratio = statistics.median(a / b for a, b in zip(ours, other, strict=True))
        yield (
            f"| {each.work} | {each.beside} | {ratio:.2f} × | ≥ {each.wanted} ×"
            f" | {statistics.median(ours):.0f}, {statistics.median(other):.0f} a second |"
        )


def _write_sqlite(file: Path) -> None:
    from sqlite import COLUMNS, write

    from factcheck.record.formats.canonical import rfc3339
    from factcheck.record.models import PublishedReview

    rows = PublishedReview.objects.order_by("sequence").values_list(*COLUMNS).iterator(2000)
    write(file, ((str(row[0]), rfc3339(row[1]), *row[2:]) for row in rows))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--reviews", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=3)
    options = parser.parse_args()
    with own_server():
        report(measure(options.reviews, options.rounds, options.seconds))


if __name__ == "__main__":
    main()
