"""Each request has an id, one line in the log, and a place in the numbers; none of them says who asked for what."""

import json
import logging
import re
import sys
from io import StringIO

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client, RequestFactory
from prometheus_client import REGISTRY

from factcheck.tools.log_format import JsonLine
from factcheck.tools.metrics import count_refusal
from factcheck.web.request_log import RequestLog, logger
from tests.journeys.browser import client_of
from tests.support.drafts import Newsroom
from tests.support.tokens import make_program

ID = re.compile("[0-9a-f]{32}")
GIVEN = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def lines(monkeypatch):
    """Reads the log as JSON."""
    out = StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(JsonLine())
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [handler])
    level = logger.level
    logger.setLevel(logging.INFO)
    yield lambda: [json.loads(line) for line in out.getvalue().splitlines()]
    logger.setLevel(level)


def test_line_names_the_route_and_the_work(database, lines):
    response = Client().get("/api/v1/reviews/", {"q": "Nguyễn Văn A"}, REMOTE_ADDR="203.0.113.7")
    (line,) = [each for each in lines() if each["logger"] == "factcheck.requests"]
    assert line["request_id"] == response["X-Request-ID"]
    assert (line["method"], line["view"], line["status"], line["user"]) == ("GET", "api:reviews", 200, None)
    assert line["queries"] >= 1
    assert 0 < line["query_ms"] <= line["ms"] + 0.1
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", line["time"])
    assert re.fullmatch(r"GET api:reviews 200, [\d.]+ ms", line["message"])


def test_log_has_no_personal_data(database, lines):
    receipt = "c2VjcmV0LXJlY2VpcHQtMQ"
    addresses = (
        f"/receipts/{receipt}/",
        f"/api/v1/receipts/{receipt}/",
        f"/receipts/ {receipt}",
        "/en/search/?q=ThiNo",
        "/x?q=ThiNo",
    )
    for address in addresses:
        Client().get(
            address, REMOTE_ADDR="203.0.113.7", headers={"User-Agent": "Spy", "Referer": "https://private.example/"}
        )
    assert len(lines()) >= len(addresses)
    text = json.dumps(lines())
    for secret in (receipt, "ThiNo", "203.0.113.7", "Spy", "private.example"):
        assert secret not in text


def test_account_is_a_number_and_never_a_name(newsroom: Newsroom, lines):
    client_of(newsroom.editor).get("/admin/")
    Client().get("/admin/login/")
    users = [each["user"] for each in lines() if each["logger"] == "factcheck.requests"]
    assert users == [newsroom.editor.pk, None]
    assert newsroom.editor.username not in json.dumps(lines())


def test_program_is_the_account_of_its_token(newsroom: Newsroom, lines):
    make_program(newsroom).get("claims/")
    (line,) = [each for each in lines() if each["logger"] == "factcheck.requests"]
    assert (line["status"], line["user"]) == (200, newsroom.reporter.pk)


def test_other_messages_of_a_request_have_its_id(database, lines):
    response = Client().get("/nothing-here/")
    assert {line["logger"]: line["request_id"] for line in lines()} == {
        "django.request": response["X-Request-ID"],
        "factcheck.requests": response["X-Request-ID"],
    }


def test_traceback_is_in_its_line_without_receipts():
    try:
        int("/receipts/c2VjcmV0\n")
    except ValueError:
        record = logging.LogRecord("a", logging.ERROR, "b", 1, "%s\nfailed", ("x",), sys.exc_info())
    written = JsonLine().format(record)
    assert written.count("\n") == 0
    line = json.loads(written)
    assert (line["message"], line["level"]) == ("x\nfailed", "ERROR")
    assert "c2VjcmV0" not in line["exception"]
    assert "base 10: '/receipts/-" in line["exception"]


def id_for(given: str) -> str:
    request = RequestFactory().get("/", headers={"X-Request-ID": given})
    return RequestLog(lambda _: HttpResponse())(request)["X-Request-ID"]


@pytest.mark.parametrize("given", ["", "short", "a" * 65, GIVEN + "\n", "../../etc/passwd", "{'a': 1}", "é" * 20])
def test_id_that_a_proxy_never_gives_is_replaced(given, monkeypatch):
    monkeypatch.setattr(settings, "SECURE", True)
    assert ID.fullmatch(id_for(given))


def test_id_is_taken_from_the_proxy_alone(monkeypatch):
    assert id_for(GIVEN) != GIVEN
    monkeypatch.setattr(settings, "SECURE", True)
    assert id_for(GIVEN) == GIVEN


def counted(view: str, status: int) -> float:
    labels = {"view": view, "status": str(status)}
    return REGISTRY.get_sample_value("factcheck_request_duration_seconds_count", labels) or 0


def test_requests_are_counted_by_route_and_status(database):
    before = counted("api:reviews", 200), counted("none", 404), counted("api:reviews", 400)
    for _ in range(3):  # also those that the cache answers
        assert Client().get("/api/v1/reviews/").status_code == 200
    Client().get("/api/v1/reviews/?colour=red")
    Client().get("/admin/nothing/at/all.html")
    after = counted("api:reviews", 200), counted("none", 404), counted("api:reviews", 400)
    assert (after[0] - before[0], after[2] - before[2]) == (3, 1)
    views = {
        sample.labels["view"] for metric in REGISTRY.collect() for sample in metric.samples if "view" in sample.labels
    }
    assert not [view for view in views if "nothing" in view or "colour" in view]


def test_refusals_are_counted_by_reason():
    name = "factcheck_refusals_total"
    before = REGISTRY.get_sample_value(name, {"reason": "downloads"}) or 0
    count_refusal("downloads")
    assert REGISTRY.get_sample_value(name, {"reason": "downloads"}) == before + 1
