"""Requests a second of the page of a review with ten sources, beside a plain view with a template of the same size.

    python bench/pages.py [--rounds 7] [--seconds 3]

Both sites are asked in turn in each round (`answers.py`). The page has a correction, a copy, checks, a translation and
another newsroom's review, as in `tests/website/conftest.py`.
"""

import argparse
import json
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from answers import Asked, Comparison, compare
from loading import own_server
from serving import fetch, served
from table import report


def measure(rounds: int, seconds: float) -> Iterator[str]:
    """The rows of the table, from a database that is empty."""
    from django.conf import settings
    from django.db import connections

    from tests.evidence import stored_in
    from tests.rich_reviews import publish_review_with_ten_sources

    with stored_in(Path(tempfile.mkdtemp(dir=settings.VAR))):
        path = publish_review_with_ten_sources()
    alias = connections.settings["public"]
    database = {key: alias[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")}
    database["ENGINE"] = "django.db.backends.postgresql"
    shared = {"BENCH_DATABASE": json.dumps(database), "BENCH_SECRET_KEY": settings.SECRET_KEY}
    connections.close_all()
    with ExitStack() as sites:
        ours = sites.enter_context(served("factcheck.wsgi:application"))
        forgetful = sites.enter_context(served("forgetful:application"))
        size = len(fetch(ours, path)[1])
        sizes = []
        for links in (0, 100):
            with served("plain_page:application", **shared, BENCH_LINKS=str(links)) as plain:
                sizes.append(len(fetch(plain, path)[1]))
        links = round(100 * (size - sizes[0]) / (sizes[1] - sizes[0]))
        plain = sites.enter_context(served("plain_page:application", **shared, BENCH_LINKS=str(links)))
        work = f"page of a review with ten sources, {size} bytes"
        beside = f"a plain view, one query, a template of {len(fetch(plain, path)[1])} bytes"
        yield from compare(
            [
                Comparison(work, beside, 0.5, Asked(ours, path), Asked(plain, path)),
                Comparison(f"{work}, rendered each time", beside, 0.5, Asked(forgetful, path), Asked(plain, path)),
            ],
            rounds,
            seconds,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=3)
    options = parser.parse_args()
    with own_server():
        report(measure(options.rounds, options.seconds))


if __name__ == "__main__":
    main()
