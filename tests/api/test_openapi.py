"""The OpenAPI document: valid, complete, true, and shown on a page that needs no other host."""

import json
import re
import unicodedata

import pytest
from django.conf import settings
from django.urls import get_resolver
from django.urls.resolvers import RoutePattern
from openapi_spec_validator import OpenAPIV31SpecValidator

from api.http.problems import PROBLEMS
from api.views.claims import CLAIMS
from api.views.corrections import CORRECTIONS
from api.views.demands import DEMANDS
from api.views.pages import openapi
from api.views.reviews import REVIEWS
from factcheck.record.readmodel.bodies import Claim, CorrectionOfReview, Demand, Review
from factcheck.record.statements.output import construct
from tests.support.drafts import make_newsroom


@pytest.fixture(scope="module", autouse=True)
def world(module_database):
    newsroom = make_newsroom()
    newsroom.publish_new()


@pytest.fixture(scope="module")
def document():
    return json.loads(openapi())


def test_document_is_valid_by_another_reading_of_the_standard(document):
    OpenAPIV31SpecValidator(document).validate()
    assert document["openapi"].startswith("3.1.")


def test_every_address_is_described(document):
    routes = set()
    for pattern in get_resolver("api.urls").url_patterns:
        if isinstance(pattern.pattern, RoutePattern):
            routes.add("/api/" + re.sub(r"<\w+:(\w+)>", r"{\1}", str(pattern.pattern)))
    hidden = {"/api/", "/api/docs/", "/api/docs/{slug}/", "/api/problems/", "/api/problems/{slug}/"}
    assert routes - hidden <= set(document["paths"])


@pytest.mark.parametrize(
    ("path", "options"), [("/api/v1/reviews/", REVIEWS), ("/api/v1/claims/", CLAIMS), ("/api/v1/demands/", DEMANDS)]
)
def test_parameters_are_those_that_are_understood(document, path, options):
    described = [each["name"] for each in document["paths"][path]["get"]["parameters"] if each["in"] == "query"]
    assert sorted(described) == sorted(options.parameters)


def test_404_is_promised_where_an_address_names_something(document):
    """And by the checkpoint, of which there is none before the first entry."""
    promised = {True: set(), False: set()}
    for address, path in document["paths"].items():
        for operation in path.values():
            promised["404" in operation["responses"]].add((operation["operationId"], "{" in address))
    assert {name for name, named in promised[True] if not named} == {"get_log_checkpoint"}
    assert {name for name, named in promised[False] if named} == set()


def test_longest_texts_are_valid_with_their_marks_apart(document):
    """JSON Schema counts characters as they are sent, the site as it reads them: in NFC."""
    text = document["components"]["schemas"]["Question"]["properties"]["text"]
    [words] = [each for each in document["paths"]["/api/v1/reviews/"]["get"]["parameters"] if each["name"] == "q"]
    for most, schema in ((5000, text), (400, words["schema"]["items"])):
        assert len(unicodedata.normalize("NFD", "ᾂ" * most)) == schema["maxLength"]


@pytest.mark.parametrize("status", ["411", "413", "422"])
def test_problems_of_content_are_promised_where_content_is_sent(document, status):
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    assert all((status in each["responses"]) == ("requestBody" in each) for each in operations)


def test_every_filter_takes_its_own_example(api):
    for of, options in (("reviews", REVIEWS), ("claims", CLAIMS), ("demands", DEMANDS)):
        for each in options.filters:
            api.get(f"{of}/", {each.name: each.example})


def test_what_is_served_is_its_model(api):
    """A key that no model has would be a promise that nobody wrote down."""
    models = {"reviews": Review, "claims": Claim, "demands": Demand, "corrections": CorrectionOfReview}
    for name, model in models.items():
        for served in api.get(f"{name}/")["results"]:
            assert construct(model, served).model_dump(by_alias=True) == served


REFERENCE = settings.BASE_DIR / "docs" / "reference"
# By page, the parameters and the components that it has to name.
DOCUMENTED = {
    "reviews": (REVIEWS.parameters, ("Review", "Tombstone", "Verdict", "Source", "OriginalRating", "ErasureNotice")),
    "claims": (CLAIMS.parameters, ("Claim", "ReviewedClaim", "Appearance", "ReviewOfClaim")),
    "demands": (DEMANDS.parameters, ("Demand",)),
    "corrections": (CORRECTIONS.parameters, ("CorrectionOfReview", "Correction")),
    "changes": (("since", "wait", "page_size"), ("Change",)),
    "match": (("text", "limit"), ("Matching",)),
    "revisions": ((), ("Revision",)),
    "references": ((), ("Publisher", "Claimant", "RatingScale", "Topic")),
    "search": ((), ("Meta",)),
    "drafts": ((), ("ClaimToLog", "ReviewToDraft", "ClaimDraft", "ReviewDraft", "Written")),
    "messages": ((), ("Tip", "CorrectionRequest", "Receipt", "ReceiptStatus")),
    "dumps": ((), ("DumpManifest", "LogEntry")),
    "problems": ((), ("Problem",)),
}  # fmt: skip


@pytest.mark.parametrize("page", DOCUMENTED)
def test_each_page_names_every_parameter_and_key(document, page):
    text = (REFERENCE / f"{page}.md").read_text()
    parameters, components = DOCUMENTED[page]
    keys = {key for name in components for key in document["components"]["schemas"][name]["properties"]}
    assert {name for name in {*parameters, *keys} if not re.search(rf"\b{name}\b", text)} == set()


def test_documentation_lists_every_problem():
    text = (REFERENCE / "problems.md").read_text()
    for slug, problem in PROBLEMS.items():
        assert f"| {problem.status} | `{slug}/` |" in text


def test_document_is_compact_and_names_the_licence_of_the_content(api, settings):
    response = api.send("/api/schema/")
    content = response.content
    assert len(content) < 400_000
    assert len(content) == len(json.dumps(json.loads(content), ensure_ascii=False, separators=(",", ":")).encode())
    assert json.loads(content)["info"]["license"] == {
        "name": "The licence of the published content",
        "url": "https://creativecommons.org/licenses/by/4.0/",
    }


def test_generators_of_clients_find_nothing_that_they_cannot_read(document):
    """A `$ref` in an example leads nowhere, and a key with a default would be demanded."""
    assert all(reference.startswith("#/components/schemas/") for reference in _values_of("$ref", document))
    schemas = document["components"]["schemas"]
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    bodies = {name for operation in operations for name in _components_of(operation.get("requestBody"), schemas)}
    assert {"Question", "Questions", "ReviewToDraft"} <= bodies
    assert [name for name in bodies if [*_values_of("default", schemas[name])]] == []


def _components_of(node, schemas):
    """The names of the components that the node refers to, and that they refer to."""
    for reference in _values_of("$ref", node):
        name = reference.rpartition("/")[2]
        yield name
        yield from _components_of(schemas[name], schemas)


def _values_of(key, node):
    """Every value of this key, at any depth."""
    for each in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _values_of(key, each)
    if isinstance(node, dict) and key in node:
        yield node[key]
