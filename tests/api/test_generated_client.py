"""A client that openapi-python-client makes from the OpenAPI document, against the site over HTTP."""

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest

from api.views.pages import openapi
from tests.support.drafts import make_newsroom, make_scale
from tests.support.serving import served

# Types that the generator doesn't know by name: bytes, lines of JSON, and JSON-LD.
CONFIGURATION = {
    "post_hooks": [],
    "content_type_overrides": {
        "application/zstd": "application/octet-stream",
        "application/vnd.apache.parquet": "application/octet-stream",
        "application/ld+json": "application/json",
        "application/jsonl": "application/octet-stream",
    },
}


@pytest.fixture(scope="module")
def world(module_database: str) -> SimpleNamespace:
    newsroom = make_newsroom()
    flood = newsroom.make_review()
    tea = newsroom.make_review(newsroom.make_claim(text="Trà đá chữa cảm.", language="en"), language="en")
    gone = newsroom.make_review(newsroom.make_claim(text="Cầu đã sập."))
    for review in (flood, tea, gone):
        newsroom.publish_review(review)
    newsroom.correct_review(flood, verdict=make_scale().verdicts.get(slug="true"))
    newsroom.withdraw_review(gone)
    demand = newsroom.make_demand(tea)
    newsroom.publish_demand(demand)
    return SimpleNamespace(flood=flood.pk, tea=tea.pk, gone=gone.pk, demand=demand.pk)


@pytest.fixture(scope="module")
def client(world: SimpleNamespace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The generated package as `api`, and its client of the site."""
    folder = tmp_path_factory.mktemp("generated")
    (folder / "openapi.json").write_bytes(openapi())
    (folder / "config.json").write_text(json.dumps(CONFIGURATION))
    made = subprocess.run(
        [
            *(sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none", "--fail-on-warning"),
            *("--path", str(folder / "openapi.json"), "--output-path", str(folder / "generated_client")),
            *("--config", str(folder / "config.json")),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stdout + made.stderr
    with pytest.MonkeyPatch.context() as patch, served() as address:
        patch.syspath_prepend(folder)
        with importlib.import_module("generated_client").Client(base_url=address) as connected:
            yield connected


def call(client: Any, operation: str, *path: Any, **parameters: Any) -> Any:
    """The answer of the generated function of this operation, such as `reviews.list_reviews`, gives."""
    module = importlib.import_module(f"generated_client.api.{operation}")
    return module.sync(*path, client=client, **parameters)


def test_every_operation_has_a_function(client: Any) -> None:
    document = json.loads(openapi())
    wanted = {operation["operationId"] for path in document["paths"].values() for operation in path.values()}
    folder = Path(importlib.import_module("generated_client").__file__ or "").parent
    assert {file.stem for file in folder.glob("api/*/[!_]*.py")} == wanted


def test_client_lists_and_filters(client: Any, world: SimpleNamespace) -> None:
    everything = call(client, "reviews.list_reviews")
    assert [review.id for review in everything.results] == [world.tea, world.flood]
    found = call(client, "reviews.list_reviews", q=["mai chua"], language=["vi"], verdict=["truth:true"], count=True)
    assert [review.id for review in found.results] == [world.flood]
    assert (found.results[0].verdict.label, found.meta.count.value) == ("Đúng", 1)
    assert call(client, "reviews.list_reviews", publisher=["elsewhere.example"]).results == []
    assert [demand.id for demand in call(client, "demands.list_demands").results] == [world.demand]


def test_client_pages_to_the_end(client: Any, world: SimpleNamespace) -> None:
    page = call(client, "reviews.list_reviews", page_size=1)
    seen = [review.id for review in page.results]
    while page.next_:
        page = call(
            client, "reviews.list_reviews", page_size=1, cursor=parse_qs(urlsplit(page.next_).query)["cursor"][0]
        )
        seen += [review.id for review in page.results]
    assert seen == [world.tea, world.flood]


def test_client_reads_a_review_and_what_was_withdrawn(client: Any, world: SimpleNamespace) -> None:
    review = call(client, "reviews.get_review", world.flood)
    assert (type(review).__name__, review.revision.number, review.corrections[0].class_.value) == (
        "Review", 2, "substantive",
    )  # fmt: skip
    assert review.sources[0].url == "https://source.example/1"
    tombstone = call(client, "reviews.get_review", world.gone)
    assert (type(tombstone).__name__, tombstone.revision.kind.value) == ("Tombstone", "withdrawal")
    claim = call(client, "claims.get_claim", UUID(str(review.claim.id)))
    assert [each.id for each in claim.reviews] == [world.flood]


def test_client_reads_the_past(client: Any, world: SimpleNamespace) -> None:
    past = call(client, "reviews.get_review", world.flood, as_of=0)
    assert (past.id, past.verdict.slug) == (world.flood, "false")


def test_client_matches(client: Any, world: SimpleNamespace) -> None:
    question = importlib.import_module("generated_client.models").Question(text="nuoc lu len toi mai chua roi")
    matching = call(client, "matching.match_text", body=question)
    assert matching.related[0].reviews[0].id == world.flood


def test_client_is_told_what_is_wrong(client: Any, world: SimpleNamespace) -> None:
    problem = call(client, "reviews.list_reviews", language=["tiếng Việt"])
    assert (type(problem).__name__, problem.status) == ("Problem", 400)
    assert [error.parameter for error in problem.errors] == ["language"]
    assert call(client, "reviews.get_review", world.demand).status == 404
