"""One client that searches, matches or crawls leaves threads for all others, and is told when to come back."""

import json
import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.http import HttpResponse
from django.test import Client

from api.assistants import server, tools
from api.views.match import MatchView
from factcheck.record.matching.embeddings import BUSY
from factcheck.tools import fair_queue
from factcheck.tools.budget import Budget
from factcheck.tools.log_levels import CorrectLevels
from factcheck.web import places
from factcheck.web.places import match_places
from tests.support.drafts import make_newsroom
from tests.support.serving import full, served

SEARCHES = ("/en/search/?q=temple", "/api/v1/reviews/?q=temple", "/api/v1/claims/?count=true", "/api/v1/reviews/?facets=language",
    "/api/v1/match/?text=temple", "/v1alpha1/claims:search?query=temple", "/api/v1/reviews/?%71=temple")  # fmt: skip
BUSY_TOOL = r"^Too many requests are waiting\. Try again in 8 seconds\.$"
CHEAP = ("/en/", "/en/corrections/", "/api/v1/reviews/", "/feeds/reviews.atom", "/en/docs/")


@pytest.fixture(scope="module", autouse=True)
def world(module_database: str) -> None:
    newsroom = make_newsroom()
    newsroom.publish_new()


@pytest.fixture(autouse=True)
def counters(tmp_path: Any, settings: Any) -> None:
    settings.REQUEST_COUNTS = tmp_path / "counts"


@pytest.fixture
def full_gate() -> Iterator[None]:
    with full(places.search_places, match_places):
        yield


@pytest.fixture
def long_queue(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """Treat each request as if it had come after many others."""
    monkeypatch.setattr(fair_queue, "LONG", 0)
    settings.EMBEDDINGS_URL = ""


def test_some_threads_neither_search_nor_wait(settings: Any):
    assert places.queue().room == settings.WEB_THREADS - 2


def test_gate_opens_again_after_an_error():
    for _ in range(10):
        with pytest.raises(RuntimeError), match_places.enter():
            raise RuntimeError


@pytest.mark.parametrize("path", SEARCHES)
def test_search_beyond_the_gate_is_refused_at_once(full_gate: None, path: str, caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.WARNING, "django.request"):
        response = Client().get(path, headers={"origin": "https://reader.example"})
    assert (response.status_code, response["Retry-After"]) == (503, "8")
    assert [record for record in caplog.records if CorrectLevels().filter(record)] == []
    if path.startswith("/api/"):
        assert response["Content-Type"] == "application/problem+json"
        assert response.json()["type"].endswith("/problems/unavailable/")
        assert response["Access-Control-Allow-Origin"] == "*"
        assert response.json()["detail"] == (places.MATCHES if "/match/" in path else places.SEARCHES).refusal
    elif path.startswith("/v1alpha1/"):
        error = response.json()["error"]
        assert (error["status"], error["message"]) == ("UNAVAILABLE", places.SEARCHES.refusal)


def test_refusal_says_when_to_come_again_and_names_the_batch(full_gate: None):
    response = Client().get("/api/v1/match/?text=I+had+soup+for+lunch")
    assert response["Retry-After"] == "8"
    assert {"again in 8 seconds", "up to 50 in one POST request to /api/v1/match/"} <= {
        part for part in ("again in 8 seconds", "up to 50 in one POST request to /api/v1/match/", "shorter")
        if part in response.json()["detail"]
    }  # fmt: skip
    head = Client().head("/api/v1/match/?text=I+had+soup+for+lunch")
    assert (head.status_code, head["Retry-After"], head.content) == (503, "8", b"")
    assert Client().options("/api/v1/match/").status_code == 204


@pytest.mark.parametrize("path", [each for each in SEARCHES if "/match/" not in each])
def test_matches_that_fill_their_gate_leave_searches_theirs(path: str):
    with full(match_places):
        assert [Client().get(path).status_code for _ in range(12)] == [200] * 12
        assert Client().get("/api/v1/match/?text=temple").status_code == 503
        page = Client().get("/en/search/?q=The+flood+reached+the+temple").content.decode()
        assert "Only the words were compared" in page
        assert "some results may be missing" not in page


def test_answer_to_a_request_that_came_after_many_is_by_words_and_says_so(long_queue: None):
    found = Client().get("/api/v1/match/?text=I+had+soup+for+lunch")
    assert (found.status_code, found.json()["method"], found.json()["explanation"]) == (200, "words", BUSY)
    assert found["Factcheck-Left-Out"] == "meaning"
    assert Client().get("/api/v1/reviews/?q=flooded+temples").json()["meta"]["explanation"] == BUSY
    for language, notice in (("en", "Only the words were compared"), ("vi", "chỉ so sánh theo từ ngữ")):
        assert notice in Client().get(f"/{language}/search/?q=The+flood+reached+the+temple").content.decode()


def test_answer_by_words_is_not_remembered(long_queue: None, monkeypatch: pytest.MonkeyPatch, settings: Any):
    path = "/api/v1/reviews/?q=flooded+pagodas"
    assert Client().get(path)["Factcheck-Left-Out"] == "meaning"
    monkeypatch.setattr(fair_queue, "LONG", 2)
    settings.EMBEDDINGS_URL = "off"
    assert "Factcheck-Left-Out" not in Client().get(path)


@pytest.mark.parametrize("path", CHEAP)
def test_everything_else_passes_the_full_gate(full_gate: None, path: str):
    assert Client().get(path).status_code == 200


@pytest.mark.parametrize(("language", "heading"), [("en", "Your search wasn’t run"), ("vi", "Chưa tìm kiếm được")])
def test_reader_whose_search_is_refused_keeps_the_words(full_gate: None, language: str, heading: str):
    page = Client().get(f"/{language}/search/?q=temple+%3C").content.decode()
    assert heading in page
    assert "temple &lt;</textarea>" in page


def test_assistants_pass_the_same_gate(full_gate: None):
    with pytest.raises(server.ToolError, match=BUSY_TOOL):
        server.run_tool(tools.match_claim, Budget(), "temple")
    with pytest.raises(server.ToolError, match=BUSY_TOOL):
        server.run_tool(tools.search_reviews, Budget(), q="temple")


@pytest.mark.parametrize("path", SEARCHES)
def test_searches_have_a_limit_of_their_own_by_default(path: str, settings: Any):
    settings.API_RATE_LIMIT, settings.SEARCH_RATE_LIMIT = "600/min", "2/h"
    first, second, third = (Client().get(path) for _ in range(3))
    assert (first.status_code, second.status_code, third.status_code) == (200, 200, 429)
    assert 1 <= int(third["Retry-After"]) <= 3600
    assert first["RateLimit-Policy"].split(", ")[0] == '"search";q=2;w=3600'
    assert first["RateLimit"].startswith('"search";r=1;t=')
    assert third["RateLimit"].startswith('"search";r=0;t=')
    assert Client().get("/en/").status_code == 200


def test_reading_has_a_limit_that_each_answer_tells(settings: Any):
    settings.API_RATE_LIMIT = "2/min"
    responses = [Client().get("/api/v1/reviews/", headers={"origin": "https://reader.example"}) for _ in range(3)]
    assert [each.status_code for each in responses] == [200, 200, 429]
    for each, left in zip(responses, (1, 0, 0), strict=True):
        assert each["RateLimit-Policy"] == '"reading";q=2;w=60'
        assert each["RateLimit"].partition(";t=")[0] == f'"reading";r={left}'
        assert {"RateLimit", "RateLimit-Policy", "Retry-After"} <= {*each["Access-Control-Expose-Headers"].split(", ")}
    assert responses[2].json()["type"].endswith("/problems/too-many-requests/")
    error = json.loads(Client().get("/v1alpha1/claims:search?query=a").content)["error"]
    assert error["status"] == "RESOURCE_EXHAUSTED"
    assert Client().get("/feeds/reviews.atom").status_code == 429


def test_mirrors_can_read_the_log_five_times_as_fast(settings: Any):
    settings.API_RATE_LIMIT = "2/min"
    responses = [Client().get("/api/v1/log/checkpoint") for _ in range(11)]
    assert [each.status_code for each in responses] == 10 * [200] + [429]
    assert responses[0]["RateLimit-Policy"] == '"log";q=10;w=60'
    assert Client().get("/api/v1/reviews/").status_code == 200


def test_networks_are_counted_not_addresses(settings: Any):
    settings.API_RATE_LIMIT = "2/min"

    def ask(*senders: str) -> list[int]:
        return [Client(REMOTE_ADDR=sender).get("/api/v1/reviews/").status_code for sender in senders]

    assert ask("2001:db8::1", "2001:db8::2", "2001:db8::3") == [200, 200, 429]
    assert ask("2001:db8:0:1::1", "198.51.100.7", "198.51.100.8") == [200, 200, 200]
    assert ask("::ffff:198.51.100.7", "::ffff:198.51.100.7", "::ffff:198.51.100.8") == [200, 429, 200]


def test_preflight_is_not_counted_and_limits_can_be_turned_off(settings: Any):
    settings.API_RATE_LIMIT = "1/min"
    ask = {"access-control-request-method": "GET", "origin": "https://reader.example"}
    assert {Client().options("/api/v1/reviews/", headers=ask).status_code for _ in range(5)} == {200}
    settings.API_RATE_LIMIT = settings.SEARCH_RATE_LIMIT = ""
    responses = [
        Client().get(path) for path in ("/api/v1/reviews/", "/en/search/?q=temple", "/api/v1/reviews/?q=temple")
    ]
    assert [each.status_code for each in responses] == [200, 200, 200]
    assert not any("RateLimit" in each for each in responses)


def test_matches_that_never_end_leave_the_other_pages(monkeypatch: pytest.MonkeyPatch):
    """Over HTTP: the gate refuses further matches, and searches, the home page and sign-in answer meanwhile."""
    inside, leave = threading.Semaphore(0), threading.Event()

    def hang(*_: object) -> HttpResponse:
        inside.release()
        leave.wait()
        return HttpResponse()

    monkeypatch.setattr(MatchView, "get", hang)
    monkeypatch.setattr(match_places, "kind", places.MATCHES._replace(turns=1))
    monkeypatch.setattr(fair_queue, "MAX_WAIT", 0.05)
    with served() as address, ThreadPoolExecutor(8) as pool:
        try:
            stuck = pool.submit(fetch, address, "/api/v1/match/?text=a")
            inside.acquire()
            refused = [pool.submit(fetch, address, "/api/v1/match/?text=a") for _ in range(6)]
            assert {each.result() for each in refused} == {503}
            searches = [fetch(address, "/en/search/?q=The+flood+reached+the+temple") for _ in range(12)]
            assert searches == [200] * 12
            assert fetch(address, "/en/") == fetch(address, "/admin/login/") == 200
            assert not stuck.done()
        finally:
            leave.set()
        assert stuck.result() == 200


def fetch(address: str, path: str) -> int:
    connection = HTTPConnection(urlsplit(address).netloc, timeout=30)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


def test_gate_is_entered_by_each_search_of_the_website(monkeypatch: pytest.MonkeyPatch):
    entered = []
    for name in ("search_places", "match_places"):
        gate = getattr(places, name)
        enter = gate.enter
        monkeypatch.setattr(gate, "enter", lambda name=name, enter=enter: entered.append(name) or enter())
    for path in (*SEARCHES, *CHEAP):
        Client().get(path)
    assert entered == [*["search_places"] * 4, "match_places", *["search_places"] * 2]
