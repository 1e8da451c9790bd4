"""Requests a second of the API and of a review's page, compared with other servers of the same rows.

    python bench/answers.py [--reviews 100000] [--rounds 7] [--seconds 3]

Each round measures each server in turn, so other work of the machine affects all of them. A figure is the median over
the rounds of the ratio within a round. The answers are compared before anything is timed. The same URL is requested
many times, and the site caches its response. "Computed each time" is a site without this cache
(`baselines/forgetful.py`).
"""

import json
import statistics
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from database import HERE, execute, own_server, publish
from generated import Reviews
from serving import fetch, rate, served
from table import options_of, report

sys.path.append(str(HERE / "baselines"))

PLAIN = "a plain Django view with the same SQL"
FILTERS = {"language": "vi", "verdict": "truth:false", "reviewed_after": "2018-01-01"}
DATASETTE = {"_size": 20, "_sort_desc": "published_at", "_col": "body", "_shape": "array", "_nocount": 1, "_nofacet": 1}


@dataclass(frozen=True)
class Request:
    port: int
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Comparison:
    work: str
    compared: str
    target: float
    ours: Request
    other: Request


def servers(stack: ExitStack, folder: Path) -> tuple[int, int, dict[str, str], int]:
    """Return the ports of the site, of the site without its caches, and of Datasette.

    The third result is the environment of the plain views.
    """
    from django.conf import settings
    from django.db import connections
    from sqlite import COLUMNS, write

    from factcheck.record.formats.canonical import rfc3339
    from factcheck.record.models import PublishedReview

    rows = PublishedReview.objects.order_by("sequence").values_list(*COLUMNS).iterator(2000)
    write(folder / "reviews.sqlite", ((str(pk), rfc3339(at), *others) for pk, at, *others in rows))
    alias = connections.settings["public"]
    database = {key: alias[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")}
    plain = {
        "BENCH_DATABASE": json.dumps({**database, "ENGINE": "django.db.backends.postgresql"}),
        "BENCH_SECRET_KEY": settings.SECRET_KEY,
    }
    connections.close_all()
    site = stack.enter_context(served("factcheck.wsgi:application"))
    forgetful = stack.enter_context(served("forgetful:application"))
    file = str(folder / "reviews.sqlite")
    return site, forgetful, plain, stack.enter_context(served("sqlite:application", "asgi", BENCH_SQLITE=file))


def comparisons_of_the_api(site: int, forgetful: int, plain: int, datasette: int) -> Iterator[Comparison]:
    for work, query, filters in (
        ("list of 20 reviews", {}, {}),
        (
            "list, three filters", FILTERS,
            {"language": "vi", "verdict": "truth:false", "reviewed_on__gte": FILTERS["reviewed_after"]},
        ),
    ):  # fmt: skip
        path = f"/api/v1/reviews/{'?' if query else ''}{urlencode(query)}"
        in_sqlite = Request(datasette, f"/reviews/reviews.json?{urlencode({**DATASETTE, **filters})}")
        content = fetch(site, path)[1]
        results = json.loads(content)["results"]
        require_same(content, fetch(plain, path)[1], "the plain view", path)
        rows = json.loads(fetch(datasette, in_sqlite.path)[1])
        require_same(results, [json.loads(row["body"]) for row in rows], "Datasette", in_sqlite.path)
        for compared, cached, computed, other in (
            (PLAIN, 2.8, 0.8, Request(plain, path)), ("Datasette", 8, 3.5, in_sqlite),
        ):  # fmt: skip
            yield Comparison(work, compared, cached, Request(site, path), other)
            yield Comparison(f"{work}, computed each time", compared, computed, Request(forgetful, path), other)
    path = f"/api/v1/reviews/{results[0]['id']}/"
    in_sqlite = Request(datasette, f"/reviews/reviews/{results[0]['id']}.json?_shape=array")
    headers, content = fetch(site, path)
    require_same(content, fetch(plain, path)[1], "the plain view", path)
    require_same(content, json.loads(fetch(datasette, in_sqlite.path)[1])[0]["body"].encode(), "Datasette", path)
    kept, made = Request(site, path), Request(forgetful, path)
    for compared, cached, computed, other in ((PLAIN, 1.2, 0.75, Request(plain, path)), ("Datasette", 2, 2, in_sqlite)):
        yield Comparison("one review", compared, cached, kept, other)
        yield Comparison("one review, computed each time", compared, computed, made, other)
    known = Request(site, path, {"If-None-Match": headers["ETag"]})
    yield Comparison("one review, `If-None-Match`", "its 200, computed each time", 1.5, known, made)
    yield Comparison("one review, `If-None-Match`", "its 200, cached", 1.5, known, kept)
    first = Request(forgetful, "/api/v1/reviews/")
    page = first.path
    for _ in range(99):
        page = json.loads(fetch(forgetful, page)[1])["next"].removeprefix("http://127.0.0.1:8000")
    # A page that takes 1.3 times as long is requested 0.77 times as often.
    yield Comparison("100th page of a walk by cursor", "the first page", 0.77, Request(forgetful, page), first)


def comparisons_of_the_page(
    stack: ExitStack, path: str, site: int, forgetful: int, plain: dict[str, str]
) -> Iterator[Comparison]:
    """Yield comparisons of a review's page with a plain view that has a template of the same size.

    The review has a correction, a capture, checks, a translation and another newsroom's review.
    """
    size, sizes = len(fetch(site, path)[1]), []
    for links in (0, 100):
        with served("plain:application", **plain, BENCH_LINKS=str(links)) as port:
            sizes.append(len(fetch(port, path)[1]))
    links = round(100 * (size - sizes[0]) / (sizes[1] - sizes[0]))
    other = Request(stack.enter_context(served("plain:application", **plain, BENCH_LINKS=str(links))), path)
    compared = "a plain view with a template of the same size"
    yield Comparison("page of a review with ten sources", compared, 0.5, Request(site, path), other)
    yield Comparison("page of a review, rendered each time", compared, 0.5, Request(forgetful, path), other)


def require_same(ours: Any, theirs: Any, who: str, path: str) -> None:
    if ours != theirs:
        sys.exit(f"{path}: {who} sends something else:\n{str(ours)[:3000]}\n{str(theirs)[:3000]}")


def compare(comparisons: list[Comparison], rounds: int, seconds: float) -> Iterator[str]:
    def key(request: Request) -> Any:
        return request.port, request.path, tuple(request.headers.items())

    rates: dict[Any, list[float]] = {key(each): [] for one in comparisons for each in (one.ours, one.other)}
    for number in range(rounds + 1):
        for port, path, headers in rates:
            sys.stderr.write(f"\rround {number}/{rounds} ")
            measured = rate(port, path, seconds, dict(headers))
            if number:  # the first round warms up
                rates[port, path, headers].append(measured)
    for each in comparisons:
        ours, other = rates[key(each.ours)], rates[key(each.other)]
        ratio = statistics.median(a / b for a, b in zip(ours, other, strict=True))
        measured = f"{statistics.median(ours):,.0f}, {statistics.median(other):,.0f} a second"
        yield f"| {each.work} | {each.compared} | {ratio:.2f} × | ≥ {each.target} × | {measured} |"


def main() -> None:
    options = options_of(__doc__, reviews=100_000, rounds=7, seconds=3.0)
    with own_server() as folder, ExitStack() as stack:
        from tests.support.evidence import stored_in
        from tests.support.rich_reviews import publish_review_with_ten_sources

        with stored_in(folder / "stored"):
            path = publish_review_with_ten_sources()
        reviews = Reviews()
        publish(reviews.statement(index) for index in range(options.reviews))
        execute("VACUUM ANALYZE")
        site, forgetful, plain, datasette = servers(stack, folder)
        views = stack.enter_context(served("plain:application", **plain))
        comparisons = [
            *comparisons_of_the_api(site, forgetful, views, datasette),
            *comparisons_of_the_page(stack, path, site, forgetful, plain),
        ]
        report(compare(comparisons, options.rounds, options.seconds))


if __name__ == "__main__":
    main()
