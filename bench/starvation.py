"""The answers and times of readers and editors while somebody else searches, matches or crawls.

    python bench/starvation.py [--reviews 20000] [--seconds 8]

The set-up is that of production on one machine. There is nginx with deploy/nginx.conf, two processes for readers
(PART=site) and two for the desk (PART=desk). Each process has twelve threads. Attackers and the reader have different
addresses. Attackers pause 20 ms after each response and run at the lowest priority, because real attackers use their
own machines.

The first rows count answers: posts that several newsrooms send at once, and a reader's searches while attackers send
each request from another /24 network. The other figures are medians, divided by the median at rest just before. The
last row is the cost of counting requests.
"""

import http.client
import itertools
import multiprocessing
import os
import secrets
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from urllib.parse import quote

from database import own_server, publish
from generated import Reviews
from serving import fetch, nginx, rate, served
from table import options_of, ratio_row, report

HOST, SITE = "factcheck.example.org", "factcheck.wsgi:application"
WORDS = ["nước", "lũ", "vaccine", "bầu", "video", "tiền", "thuế", "the", "in", "of", "government", "police", "water"]
REQUESTS = 15  # for each page
POSTS, NETWORKS, MOST_SECONDS = 80, 8, 20
SEARCHES = 12  # of the reader
EMBEDDED = 100  # reviews with a vector, so that matching has to compute vectors of texts


def main() -> None:
    options = options_of(__doc__, reviews=20_000, seconds=8.0)
    os.environ.update(SITE_URL=f"https://{HOST}", ALLOWED_HOSTS=HOST, SECRET_KEY=secrets.token_urlsafe(64))
    with own_server() as folder, ExitStack() as running:
        from django.core.management import call_command
        from django.db import connections

        call_command("make_log_key", str(folder / "log-key"), verbosity=0)
        reviews = Reviews()
        publish(reviews.statement(index) for index in range(EMBEDDED))
        call_command("embed_claims", verbosity=0)
        publish(reviews.statement(index) for index in range(EMBEDDED, options.reviews))
        connections.close_all()
        limits = {"API_RATE_LIMIT": "600/min", "SEARCH_RATE_LIMIT": "60/min"}
        site, desk = (running.enter_context(served(SITE, workers=2, PART=part, **limits)) for part in ("site", "desk"))
        port = running.enter_context(nginx(site, desk))
        paths = [f"/reviews/{reviews.statement(index)['id']}/" for index in range(EMBEDDED)]
        texts = [reviews.statement(index)["claim"]["text"] for index in range(POSTS)]
        report([row_of_posts(port, texts)])
        report(rows_of_searches(port, texts))
        report(rows_of_attacks(port, paths, options.seconds))
        report([row_of_counting()])


def row_of_posts(port: int, texts: list[str]) -> str:
    """Return how many of the posts were answered in time. Each network sends its posts one after the other."""
    for text in texts[:4]:  # each process loads its model
        ask(port, f"/api/v1/match/?text={quote(text)}", "127.0.0.2")
    begun = time.perf_counter()

    def client(number: int) -> Iterator[tuple[int, float, bool]]:
        for text in texts[number::NETWORKS]:
            status, body = ask(port, f"/api/v1/match/?text={quote(text)}", f"127.0.2.{1 + number}")
            yield status, time.perf_counter() - begun, b'"method":"words"' in body

    with ThreadPoolExecutor(NETWORKS) as pool:
        answers = [each for some in pool.map(lambda number: [*client(number)], range(NETWORKS)) for each in some]
    in_time = sum(status == 200 and seconds <= MOST_SECONDS for status, seconds, _ in answers)
    by_words = sum(status == 200 and words for status, _, words in answers)
    measured = f"{in_time}, {by_words} by words, all after {max(seconds for _, seconds, _ in answers):.1f} s"
    work = f"{len(texts)} posts from {NETWORKS} networks, answered within {MOST_SECONDS} s"
    return f"| {work} | – | – | {len(texts)} | {measured} (load {os.getloadavg()[0]:.1f}) |"


def rows_of_searches(port: int, texts: list[str]) -> Iterator[str]:
    """Return how many of a reader's searches were answered while attackers use another address each time."""
    for name, path in (("matches", match), ("searches", search_for_claim)):
        process = multiprocessing.get_context("fork").Process(target=attack, args=[port, 8, 600, path])
        with running(process):
            time.sleep(1)
            answers, taken = [], []
            for text in texts[:SEARCHES]:
                begun = time.perf_counter()
                answers.append(ask(port, f"/en/search/?q={quote(text)}", "127.0.0.2"))
                taken.append(time.perf_counter() - begun)
                time.sleep(0.1)
        found = [body for status, body in answers if status == 200]
        whole = sum(b"may be missing" not in body and b"only the words" not in body for body in found)
        measured = f"{len(found)}, {whole} of them by meaning, the slowest after {max(taken):.1f} s"
        work = f"{SEARCHES} searches of a reader during 8 {name} at a time from 600 addresses"
        yield f"| {work} | – | – | ≥ {SEARCHES - 1} | {measured} (load {os.getloadavg()[0]:.1f}) |"


def rows_of_attacks(port: int, paths: list[str], seconds: float) -> Iterator[str]:
    pages = {"home": "/en/", "review": paths[0], "login": "/admin/login/"}
    attacks: dict[str, tuple[int, Callable[[int], str]]] = {
        "16 searches at a time": (16, search),
        "32 matches at a time": (32, match),
        "a crawl of 16 pages at a time": (16, lambda number: paths[number % len(paths)]),
    }
    for (name, (clients, path)), addresses in itertools.product(attacks.items(), (1, 32)):
        rest = medians(port, pages, 60)  # measured each time, because the machine may have other work
        process = multiprocessing.get_context("fork").Process(target=attack, args=[port, clients, addresses, path])
        with running(process):
            time.sleep(1)
            found = medians(port, pages, seconds)
        for page in pages:
            work = f"{page} during {name}, {'one address' if addresses == 1 else f'{addresses} addresses'}"
            yield ratio_row(work, "at rest", found[page], rest[page], "≤ 3 ×")


@contextmanager
def running(process: multiprocessing.process.BaseProcess) -> Iterator[None]:
    process.start()
    try:
        yield
    finally:
        process.kill()
        process.join()


def row_of_counting() -> str:
    ratios, local = [], {"SITE_URL": "http://127.0.0.1:8000", "ALLOWED_HOSTS": ""}
    limited = served(SITE, API_RATE_LIMIT="100000000/min", **local)
    with served(SITE, **local) as free, limited as counting:
        for port in (free, counting):  # warms up, because the first response takes long
            fetch(port, "/api/v1/reviews/")
        for _ in range(5):  # in turn, because the machine may have other work
            counted, uncounted = (rate(port, "/api/v1/reviews/", 2) for port in (counting, free))
            ratios.append(counted / uncounted)
    return f"| list of 20 reviews, counted | without a limit | {statistics.median(ratios):.2f} × | – | |"


def search(number: int) -> str:
    return f"/en/search/?q={quote(f'{WORDS[number % len(WORDS)]} {WORDS[number // len(WORDS) % len(WORDS)]}')}"


def search_for_claim(number: int) -> str:
    words = (WORDS[(number * step) % len(WORDS)] for step in range(1, 12))
    return f"/en/search/?q={quote(f'{number} ' + ' '.join(words))}"


def match(number: int) -> str:
    words = (WORDS[(number * step) % len(WORDS)] for step in range(1, 60))
    return f"/api/v1/match/?text={quote(f'{number} ' + ' '.join(words))}"


def medians(port: int, pages: dict[str, str], seconds: float) -> dict[str, float]:
    """Return the median seconds for each page, from requests that take turns."""
    taken: dict[str, list[float]] = {page: [] for page in pages}
    end = time.monotonic() + seconds
    for _ in range(REQUESTS):
        for page, path in pages.items():
            time.sleep(0.1)  # the proxy delays clients that read faster than 20 pages a second
            begun = time.perf_counter()
            if (status := get(port, path, "127.0.0.2")) != 200:
                sys.stderr.write(f"{path} answered {status} to the reader.\n")
            taken[page].append(time.perf_counter() - begun)
        if time.monotonic() > end:
            break
    return {page: statistics.median(times) for page, times in taken.items()}


def get(port: int, path: str, address: str) -> int:
    return ask(port, path, address)[0]


def ask(port: int, path: str, address: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120, source_address=(address, 0))
    try:
        connection.request("GET", path, headers={"Host": HOST})
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def network(number: int, addresses: int) -> str:
    """Return an address. Each of them is in a /24 network of its own."""
    return f"127.{1 + number % addresses // 200}.{1 + number % addresses % 200}.1"


def attack(port: int, clients: int, addresses: int, path: Callable[[int], str]) -> None:
    """Run clients that send a request as soon as they have a response."""
    numbers = itertools.count()
    os.nice(19)

    def client(index: int) -> None:
        while True:
            try:
                number = next(numbers)
                get(port, path(number), network(number if addresses > clients else index % addresses, addresses))
                time.sleep(0.02)
            except OSError:
                time.sleep(0.01)  # nginx has closed the connection

    for index in range(clients):
        threading.Thread(target=client, args=[index], daemon=True).start()
    time.sleep(600)


if __name__ == "__main__":
    main()
