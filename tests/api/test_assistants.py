"""The tools for AI assistants, asked by the protocol's own client."""

import asyncio
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import httpx
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connections
from mcp import Client
from starlette.applications import Starlette
from starlette.testclient import TestClient

from api.assistants import tools
from api.assistants.server import make_server, serve_http
from api.http.problems import TooSlow
from factcheck.editorial.models import Source
from factcheck.record.matching.match_numbers import THRESHOLD
from factcheck.tools.budget import begin
from factcheck.web.places import search_places
from tests.support.assisting import on_http, on_stdio
from tests.support.drafts import make_newsroom, make_scale

LICENSE = "https://creativecommons.org/licenses/by/4.0/"


@pytest.fixture(scope="module")
def world(module_database: str) -> SimpleNamespace:
    """Sequences 0–3 originals, 4 a substantive correction of the flood; then tea is withdrawn (5), the secret erased (6)."""
    newsroom = make_newsroom()
    flood = newsroom.make_review()
    tea = newsroom.make_review(newsroom.make_claim(text="Trà đá chữa cảm."), headline="Trà đá", language="vi-VN")
    secret = newsroom.make_review(newsroom.make_claim(text="Bí mật."), headline="Bí mật")
    long = newsroom.make_review(
        newsroom.make_claim(text="dài " * 500), sources=0, headline="Rất dài", summary="tóm " * 700,
        body="văn " * 20_000,
    )  # fmt: skip
    for position in range(60):
        Source.objects.create(
            review=long, position=position, title="tựa " * 70, url=f"https://s.example/{'p' * 1500}{position}",
            quote="trích " * 300, stance=Source.Stance.REFUTES,
            no_capture_reason="chặn",
        )  # fmt: skip
    for review in (flood, tea, secret, long):
        newsroom.publish_review(review)
    newsroom.make_review(newsroom.make_claim(text="Bản nháp chưa ai duyệt."), headline="Bản nháp")
    newsroom.correct_review(flood, verdict=make_scale().verdicts.get(slug="true"))
    newsroom.withdraw_review(tea)
    newsroom.erase_review(secret, notice="Theo lệnh của toà án, đã xoá.")
    ids = {name: str(each.pk) for name, each in (("flood", flood), ("tea", tea), ("secret", secret), ("long", long))}
    return SimpleNamespace(database=module_database, **ids)


def talk(server: Any, *calls: tuple[str, dict[str, Any]]) -> list[Any]:
    """The answers of the calls: the structured content, or the text of an error."""

    async def run() -> list[Any]:
        async with Client(server) as client:
            results = [await client.call_tool(name, arguments) for name, arguments in calls]
        return [each.content[0].text if each.is_error else each.structured_content for each in results]

    return asyncio.run(run())


def ask(name: str, **arguments: Any) -> Any:
    [answer] = talk(make_server(), (name, arguments))
    return answer


def test_tools_are_four_and_only_read() -> None:
    async def run() -> Any:
        async with Client(make_server()) as client:
            return (await client.list_tools()).tools

    tools = {tool.name: tool for tool in asyncio.run(run())}
    assert set(tools) == {"search_reviews", "match_claim", "get_review", "list_corrections"}
    assert all(tool.annotations.read_only_hint and tool.output_schema for tool in tools.values())
    assert not any(tool.input_schema["additionalProperties"] for tool in tools.values())
    assert "Never give their verdicts as an answer" in tools["match_claim"].description


def test_search_answers_with_verdict_sources_page_licence_and_revision(world: SimpleNamespace) -> None:
    answer = ask("search_reviews", q="nuoc lu mai chua", language="vi")
    [found] = answer["results"]
    digest = found["revision"].pop("digest")
    assert found == {
        "status": "live",
        "id": world.flood,
        "url": f"{settings.SITE_URL}/reviews/{world.flood}/",
        "original_url": None,
        "language": "vi",
        "answer": "“Nước lũ ở Huế đã lên tới mái chùa.” – Đúng. Lý do: Sai. Đoạn video được quay năm 2020.",
        "headline": "Video nước lũ là của năm 2020",
        "summary": "Sai. Đoạn video được quay năm 2020.",
        "claim": {
            "id": found["claim"]["id"],
            "text": "Nước lũ ở Huế đã lên tới mái chùa.",
            "claimed_on": "2026-10-03",
            "claimant": "một người dùng mạng xã hội",
        },
        "verdict": {"label": "Đúng", "scale": "truth", "slug": "true", "explanation": "Đúng.", "mapped_by": None},
        "sources": [
            {
                "title": "Nguồn 1",
                "url": "https://source.example/1",
                "publisher": None,
                "stance": "refutes",
                "quote": None,
            },
            {
                "title": "Nguồn 2",
                "url": "https://source.example/2",
                "publisher": None,
                "stance": "context",
                "quote": None,
            },
        ],
        "sources_left_out": 0,
        "publisher": {"name": "Toà soạn kiemchung.example", "site": "kiemchung.example"},
        "reviewed_on": found["reviewed_on"],
        "published_at": found["published_at"],
        "updated_at": found["updated_at"],
        "revision": {
            "number": 2,
            "kind": "correction",
            "note": "Ngày quay đã được xác minh lại với người quay phim.",
            "sequence": 4,
        },
        "license": LICENSE,
    }
    assert len(bytes.fromhex(digest)) == 32


def test_search_pages_until_the_end_and_shows_no_draft(world: SimpleNamespace) -> None:
    first = ask("search_reviews", page_size=1)
    second = ask("search_reviews", page_size=1, cursor=first["next_cursor"])
    assert [each["id"] for each in first["results"] + second["results"]] == [world.long, world.flood]
    assert second["next_cursor"] is None
    assert ask("search_reviews", q="nháp")["results"] == []


def test_search_says_that_nothing_has_all_words_and_that_the_time_was_up(world, monkeypatch):
    said = ("relaxed", "complete")
    nearly = ask("search_reviews", q="nuoc lu mai chuaa")
    assert [nearly[name] for name in said] == [True, True]
    monkeypatch.setattr(search_places, "seconds", 0.0)
    stopped = ask("search_reviews", q="nuoc lu mai chua")
    assert ([stopped[name] for name in said], stopped["results"]) == ([False, False], [])


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("search_reviews", {"language": "tiếng Việt"}, "language: This isn't a language tag."),
        ("search_reviews", {"published_after": "2026-13-01"}, "published_after: This day doesn't exist."),
        ("search_reviews", {"q": "nước\x00lũ"}, "isn't allowed"),
        ("search_reviews", {"cursor": "WzAsInQy"}, "cursor: This cursor is for other filters"),
        ("search_reviews", {"page_size": 11}, "less than or equal to 10"),
        ("search_reviews", {"langauge": "vi"}, "langauge\n  Extra inputs are not permitted"),
        ("match_claim", {"text": "   "}, "text: This field cannot be blank."),
        ("match_claim", {"text": "lũ " * 50_000}, "text: Write at most 5000 characters."),
        ("get_review", {"review": "latest"}, "There isn't a review with this id or URL."),
        ("get_review", {"review": "http://[x/"}, "There isn't a review with this id or URL."),
        ("get_review", {"review": "01912d68-783e-7a51-9b2c-3f0e8d6c5b4a"}, "There isn't a review with this id or URL."),
        ("list_corrections", {"class": "huge"}, "class: Use one of typo, update, substantive."),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(world, name, arguments, said):
    answer = ask(name, **arguments)
    assert said in answer
    assert "Traceback" not in answer


@pytest.mark.parametrize(("name", "argument"), [("match_claim", "text"), ("search_reviews", "q")])
def test_many_marks_are_refused_at_once(world: SimpleNamespace, name: str, argument: str) -> None:
    given = {argument: "a" + "\u0301" * 30_000 + "\u0327" * 30_000}
    begun = time.process_time()
    answer = ask(name, **given)
    assert time.process_time() - begun < 1
    assert f"at most {5000 if argument == 'text' else 400} characters." in answer


def test_match_finds_the_claim_and_its_reviews(world: SimpleNamespace) -> None:
    answer = ask("match_claim", text="nuoc lu o hue len toi mai chua roi ba con oi")
    best = answer["related"][0]
    assert (best["judged_by"], answer["threshold"]) == ("words", THRESHOLD)
    assert best["claim"]["text"] == "Nước lũ ở Huế đã lên tới mái chùa."
    assert 0.5 < best["score"] <= 1
    [review] = best["reviews"]
    assert (review["url"], review["verdict"]["slug"]) == (f"{settings.SITE_URL}/reviews/{world.flood}/", "true")
    assert answer["method"] == "words"
    assert "posted: Give a date such as 2026-10-05." in ask("match_claim", text="lũ", posted="yesterday")


def test_review_is_found_by_id_and_by_the_address_of_its_page(world: SimpleNamespace) -> None:
    whole = ask("get_review", review=world.flood)
    assert ask("get_review", review=f"{settings.SITE_URL}/reviews/{world.flood}/?lang=vi") == whole
    assert whole["body"] == "Đoạn video **không** quay năm nay."
    [change] = whole["corrections"]
    assert (change["change_class"], change["verdict_before"], change["verdict_after"]) == ("substantive", "Sai", "Đúng")


def test_withdrawn_review_has_a_reason_and_no_verdict(world: SimpleNamespace) -> None:
    found = ask("get_review", review=world.tea)
    assert (found["status"], found["verdict"], found["claim"], found["body"]) == ("withdrawn", None, None, None)
    assert found["revision"]["note"] == "Nguồn chính đã rút lại số liệu."


def test_erased_review_is_told_of_by_its_notice_alone(world: SimpleNamespace) -> None:
    said = ask("get_review", review=world.secret)
    assert said.endswith("The public notice: Theo lệnh của toà án, đã xoá.")
    assert "Bí mật" not in said


def test_corrections_come_with_the_review_as_it_is_now(world: SimpleNamespace) -> None:
    answer = ask("list_corrections", **{"class": "substantive"}, language="vi")
    [found] = answer["results"]
    assert (found["sequence"], found["revision"], found["verdict_before"]) == (4, 2, "Sai")
    assert (found["review"]["id"], found["review"]["verdict"]["label"]) == (world.flood, "Đúng")
    assert ask("list_corrections", publisher="elsewhere.example")["results"] == []


def test_answers_are_bounded(world: SimpleNamespace) -> None:
    [brief] = ask("search_reviews", q="dài", page_size=1)["results"]
    assert (len(brief["sources"]), brief["sources_left_out"]) == (5, 55)
    assert brief["sources"][0]["url"] is None
    assert brief["summary"].endswith("…")
    assert len(json.dumps(brief, ensure_ascii=False)) < 10_000
    whole = ask("get_review", review=world.long)
    assert (len(whole["body"]), whole["body_left_out"]) == (20_000, 60_000 - 1)
    assert (len(whole["sources"]), whole["sources_left_out"]) == (50, 10)


def test_database_that_is_away_is_told_in_a_sentence(world: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connections.settings["public"], "PASSWORD", "wrong")
    said = ask("get_review", review=world.flood)
    assert said.endswith("The record's database isn't responding. Try again in a few seconds.")


def test_match_that_takes_too_long_is_told_in_a_sentence(world, monkeypatch):
    monkeypatch.setattr(tools.matching, "match_one", Mock(side_effect=TooSlow("Comparing this text takes too long.")))
    assert "Comparing this text takes too long." in ask("match_claim", text="Nước lũ")


def test_database_that_is_away_at_the_start_is_told_in_the_same(world: SimpleNamespace, away_at_start: None) -> None:
    said = ask("get_review", review=world.flood)
    assert said.endswith("The record's database isn't responding. Try again in a few seconds.")


@pytest.mark.prove
def test_process_on_standard_input_and_output(world: SimpleNamespace) -> None:
    found, nothing = talk(
        on_stdio(world.database), ("search_reviews", {"q": "mái chùa"}), ("get_review", {"review": "nothing"})
    )
    assert [each["id"] for each in found["results"]] == [world.flood]
    assert "There isn't a review with this id" in nothing


def test_hosts_over_http_are_the_sites_and_those_that_are_named(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.SITE_URL, settings.ALLOWED_HOSTS = "https://facts.example.org", ["*", ".example.org", "facts.example.org"]
    server, given = make_server(), dict[str, Any]()
    monkeypatch.setattr(server, "streamable_http_app", lambda **options: given.update(options) or Starlette())
    monkeypatch.setattr("uvicorn.run", lambda *_, **__: None)
    limited = list[int]()  # the real one would limit the statements of all later tests
    monkeypatch.setattr("api.assistants.server.serve_requests", limited.append)
    serve_http(server, "127.0.0.1", 8001)
    assert limited == [settings.WEB_THREADS]
    assert given["transport_security"].allowed_hosts == [
        "facts.example.org", "example.org", "facts.example.org:*", "example.org:*",
    ]  # fmt: skip
    # With any port: that of these tools is another one.
    for settings.SITE_URL, host in (("http://localhost:8000", "localhost"), ("http://[::1]:8000", "[::1]")):
        settings.ALLOWED_HOSTS = []
        serve_http(server, "127.0.0.1", 8001)
        assert given["transport_security"].allowed_hosts == [host, f"{host}:*"]


def test_calls_over_http_count_for_the_clients_network(world: SimpleNamespace, settings: Any, monkeypatch) -> None:
    settings.SECURE = True
    apps, networks = list[Any](), list[str]()
    monkeypatch.setattr("uvicorn.run", lambda app, **_: apps.append(app))
    monkeypatch.setattr("api.assistants.server.serve_requests", lambda _: None)
    monkeypatch.setattr("api.assistants.server.begin", lambda budget: networks.append(budget.network) or begin(budget))
    serve_http(make_server(), "127.0.0.1", 8001)
    call = {"name": "get_review", "arguments": {"review": world.flood}}
    with TestClient(apps[0], base_url=settings.SITE_URL) as client:
        answer = client.post(
            "/mcp", json={"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call},
            headers={"Accept": "application/json, text/event-stream", "X-Forwarded-For": "203.0.113.1, 198.51.100.7"},
        )  # fmt: skip
    assert answer.json()["result"]["structuredContent"]["id"] == world.flood
    assert networks == ["198.51.100.7/32"]


@pytest.mark.prove
def test_process_over_http_answers_many_at_once(world: SimpleNamespace) -> None:
    with on_http(world.database) as address:

        async def run() -> list[Any]:
            async with Client(address) as client:
                calls = [client.call_tool("get_review", {"review": world.flood}) for _ in range(20)]
                return await asyncio.gather(*calls)

        assert {each.structured_content["id"] for each in asyncio.run(run())} == {world.flood}
        # A page of another site under a name that leads here, and a page that asks from a browser.
        for headers in ({"Host": "attacker.example"}, {"Origin": "https://attacker.example"}):
            answer = httpx.post(address, json={}, headers={"Accept": "application/json, text/event-stream", **headers})
            assert answer.status_code in (403, 421)
        assert httpx.post(address, content=b"[" * (2**20 + 1)).status_code in (400, 413)
        # A stream that never ends would keep a connection of the proxy.
        for method in ("GET", "DELETE"):
            refused = httpx.request(method, address, headers={"Accept": "text/event-stream"}, timeout=5)
            assert (refused.status_code, refused.headers["Allow"]) == (405, "POST")


if shutil.which("npm"):

    @pytest.mark.prove
    def test_client_in_typescript_reads_the_tools(world: SimpleNamespace, tmp_path: Path) -> None:
        """`@modelcontextprotocol/sdk` from npm."""
        program = shutil.copy(Path(__file__).with_name("assistant.mjs"), tmp_path)
        install = ["npm", "install", "--no-audit", "--no-fund", "--loglevel=error", "@modelcontextprotocol/sdk@1.32.2"]
        subprocess.run(install, cwd=tmp_path, check=True, timeout=300)
        with on_http(world.database) as address:
            done = subprocess.run(["node", program, address], check=True, timeout=60, capture_output=True, text=True)
        assert json.loads(done.stdout) == {
            "names": ["get_review", "list_corrections", "match_claim", "search_reviews"],
            "ids": [world.flood],
            "refused": True,
        }


def test_command_without_its_packages_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "api.assistants.server")
    monkeypatch.setitem(sys.modules, "mcp.server", None)
    with pytest.raises(CommandError, match=r"aren't installed: mcp.server is missing\. Run: make assistants"):
        call_command("mcp")
