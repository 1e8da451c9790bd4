"""The feed of changes, waiting for it, and a mirror that follows it."""

import json
import socketserver
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from api.http import long_polling
from factcheck.editorial.models import Review
from factcheck.record.models import LogEntry, PublishedDemand, PublishedReview
from tests.support.drafts import Newsroom, make_newsroom
from tests.support.serving import running, served

MIRROR = str(Path(__file__).parents[2] / "examples" / "mirror.py")


@pytest.fixture(scope="module")
def world(module_database):
    """0 one, 1 two, 2 three; 3 one corrected, 4 two withdrawn, 5 three erased."""
    newsroom = make_newsroom()
    one, two, three = (newsroom.make_review(headline=name) for name in ("Một", "Hai", "Ba"))
    for review in (one, two, three):
        newsroom.publish_review(review)
    newsroom.correct_review(one, headline="Một, sửa")
    newsroom.withdraw_review(two)
    newsroom.erase_review(three, notice="Theo lệnh của toà án.")
    return SimpleNamespace(ids=[str(review.pk) for review in (one, two, three)])


def test_changes_in_the_order_of_the_log(world, api):
    page = api.get("changes/")
    assert [(change["sequence"], change["kind"], change["number"]) for change in page["results"]] == [
        (0, "review.original", 1),
        (1, "review.original", 1),
        (2, "review.original", 1),
        (3, "review.correction", 2),
        (4, "review.withdrawal", 2),
        (5, "review.erasure", 2),
    ]
    assert [change["body"] for change in page["results"][:3]] == [None, None, None]
    corrected, withdrawn, erased = (change["body"] for change in page["results"][3:])
    assert corrected == api.get(f"reviews/{world.ids[0]}/")
    assert withdrawn == api.get(f"reviews/{world.ids[1]}/")
    assert erased["revision"]["note"] == "Theo lệnh của toà án."
    assert "Ba" not in json.dumps(erased)
    entry = LogEntry.objects.get(sequence=3)
    assert {key: value for key, value in page["results"][3].items() if key != "body"} == {
        "sequence": 3,
        "at": entry.at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "kind": "review.correction",
        "subject": world.ids[0],
        "number": 2,
        "digest": entry.digest,
    }
    assert page["next"] == "http://127.0.0.1:8000/api/v1/changes/?since=5"


def test_changes_carry_demands_as_their_addresses_do(newsroom: Newsroom, api):
    demand = newsroom.make_demand()
    newsroom.publish_demand(demand)
    newsroom.update_demand(demand, outcome="dropped")
    first, second = api.get("changes/")["results"]
    assert (first["kind"], first["number"], first["body"]) == ("demand.published", 1, None)
    assert (second["kind"], second["number"]) == ("demand.updated", 2)
    assert second["body"] == api.get(f"demands/{demand.pk}/")


def test_changes_page_by_page(world, api):
    address, seen = "changes/?page_size=4&wait=0", []
    while (page := api.get(address))["results"]:
        seen.append([change["sequence"] for change in page["results"]])
        address = page["next"]
    assert seen == [[0, 1, 2, 3], [4, 5]]
    assert address == "http://127.0.0.1:8000/api/v1/changes/?page_size=4&wait=0&since=5"
    assert page["next"] == address
    assert api.send(address)["Link"].startswith(
        f'<https://creativecommons.org/licenses/by/4.0/>; rel="license", <{address}>; rel="next"'
    )


def test_unchanged_page_is_known_without_reading_a_body(newsroom: Newsroom, api):
    one, two = newsroom.make_review(), newsroom.make_review()
    for review in (one, two):
        newsroom.publish_review(review)
    demand = newsroom.make_demand()
    newsroom.publish_demand(demand)
    page, first = api.send("changes/?page_size=3"), api.send("changes/?page_size=1")
    with CaptureQueriesContext(connections["public"]) as asked:
        again = api.send("changes/?page_size=3", **{"If-None-Match": page["ETag"]})
    assert (again.status_code, again.content, again["ETag"], again["Link"]) == (304, b"", page["ETag"], page["Link"])
    assert [query["sql"] for query in asked.captured_queries if "body" in query["sql"]] == []
    newsroom.correct_review(two, headline="Hai, sửa")
    changed = api.send("changes/?page_size=3", **{"If-None-Match": page["ETag"]})
    assert [each["body"] is None for each in changed.json()["results"]] == [False, True, False]
    assert api.send("changes/?page_size=1", **{"If-None-Match": first["ETag"]}).status_code == 304
    for rows in (PublishedDemand.objects.filter(pk=demand.pk), PublishedReview.objects.filter(pk=one.pk)):
        before = api.send("changes/?page_size=3")["ETag"]
        rows.using("owner").update(body="{}")
        assert api.send("changes/?page_size=3")["ETag"] != before


@pytest.mark.parametrize(
    ("query", "errors"),
    [
        ({"since": "6"}, [("since", "This entry isn't in the log. Send a sequence of at most 5.")]),
        ({"since": "-1"}, [("since", "This isn't a sequence. Send the index of a log entry, for example 0 or 1024.")]),
        ({"since": "9" * 40}, [("since", "This isn't a sequence. Send the index of a log entry, for example 0 or 1024.")]),
        ({"since": ["1", "2"]}, [("since", "Send this parameter only once.")]),
        ({"page_size": "101"}, [("page_size", "This is outside the range. Send a number from 1 to 100.")]),
        ({"page_size": "0"}, [("page_size", "This is outside the range. Send a number from 1 to 100.")]),
        ({"wait": "31", "x": "1"}, [
            ("x", "This URL doesn't have this parameter. Use one of since, page_size, wait."), ("wait", "This is outside the range. Send a number from 0 to 30."),
        ]),
        ({"wait": "soon"}, [("wait", "This isn't a whole number. Send a number from 0 to 30.")]),
    ],
)  # fmt: skip
def test_changes_refuse_what_is_wrong(world, api, query, errors):
    problem = api.problem("changes/", query)
    assert [(error["parameter"], error["detail"]) for error in problem["errors"]] == errors


def test_changes_of_an_empty_log(database, api):
    assert api.get("changes/") == {"results": [], "next": "http://127.0.0.1:8000/api/v1/changes/"}
    assert api.problem("changes/", {"since": "0"})["errors"][0]["parameter"] == "since"


def test_changes_take_three_queries(world, api):
    with CaptureQueriesContext(connections["public"]) as queries:
        api.send("changes/")
    assert len(queries) == 3


def timed(api, query):
    began = time.monotonic()
    page = api.get("changes/", query)
    return time.monotonic() - began, [change["sequence"] for change in page["results"]]


def test_waiting_ends_with_the_time_and_not_before(world, api):
    took, found = timed(api, {"since": 5, "wait": 1})
    assert found == []
    assert 1 <= took < 25
    took, found = timed(api, {"since": 4, "wait": 30})
    assert found == [5]
    assert took < 25


def test_waiting_ends_with_what_is_published(newsroom: Newsroom, live: Review, api):
    answers = []

    def wait():
        try:
            answers.append(timed(api, {"since": 0, "wait": 30}))
        finally:
            connections.close_all()

    waiter = threading.Thread(target=wait)
    waiter.start()
    time.sleep(0.7)
    newsroom.publish_new()
    waiter.join(20)
    ((took, found),) = answers
    assert found == [1]
    assert 0.7 <= took < 15


def test_no_more_wait_than_there_are_places(world, api, monkeypatch):
    places = threading.BoundedSemaphore(1)
    monkeypatch.setattr(long_polling, "change_places", places)
    with places:
        assert timed(api, {"since": 5, "wait": 30})[0] < 25
    assert timed(api, {"since": 5, "wait": 1})[0] >= 1
    with places:  # its place is free again
        pass


def test_nobody_waits_where_the_site_says_so(world, api, monkeypatch):
    monkeypatch.setattr(long_polling, "change_places", threading.Semaphore(0))
    assert timed(api, {"since": 5, "wait": 30})[0] < 25


def mirrored(file):
    with sqlite3.connect(file) as database:
        found = dict(database.execute("SELECT subject, body FROM bodies"))
    database.close()
    return found


def ours():
    return {str(row.pk): row.body for row in PublishedReview.objects.all()}


def run_once(address, file, check=True):
    command = [sys.executable, MIRROR, address, str(file), "--once"]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=check)


def test_mirror_that_follows_has_our_bodies(database, tmp_path):
    """While it follows, reviews are published, corrected, withdrawn, reinstated and erased."""
    newsroom, file = make_newsroom(), tmp_path / "mirror.sqlite"
    reviews = [newsroom.make_review(headline=f"Bài {number}") for number in range(6)]
    with served() as address:
        newsroom.publish_review(reviews[0])
        follower = subprocess.Popen([sys.executable, MIRROR, address, str(file)], stdout=subprocess.PIPE, text=True)
        try:
            assert follower.stdout.readline() == "up to entry 0\n"
            for review in reviews[1:]:
                newsroom.publish_review(review)
            newsroom.correct_review(reviews[1], headline="Bài 1, sửa")
            newsroom.withdraw_review(reviews[2])
            newsroom.withdraw_review(reviews[3])
            newsroom.reinstate_review(reviews[3])
            newsroom.erase_review(reviews[4], notice="Theo lệnh của toà án.")
            head = LogEntry.objects.latest("sequence").sequence
            assert head == 10
            while follower.stdout.readline() != f"up to entry {head}\n":
                pass
        finally:
            follower.kill()
            follower.wait(10)
            follower.stdout.close()
        assert mirrored(file) == ours()
        assert "Bài 4".encode() not in file.read_bytes()
        # It goes on where it was.
        newsroom.erase_review(reviews[5], notice="Theo lệnh của toà án.")
        newsroom.withdraw_review(reviews[0])
        assert run_once(address, file).stdout == "up to entry 12\n"
        assert mirrored(file) == ours()
        assert "Bài 5".encode() not in file.read_bytes()
        # One that comes late has the same.
        assert run_once(address, tmp_path / "late.sqlite").stdout == "up to entry 12\n"
        assert mirrored(tmp_path / "late.sqlite") == ours()


def test_mirror_says_what_is_wrong(database, tmp_path):
    newsroom, file = make_newsroom(), tmp_path / "mirror.sqlite"
    newsroom.publish_new()
    with served() as address:
        run_once(address, file)
        with sqlite3.connect(file) as mirror:
            mirror.execute("UPDATE origin SET since = 7")
        mirror.close()
        behind = run_once(address, file, check=False)
        assert behind.returncode == 1
        assert "at most 0." in behind.stderr
    other = run_once("http://127.0.0.1:9", file, check=False)
    assert f"mirrors {address}, not http://127.0.0.1:9" in other.stderr
    away = run_once("http://127.0.0.1:9", tmp_path / "other.sqlite", check=False)
    assert (away.returncode, "isn't responding" in away.stderr) == (1, True)


class _Half(socketserver.StreamRequestHandler):
    """A server that stops in the middle of its answer."""

    def handle(self):
        self.request.recv(4096)
        self.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"results": [')


def test_mirror_asks_again_when_half_an_answer_came(tmp_path):
    with socketserver.TCPServer(("127.0.0.1", 0), _Half) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}).start()
        address, file = "http://{}:{}".format(*server.server_address), tmp_path / "mirror.sqlite"
        try:
            once = run_once(address, file, check=False)
            assert once.stderr.startswith(f"{address} isn't responding: IncompleteRead")
            with subprocess.Popen(
                [sys.executable, MIRROR, address, str(file)], stderr=subprocess.PIPE, text=True
            ) as goes_on:
                assert goes_on.stderr.readline().endswith("). Next attempt in 5 s.\n")
                goes_on.kill()
        finally:
            server.shutdown()


def test_mirror_waits_as_long_as_it_is_asked_to(tmp_path):
    answers = [
        b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n",
        b'HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{"results": []}',
    ]

    class InTurn(socketserver.StreamRequestHandler):
        def handle(self):
            self.request.recv(4096)
            self.wfile.write(answers.pop(0))

    with running(socketserver.TCPServer(("127.0.0.1", 0), InTurn)) as address:
        once = run_once(address, tmp_path / "mirror.sqlite")
        assert (once.stderr, answers) == (f"{address} asks to wait for 1 s.\n", [])
        answers.append(b"HTTP/1.1 503 Busy\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n")
        once = run_once(address, tmp_path / "mirror.sqlite", check=False)
        assert once.stderr == f"{address} isn't responding: HTTP Error 503: Busy\n"
