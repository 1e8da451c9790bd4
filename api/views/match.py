"""The endpoint that finds published claims that say the same thing as a post, with their reviews."""

import re
from collections.abc import Sequence
from itertools import islice
from typing import Any
from uuid import UUID

import orjson
from django.http import HttpRequest, HttpResponse
from pydantic import JsonValue
from rest_framework.request import Request

from api.http import responses
from api.http.endpoint import Endpoint
from api.http.parameters import Fault, Parameters
from api.http.problem_bodies import Error
from api.http.problems import INVALID_CONTENT, TOO_MANY_REQUESTS, ParameterProblem, Refused, TooSlow
from api.http.request_bodies import MOST_ERRORS, read_content, read_json
from api.schema import match_answers
from api.schema.match_answers import LIMIT, MAX_LIMIT, MAX_TEXTS, QUESTION, Match, MatchedParts, MatchingBatch
from api.schema.operations import documented, query_parameter
from factcheck.record.formats.text import find_forbidden, nfc
from factcheck.record.lists.values import read_number
from factcheck.record.matching.match_numbers import THRESHOLD
from factcheck.record.matching.matches import Matching, match, match_batch
from factcheck.record.models import PublishedClaim, PublishedReview
from factcheck.record.search.questions import MAX_QUESTION, MAX_RAW
from factcheck.record.statements.faults import pointer_step
from factcheck.web import rate_limits
from factcheck.web.places import match_places

NAMES = ["text", "page_size"]
BATCH_NAMES = ["texts", "page_size"]
BESIDE = "A POST can't have parameters in its URL. Send text and page_size in the JSON object."
UNKNOWN = "This object can't contain this key. Known keys: text or texts, page_size."
TEXTS = f"Send an array of 1 to {MAX_TEXTS} texts."
TOO_SLOW_BATCH = "Comparing these texts takes too long. Send fewer texts at a time, or try again."
TOO_SLOW = "Comparing this text takes too long. Send only the most important sentence, or try again."
MAX_CONTENT = 1_000_000  # bytes, which is enough for 50 texts of 5,000 characters with four bytes each

_TEXT_AT = re.compile(r"texts/\d+")  # the position of a question in a batch
_TEXT = query_parameter(
    "text",
    {**QUESTION, "examples": ["Nước lũ đã lên tới mái chùa"]},
    "A sentence, a post in its original words, or a longer text.",
    required=True,
)
_PAGE_SIZE = query_parameter(
    "page_size",
    {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": LIMIT},
    "The maximum number of claims, results and candidates together.",
)


class MatchView(Endpoint):
    """The matching of posts, sentences and longer texts.

    Clients can use POST for long texts, and for texts that must not appear in access logs. POST doesn't change
    anything.
    """

    http_method_names = ["get", "head", "options", "post"]

    @documented(
        "match", "Matching", "Published claims that say the same as a text, best match first.", "Matching",
        extra=[_TEXT, _PAGE_SIZE],
    )  # fmt: skip
    def get(self, request: Request) -> HttpResponse:
        parameters = Parameters(request._request.GET, NAMES)
        parameters.read("text", str, "")
        size = parameters.read("page_size", read_number(1, MAX_LIMIT), LIMIT)
        return responses.respond(match_one(parameters.query.get("text"), size, parameters.faults))

    @documented(
        "match_text", "Matching", "Matches a text, or up to 50 texts, from the request's content.", "MatchingOrBatch",
        body="QuestionOrBatch",
    )  # fmt: skip
    def post(self, request: Request) -> HttpResponse:
        if beside := [(name[:100], BESIDE) for name in request._request.GET]:
            raise ParameterProblem(beside)
        question = _read_object(request._request)
        if "limit" in question and "page_size" not in question:  # as in lists
            question["page_size"] = question.pop("limit")
        names = BATCH_NAMES if "texts" in question else NAMES
        unknown = islice((name for name in question if name not in names), MOST_ERRORS)
        errors, size = [(name, UNKNOWN) for name in unknown], question.get("page_size", LIMIT)
        try:
            if "texts" in question:
                content = _match_batch(request._request, question["texts"], size, errors)
            else:
                content = match_one(question.get("text"), size, errors)
        except ParameterProblem as problem:
            raise _invalid_content(problem.errors) from None
        response = HttpResponse(content, content_type="application/json")
        response.headers["Cache-Control"] = "no-store"
        return response


def match_one(text: Any, size: Any, errors: list[Fault]) -> bytes:
    """Return the response for one question.

    Raise ParameterProblem with all errors, or TooSlow if the comparison takes too long.
    """
    size = _read_size(size, errors)
    if fault := _find_fault(text):
        errors.append(("text", fault))
    if errors:
        raise ParameterProblem(errors)
    try:
        matching = match(text, limit=size)
    except TimeoutError as error:
        raise TooSlow(TOO_SLOW) from error
    return _content(matching).to_json()


def _match_batch(request: HttpRequest, texts: Any, size: Any, errors: list[Fault]) -> bytes:
    """Return the answers to several questions, in order.

    Each question counts as a request. Other requests can be matched between two questions. Raise ParameterProblem with
    all errors, and TooSlow if the comparison takes too long. Raise Refused if the client has sent too many requests.
    """
    size = _read_size(size, errors)
    if not isinstance(texts, list) or not 1 <= len(texts) <= MAX_TEXTS:
        raise ParameterProblem([*errors, ("texts", TEXTS)])
    errors += [(f"texts/{index}", fault) for index, text in enumerate(texts) if (fault := _find_fault(text))]
    if errors:
        raise ParameterProblem(errors)
    if rate_limits.count_request([rate_limits.SEARCH, rate_limits.READING], times=len(texts) - 1):
        raise Refused(TOO_MANY_REQUESTS, f"This batch counts as {len(texts)} requests.")
    try:
        found = match_batch(texts, limit=size, pause=match_places.give_way)
    except TimeoutError as error:
        raise TooSlow(TOO_SLOW_BATCH) from error
    return MatchingBatch(answers=[_content(matching) for matching in found]).to_json()


def _read_size(size: Any, errors: list[Fault]) -> Any:
    if isinstance(size, float) and size.is_integer():
        size = int(size)  # 3.0 is also an integer (JSON Schema, 6.1.1)
    if not isinstance(size, int) or isinstance(size, bool):
        errors.append(("page_size", f"This isn't a whole number. Send a number from 1 to {MAX_LIMIT}."))
    elif not 1 <= size <= MAX_LIMIT:
        errors.append(("page_size", f"This is outside the range. Send a number from 1 to {MAX_LIMIT}."))
    return size


def _find_fault(text: Any) -> str | None:
    """Return the reason why the text can't be matched, or None."""
    if not isinstance(text, str | None):
        return "This isn't a text. Send a text in quotation marks."
    if not text or not text.strip():
        return "The text is missing. Send a sentence, a post or a longer text to match."
    if len(text) > MAX_RAW or len(nfc(text)) > MAX_QUESTION:  # before NFC, a character may be counted more than once
        return f"The text is too long. Send at most {MAX_QUESTION} characters."
    if forbidden := find_forbidden(text.replace("\r", "\n")):
        return f"The character {forbidden} isn't allowed. Remove it."
    return None


def _read_object(request: HttpRequest) -> dict[str, JsonValue]:
    """Return the JSON object in the request, whatever the request's media type is. Raise Refused for other content."""
    content = read_json(read_content(request, MAX_CONTENT))
    if not isinstance(content, dict):
        raise Refused(INVALID_CONTENT, errors=[Error(pointer="#", detail='Send a JSON object, as {"text": "…"}.')])
    return content


def _invalid_content(errors: Sequence[Error]) -> Refused:
    """Return the problem whose errors point to keys of the object, or to questions of a batch."""
    pointers = []
    for each in errors:
        name = each.parameter or ""
        step = name if _TEXT_AT.fullmatch(name) else pointer_step(name)
        pointers.append(Error(pointer=f"#/{step}", detail=each.detail))
    return Refused(INVALID_CONTENT, errors=pointers)


def _content(matching: Matching) -> match_answers.Matching:
    """Return claims and reviews in full, so that clients don't need further requests."""
    found = [*matching.results, *matching.candidates]
    claims = PublishedClaim.objects.using("public").live().filter(id__in=[each.claim_id for each in found])
    bodies = dict(claims.values_list("id", "body"))
    review_ids = {pk: [UUID(review["id"]) for review in orjson.loads(body)["reviews"]] for pk, body in bodies.items()}
    live = PublishedReview.objects.using("public").live()
    reviews = dict(live.filter(id__in=[pk for each in review_ids.values() for pk in each]).values_list("id", "body"))
    shown = {
        each.claim_id: Match(
            claim=orjson.Fragment(bodies[each.claim_id]),
            reviews=[orjson.Fragment(reviews[pk]) for pk in review_ids[each.claim_id] if pk in reviews],
            score=round(each.score, 4),
            judged_by=each.judged_by,
            matched=MatchedParts(
                **{name: round(value, 4) for name, value in each.matched.items()}, differs=list(each.differs)
            ),
        )
        for each in found
        if each.claim_id in bodies
    }
    return match_answers.Matching(
        results=[shown[each.claim_id] for each in matching.results if each.claim_id in shown],
        candidates=[shown[each.claim_id] for each in matching.candidates if each.claim_id in shown],
        threshold=THRESHOLD,
        method=matching.method,
        explanation=matching.explanation,
    )
