"""The API, Google's addresses and the readers' forms under requests that schemathesis makes, with all its checks.

The API's document is narrowed to what the database holds, so that most requests find something; and by what it says in words
alone, such as that the past cannot be searched.
"""

import json
from collections import Counter
from copy import deepcopy
from typing import Any
from unicodedata import normalize

import hypothesis
import pytest
import schemathesis
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from hypothesis import HealthCheck, Phase
from schemathesis import GenerationMode

from api.views.pages import openapi
from factcheck.record.formats.text import MAX_COMPOSED, find_forbidden
from factcheck.record.models import LogEntry
from factcheck.record.search.query import MAX_QUERY
from tests.api import fuzzed_paths
from tests.support.drafts import make_newsroom, make_scale
from tests.support.tokens import make_program

Json = dict[str, Any]
SENT_BY_READERS = ("/api/v1/tips/", "/api/v1/correction-requests/")
CASES = 20_000  # of `make prove`
# A valid request may name an erased review (410) or a part beyond a file's end (416).
CHECKS = {
    "positive_data_acceptance": {"expected-statuses": ["2xx", "3xx", "404", "410", "416"]},
    "negative_data_rejection": {"expected-statuses": ["400", "404", "406", "410", "411", "413", "416", "422"]},
}
# Some rules of drafts are written down in words alone. A published review is no longer a draft.
CHECKS_OF_DRAFTS = {
    "positive_data_acceptance": {"expected-statuses": ["2xx", "404", "409", "422"]},
    "negative_data_rejection": {"expected-statuses": ["400", "401", "404", "406", "409", "411", "413", "422"]},
}
CONFIGURATION = {
    "checks": CHECKS,
    "operations": [
        {"include-path-regex": "^/api/v1/drafts/", "checks": CHECKS_OF_DRAFTS},
        {"include-path-regex": "^/(?!api/)", "checks": fuzzed_paths.CHECKS},
    ],
}


@pytest.fixture(scope="module")
def held(module_database: str, tmp_path_factory: pytest.TempPathFactory) -> Json:
    """By a parameter's name, or address and name, the values that lead to something."""
    newsroom = make_newsroom()
    texts = ("Nước lũ đã lên tới mái chùa.", "Trà đá chữa cảm.", "Bí mật.", "Cầu mới đã sập.", "Có nhiều ca mắc mới.")
    flood, tea, secret, bridge, _ = reviews = [
        newsroom.make_review(newsroom.make_claim(text=text), headline=text) for text in texts
    ]
    for review in reviews:
        newsroom.publish_review(review)
    newsroom.correct_review(flood, verdict=make_scale().verdicts.get(slug="true"))
    newsroom.correct_review(flood, summary="Đúng, xét cho cùng.")
    newsroom.withdraw_review(tea)
    newsroom.erase_review(secret)
    draft = newsroom.make_review(newsroom.make_claim(text="Đập đã vỡ."))
    demand = newsroom.make_demand(bridge)
    newsroom.publish_demand(demand)
    newsroom.update_demand(demand, done="Toà đã bác đơn.")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "DUMPS_FOLDER", tmp_path_factory.mktemp("dumps") / "made")
        call_command("make_dumps", verbosity=0)
        program = make_program(newsroom)
        yield _values(LogEntry.objects.count(), newsroom, demand, reviews, draft) | {"token": program.secret}


def _values(size: int, newsroom: Any, demand: Any, reviews: list[Any], draft: Any) -> Json:
    last = size - 1
    ids = [str(review.pk) for review in reviews]
    claims = [str(review.claim_id) for review in reviews]
    return {
        "review_id": [ids[0], ids[0], *ids], "claim_id": [claims[0], *claims], "demand_id": [str(demand.pk)],
        "ids": [*ids, *claims], "claim": claims, "review": ids, "number": [1, 2], "other": [1, 2], "level": ["0"],
        "place": [f"000.p/{size}", "000.p/1"], "name": ["reviews.jsonl.zst", "claims.csv", "demands.parquet"],
        "verdict": ["truth:false", "true"], "publisher": [newsroom.publisher.site], "appearance_url": ["https://social.example/p/1"],
        "original_url": ["https://elsewhere.example/1"], "as_of": [0, last, "2026-01-01T00:00:00Z"],
        "/api/v1/dumps/{sequence}/ sequence": [last], "/api/v1/dumps/{sequence}/{name} sequence": [last],
        "sequence": [0, 1, last - 1], "size": [size], "from": [1, 2], "to": [size], "since": [0, 1, last], "wait": [0],
        "/api/v1/demands/ from": ["state_body", "court"],
        "/api/v1/drafts/claims/{claim_id}/ claim_id": [str(draft.claim_id), claims[0]],
        "/api/v1/drafts/reviews/{review_id}/ review_id": [str(draft.pk), ids[0]], "after": [str(draft.pk)],
        "/api/v1/drafts/claims/ after": claims,
    }  # fmt: skip


def narrowed(held: Json) -> Json:
    return _with_values(json.loads(openapi()), held)


def _with_values(document: Json, held: Json) -> Json:
    """Without cursors: one fits a single list, and tests/api/test_paging.py follows them. And without `fields`, which make
    answers smaller than their schema (tests/api/test_fields.py), or the dates of a batch, which are as many as its texts."""
    document = deepcopy(document)
    for name, left_out in (("Question", ["fields"]), ("Questions", ["fields", "posted"])):
        for key in left_out if name in (schemas := document.get("components", {}).get("schemas", {})) else []:
            del schemas[name]["properties"][key]
    for address, path in document["paths"].items():
        for operation in path.values():
            operation["parameters"] = [
                each for each in operation.get("parameters", []) if each["name"] not in ("cursor", "fields")
            ]
            for each in operation["parameters"]:
                values = held.get(f"{address} {each['name']}") or held.get(each["name"])
                if values and each["in"] != "header":
                    schema = each["schema"]
                    schema["items" if "items" in schema else "enum"] = {"enum": values} if "items" in schema else values
                    schema.pop("anyOf", None)
    return document


def fitting(context: Any, query: Json | None) -> Json | None:
    """Nothing is counted by claimant, without words nothing is marked or more relevant, and words are few."""
    query = dict(query or {})
    if isinstance(query.get("q"), list) and len(normalize("NFC", "".join(map(str, query["q"])))) > MAX_QUERY:
        [first, *_] = query["q"]
        too_long = len(str(first)) > MAX_COMPOSED * MAX_QUERY  # and stays so, since it is wrong by the schema
        query["q"] = [first if too_long else normalize("NFC", str(first))[:MAX_QUERY]]
    if "claimant" in query:
        query = {name: value for name, value in query.items() if name not in ("count", "facets")}
    if not query.get("q"):
        query.pop("highlight", None)
        if query.get("sort") == "relevance":
            del query["sort"]
    return query


def storable(context: Any, query: Json | None) -> bool:
    """False and null are sent as words like others."""
    words = [value for name, value in (query or {}).items() if name not in ("count", "highlight")]
    return not any(isinstance(each, bool | None) for each in words) and assigned(context, query)


def assigned(context: Any, content: Any) -> bool:
    """JSON Schema has no words for the characters that Unicode never assigns."""
    return find_forbidden(json.dumps(content, ensure_ascii=False, default=str)) is None


def ask_everything(held: Json, examples: int) -> Counter[int]:
    """How often each status came, three valid requests to each that is not. Raises what schemathesis found."""
    settled = hypothesis.settings(
        deadline=None, database=None, derandomize=True, phases=[Phase.generate], suppress_health_check=[*HealthCheck]
    )
    statuses: Counter[int] = Counter()

    def ask(case: schemathesis.Case) -> None:
        named = {"Authorization": f"Bearer {held['token']}"} if "/drafts/" in case.path else {}
        response = case.call(headers=named)
        statuses[response.status_code] += 1
        case.validate_response(response, headers=named)

    # A wrong request has to be wrong by the document as it is, whatever exists.
    ids = {name: values for name, values in held.items() if name.endswith("_id")}
    failures = []
    for mode, share, values in ((GenerationMode.POSITIVE, 3, held), (GenerationMode.NEGATIVE, 1, ids)):
        for operation in (*_operations(narrowed(values)), *_operations(_with_values(fuzzed_paths.DOCUMENT, values))):
            # Some rules of readers' messages are written down in words alone, such as how many links it may have.
            if mode == GenerationMode.POSITIVE and operation.path in SENT_BY_READERS:
                continue
            if mode == GenerationMode.NEGATIVE and not (operation.query or operation.path_parameters or operation.body):
                continue
            try:
                hypothesis.settings(settled, max_examples=examples * share)(
                    hypothesis.given(operation.as_strategy(mode))(ask)
                )()
            except Exception as failure:  # noqa: BLE001 (all are raised together at the end)
                failure.add_note(f"{operation.label}, {mode.value} data")
                failures.append(failure)
    print(f"{statuses.total()} requests, by status: {dict(statuses)}")
    if failures:
        raise ExceptionGroup("schemathesis", failures)
    return statuses


def _operations(document: Json) -> list[Any]:
    schema = schemathesis.openapi.from_dict(document, config=schemathesis.Config.from_dict(CONFIGURATION))
    schema.app = _answer
    schema.hook("map_query")(fitting)
    schema.hook("filter_query")(storable)
    schema.hook("filter_body")(assigned)
    return [found.ok() for found in schema.get_all_operations()]


_site = WSGIHandler()


def _answer(environ: Any, start_response: Any) -> list[bytes]:
    """The site, as a server runs it: what is sent is closed afterwards."""
    answer = _site(environ, start_response)
    try:
        return [b"".join(answer)]
    finally:
        answer.close()


def _found(statuses: Counter[int]) -> int:
    return sum(statuses[status] for status in range(200, 300))


@pytest.mark.prove
def test_requests_are_answered_as_documented(held: Json) -> None:
    statuses = ask_everything(held, 1)
    # With so few requests, chance decides whether half of them find something. A third always does.
    assert 3 * _found(statuses) >= statuses.total() >= 100, statuses


@pytest.mark.prove
def test_thousands_of_requests_are_answered_as_documented(held: Json) -> None:
    statuses = ask_everything(held, 110)
    assert 2 * _found(statuses) >= statuses.total() >= CASES, statuses
