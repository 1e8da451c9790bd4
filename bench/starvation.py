"""How long readers and editors wait while somebody else searches, matches or crawls.

    python bench/starvation.py [--reviews 20000] [--seconds 8]

The set-up is that of production on one machine: nginx with deploy/nginx.conf, a process for readers (PART=site) and a
process for the desk (PART=desk), each with eight threads. Attackers and the reader have addresses of their own.
Attackers are 20 ms away and run at the lowest priority, because they would have machines of their own. Figures are
medians, beside the median at rest just before. The last row is the cost of counting requests.
"""

import argparse
import http.client
import itertools
import json
import multiprocessing
import os
import secrets
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import quote

from loading import load, own_server
from serving import fetch, nginx, rate, served
from table import ratio_row, report

HOST = "factcheck.example.org"
READER = "127.0.0.2"
WORDS = ["nước", "lũ", "vaccine", "bầu", "video", "tiền", "thuế", "the", "in", "of", "government", "police", "water"]
REQUESTS = 15  # requests for each page
WANTED = "≤ 3 ×"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--reviews", type=int, default=20_000)
    parser.add_argument("--seconds", type=float, default=8)
    options = parser.parse_args()
    os.environ.update(SITE_URL=f"https://{HOST}", ALLOWED_HOSTS=HOST, SECRET_KEY=secrets.token_urlsafe(64))
    with own_server():
        report(measure(options.reviews, options.seconds))


def measure(reviews: int, seconds: float) -> Iterator[str]:
    load(reviews)
    from django.core.management import call_command
    from django.db import connections

    from factcheck.record.matching.models import ReviewVector
    from factcheck.record.matching.vectors import embedded_text, text_digest
    from factcheck.record.models import PublishedReview

    # Some vectors, so that each match computes one.
    some = PublishedReview.objects.using("public").values_list("id", "body")[:100]
    digests = {pk: text_digest(embedded_text(json.loads(body))) for pk, body in some}
    ReviewVector.objects.using("owner").bulk_create(
        ReviewVector(review_id=pk, digest=digest) for pk, digest in digests.items()
    )
    call_command("embed_claims", verbosity=0)
    ids = [*map(str, PublishedReview.objects.using("public").values_list("id", flat=True)[:500])]
    connections.close_all()
    limits = {"API_RATE_LIMIT": "600/min", "SEARCH_RATE_LIMIT": "60/min"}
    with ExitStack() as running:
        site = running.enter_context(served("factcheck.wsgi:application", PART="site", **limits))
        desk = running.enter_context(served("factcheck.wsgi:application", PART="desk", **limits))
        port = running.enter_context(nginx(site, desk))
        pages = {"home": "/en/", "review": f"/reviews/{ids[0]}/", "sign-in": "/admin/login/"}
        attacks: dict[str, tuple[int, Callable[[int], str]]] = {
            "16 searches at a time": (16, search),
            "32 matches at a time": (32, match),
            "a crawl of 16 pages at a time": (16, lambda number: f"/reviews/{ids[number % len(ids)]}/"),
        }
        for (name, (clients, path)), addresses in itertools.product(attacks.items(), (1, 32)):
            rest = medians(port, pages, REQUESTS)  # each time, because the machine may have other work
            with attack(port, clients, addresses, path):
                time.sleep(1)
                found = medians(port, pages, REQUESTS, seconds)
            who = "one address" if addresses == 1 else f"{addresses} addresses"
            for page in pages:
                yield ratio_row(f"{page}, beside {name} from {who}", "at rest", found[page], rest[page], WANTED)
    yield from cost_of_counting()


def cost_of_counting() -> Iterator[str]:
    local = {"SITE_URL": "http://127.0.0.1:8000", "ALLOWED_HOSTS": ""}
    free, counting = [], []
    with (
        served("factcheck.wsgi:application", **local) as without,
        served("factcheck.wsgi:application", API_RATE_LIMIT="100000000/min", **local) as counted,
    ):
        for port in (without, counted):  # the first response takes long
            fetch(port, "/api/v1/reviews/")
        for _ in range(5):  # in turn, because the machine may have other work
            free.append(rate(without, "/api/v1/reviews/", 2))
            counting.append(rate(counted, "/api/v1/reviews/", 2))
    ratio = statistics.median(one / other for one, other in zip(counting, free, strict=True))
    figures = f"{statistics.median(counting):,.0f}, {statistics.median(free):,.0f} a second"
    yield f"| list of 20 reviews, counted | without a limit | {ratio:.2f} × | – | {figures} |"


def search(number: int) -> str:
    return f"/en/search/?q={quote(' '.join((WORDS[number % len(WORDS)], WORDS[number // len(WORDS) % len(WORDS)])))}"


def match(number: int) -> str:
    words = (WORDS[(number * step) % len(WORDS)] for step in range(1, 60))
    return f"/api/v1/match/?text={quote(f'{number} ' + ' '.join(words))}"


def medians(port: int, pages: dict[str, str], count: int, seconds: float = 60) -> dict[str, float]:
    """Seconds for each page, of requests that take turns."""
    taken: dict[str, list[float]] = {page: [] for page in pages}
    end = time.monotonic() + seconds
    for _ in range(count):
        for page, path in pages.items():
            time.sleep(0.1)  # the proxy delays clients that read faster than 20 pages a second
            begun = time.perf_counter()
            status = get(port, path, READER)
            taken[page].append(time.perf_counter() - begun)
            if status != 200:
                sys.stderr.write(f"{path} answered {status} to the reader.\n")
        if time.monotonic() > end:
            break
    return {page: statistics.median(times) for page, times in taken.items()}


def get(port: int, path: str, address: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120, source_address=(address, 0))
    try:
        connection.request("GET", path, headers={"Host": HOST})
        response = connection.getresponse()
        response.read()
        return response.status
    finally:
        connection.close()


@contextmanager
def attack(port: int, clients: int, addresses: int, path: Callable[[int], str]) -> Iterator[None]:
    """Clients in a process of their own, which begin again as soon as they have a response."""
    process = multiprocessing.get_context("fork").Process(target=repeat, args=[port, clients, addresses, path])
    process.start()
    try:
        yield
    finally:
        process.kill()
        process.join()


def repeat(port: int, clients: int, addresses: int, path: Callable[[int], str]) -> None:
    numbers = itertools.count()
    os.nice(19)

    def client(index: int) -> None:
        while True:
            try:
                get(port, path(next(numbers)), f"127.0.1.{1 + index % addresses}")
                time.sleep(0.02)
            except OSError:
                time.sleep(0.01)  # nginx closed the connection

    for index in range(clients):
        threading.Thread(target=client, args=[index], daemon=True).start()
    time.sleep(600)


if __name__ == "__main__":
    main()
