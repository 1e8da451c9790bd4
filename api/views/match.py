"""The endpoint that finds published claims that say the same thing as a post, with their reviews."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import orjson
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from api.http import responses
from api.http.endpoint import Endpoint
from api.http.parameters import Fault, Parameters
from api.http.problem_bodies import Error
from api.http.problems import INVALID_CONTENT, TOO_MANY_REQUESTS, ParameterProblem, Refused, TooSlow
from api.http.request_bodies import MOST_ERRORS, read_content, read_json
from api.lists.parameters import FIELDS, Mask, pick, read_names, read_paths
from api.schema import match_answers
from api.schema.match_answers import (
    MATCH_FIELDS,
    MAX_BRIEF,
    MAX_CANDIDATES,
    MAX_LIMIT,
    BriefClaim,
    BriefMatch,
    BriefMatching,
    BriefReview,
    Candidate,
    Match,
    MatchedParts,
    OtherClaim,
    Question,
    Questions,
    View,
)  # fmt: skip
from api.schema.operations import documented, query_parameter
from factcheck.record.lists.values import read_number
from factcheck.record.matching.claim_groups import compare_verdicts
from factcheck.record.matching.match_numbers import THRESHOLD
from factcheck.record.matching.match_scoring import Match as Found
from factcheck.record.matching.matches import Matching, match_batch
from factcheck.record.models import PublishedClaim, PublishedReview
from factcheck.record.readmodel.answers import published_answer
from factcheck.record.readmodel.bodies import Claim, Review, ReviewOfClaim
from factcheck.record.readmodel.comparable_verdicts import compare, mapper_of, shown_reviews
from factcheck.record.search.pictures import MAX_BYTES, MAX_CLAIMS, NoPicture, claims_about
from factcheck.record.statements.checks import parse
from factcheck.record.statements.output import construct, read
from factcheck.record.statements.parts import Part, keys_of
from factcheck.record.statements.schema import request_schemas
from factcheck.web import rate_limits
from factcheck.web.places import give_way

BESIDE = "A POST can't have parameters in its URL. Send them in the JSON object."
DATES = "Send a date or null for each text."
TOO_SLOW_BATCH = "Comparing these texts took too long. Send fewer texts at a time, or try again in 10 seconds."
TOO_SLOW = "The database took too long to compare this text. Send it again in 10 seconds."
MAX_CONTENT = 1_000_000  # bytes, which is enough for 50 texts of 5,000 characters with four bytes each

_READERS: dict[str, Callable[[str], Any]] = {
    "text": str, "posted": str, "page_size": read_number(1, MAX_LIMIT), "view": str,
}  # fmt: skip
# Maximum bytes of a label, of another claim's text, and of a result's text or answer.
LABEL, SHORT, LINE = 80, 150, 250
QUOTED = 60  # maximum characters of the claim and of the verdict in an answer
MOST_REVIEWS = 4  # of a match in brief, and of each other claim
MOST_WORDS, WORD = 6, 24  # words that differ, on each side, and their length in bytes
LISTS = ("results", "related", "candidates")


def _parameters() -> Iterator[OpenApiParameter]:
    """Describe the parameters of a GET request as the keys of a POST request."""
    question = request_schemas(Question)["Question"]
    for name, schema in question["properties"].items():
        kind = {**schema, "type": "string"} if name == "posted" else schema  # not null
        explode = False if name == FIELDS else None
        required = name in question["required"]
        yield query_parameter(name, kind, kind.pop("description"), required=required, explode=explode)


class MatchView(Endpoint):
    """The matching of posts, sentences and longer texts.

    Clients can use POST for long texts, and for texts that must not appear in access logs. POST doesn't change
    anything.
    """

    http_method_names = ["get", "head", "options", "post"]

    @documented(
        "match", "Matching", "Published claims that say the same as a text, or are about the same.", "FullOrBrief",
        extra=[*_parameters()],
    )  # fmt: skip
    def get(self, request: Request) -> HttpResponse:
        parameters = Parameters(request._request.GET, keys_of(Question))
        read = {name: parameters.read(name, reader, None) for name, reader in _READERS.items()}
        values = {name: value for name, value in read.items() if value is not None}
        if FIELDS in parameters.query:
            values[FIELDS] = read_names(parameters, FIELDS)
        return responses.respond(match_one(values, parameters.faults))

    @documented(
        "match_text", "Matching", "Matches a text, up to 50 texts, or a picture, from the request's content.",
        "MatchingOrBatch", body="QuestionOrBatch",
    )  # fmt: skip
    # Generators of clients fail if an operation has two media types, so the document leaves out `image/*`.
    def post(self, request: Request) -> HttpResponse:
        if beside := [(name[:100], BESIDE) for name in request._request.GET]:
            raise ParameterProblem(beside)
        if (request._request.content_type or "").startswith("image/"):
            return _answer(_match_picture(read_content(request._request, MAX_BYTES)).to_json())
        content = read_json(read_content(request._request, MAX_CONTENT))
        if isinstance(content, dict) and "limit" in content and "page_size" not in content:  # as in lists
            content["page_size"] = content.pop("limit")
        is_batch = isinstance(content, dict) and "texts" in content
        question, mask, faults = _read(Questions if is_batch else Question, content)
        if faults:
            raise Refused(INVALID_CONTENT, errors=[Error(pointer=f"#{each}", detail=detail) for each, detail in faults])
        more = len(question["texts"]) - 1 if is_batch else 0
        if more and rate_limits.count_request([rate_limits.SEARCH, rate_limits.READING], times=more):
            raise Refused(TOO_MANY_REQUESTS, f"This batch counts as {more + 1} requests.")
        answers = _answers(question, mask)
        return _answer(orjson.dumps({"answers": answers} if is_batch else answers[0]))


def _answer(content: bytes) -> HttpResponse:
    return HttpResponse(content, content_type="application/json", headers={"Cache-Control": "no-store"})


def _match_picture(content: bytes) -> match_answers.PictureMatching:
    """Return the claims about a similar picture. Raise Refused, or TooSlow if the site can't compare it now."""
    if rate_limits.count_picture():
        raise Refused(TOO_MANY_REQUESTS, f"You can send {rate_limits.PICTURES} pictures a minute.")
    try:
        claims = claims_about(content)[:MAX_CLAIMS]
    except NoPicture as problem:
        raise Refused(INVALID_CONTENT, str(problem)) from problem
    except OSError as error:  # also TimeoutError, and a clean room that doesn't answer
        raise TooSlow(TOO_SLOW) from error
    return match_answers.PictureMatching(results=[orjson.Fragment(body) for body in claims])


def match_one(values: Mapping[str, Any], errors: Sequence[Fault] = ()) -> bytes:
    """Return the response for one question, with the values of its parameters.

    Raise ParameterProblem with all errors, or TooSlow if the comparison takes too long.
    """
    question, mask, faults = _read(Question, values)
    known = {name for name, _sentence in errors}
    found = [*errors, *((name, sentence) for pointer, sentence in faults if (name := pointer[1:]) not in known)]
    if found:
        raise ParameterProblem(found)
    return orjson.dumps(_answers(question, mask)[0])


def _read(model: type[Part], values: Any) -> tuple[dict[str, Any], Mask, list[Fault]]:
    """Return the question, its parameter `fields`, and all faults, each with a JSON pointer."""
    question, faults = parse(values, model)
    if question is None:
        return {}, {}, [(each.pointer, each.message()) for each in faults[:MOST_ERRORS]]
    mask, unknown = read_paths(question[FIELDS], MATCH_FIELDS)
    problems = [(f"/{FIELDS}", sentence) for sentence in unknown]
    if "texts" in question and question["posted"] and len(question["posted"]) != len(question["texts"]):
        problems.append(("/posted", DATES))
    return question, mask, problems


def _answers(question: Mapping[str, Any], mask: Mask) -> list[Any]:
    """Return the answer for each text of the question. Other requests can be matched between two texts.

    Raise TooSlow if the comparison takes too long.
    """
    batch = "texts" in question
    texts, days = (question["texts"], question["posted"]) if batch else ([question["text"]], [question["posted"]])
    posted = [date.fromisoformat(day) if day else None for day in days]
    try:
        found = match_batch(texts, posted, limit=question["page_size"], pause=give_way)
    except TimeoutError as error:
        raise TooSlow(TOO_SLOW_BATCH if batch else TOO_SLOW) from error
    picked = {name: mask if name in LISTS else {} for name in match_answers.Matching.model_fields}
    return [pick(picked if mask else {}, _content(each, question["view"]).to_json()) for each in found]


def _content(matching: Matching, view: str) -> match_answers.Matching:
    """Return the answer. Results in full have claims and reviews, so that clients don't need further requests."""
    candidates = matching.candidates[:MAX_CANDIDATES]
    rows = PublishedClaim.objects.using("public").live()
    matches = (*matching.results, *matching.related)
    shown = [each.claim_id for match in matches for each in (match, *match.others)]
    rows = rows.filter(id__in=[*shown, *(each.claim_id for each in candidates)])
    claims = dict(rows.values_list("id", "body"))
    results, related = (
        [each for each in some if each.claim_id in claims] for some in (matching.results, matching.related)
    )
    in_brief = {each.claim_id for match in matches for each in ((match,) if view == View.BRIEF else ()) + match.others}
    brief_ids = [each.id for pk in in_brief & claims.keys() for each in _newest(read(Claim, claims[pk]))]
    bodies = PublishedReview.objects.using("public").live().filter(id__in=brief_ids).values_list("body", flat=True)
    answers = {
        each.id: _cut(published_answer(each, claim=QUOTED, verdict=QUOTED), LINE)
        for each in shown_reviews(Review, bodies)
    }
    common: dict[str, Any] = {
        "candidates": [_candidate(each, claims[each.claim_id]) for each in candidates if each.claim_id in claims],
        "threshold": THRESHOLD,
        "method": matching.method,
        "explanation": matching.explanation,
        "not_compared": matching.not_compared,
    }
    if view == View.BRIEF:
        brief = [[_brief(each, claims, answers) for each in some] for some in (results, related)]
        return BriefMatching(results=brief[0], related=brief[1], **common)
    full = _full([*results, *related], claims, answers)
    return match_answers.Matching(results=full[: len(results)], related=full[len(results) :], **common)


def _full(results: Sequence[Found], claims: Mapping[UUID, str], answers: Mapping[str, str]) -> list[Match]:
    review_ids = {
        each.claim_id: [UUID(review.id) for review in read(Claim, claims[each.claim_id]).reviews] for each in results
    }
    live = PublishedReview.objects.using("public").live()
    reviews = dict(live.filter(id__in=[pk for each in review_ids.values() for pk in each]).values_list("id", "body"))
    return [
        Match(
            claim=orjson.Fragment(claims[each.claim_id]),
            reviews=[orjson.Fragment(reviews[pk]) for pk in review_ids[each.claim_id] if pk in reviews],
            **_evidence(each, claims, answers),
        )
        for each in results
    ]


def _group(found: Found, claims: Mapping[UUID, str]) -> list[tuple[Found, Claim]]:
    """Return the match and the claims that were put together with it."""
    return [(each, read(Claim, claims[each.claim_id])) for each in (found, *found.others) if each.claim_id in claims]


def _brief(found: Found, claims: Mapping[UUID, str], answers: Mapping[str, str]) -> BriefMatch:
    """Return the result with as many of the newest reviews as MAX_BRIEF allows."""
    (_, claim), *others = _group(found, claims)
    brief = BriefMatch(
        claim=BriefClaim(id=claim.id, text=_cut(claim.text, LINE)),
        reviews=_brief_reviews(claim, answers),
        reviews_left_out=0,
        **_evidence(found, claims, answers),
    )
    parts: list[BriefMatch | OtherClaim] = [*reversed(brief.others), brief]
    total = len(claim.reviews) + sum(len(each.reviews) for _, each in others)
    while True:
        brief.others = [each for each in brief.others if each.reviews]
        brief.reviews_left_out = total - sum(len(each.reviews) for each in parts)
        longest = max(parts, key=lambda each: len(each.reviews))
        if not longest.reviews or len(brief.to_json()) <= MAX_BRIEF:
            return brief
        longest.reviews.pop()


def _newest(claim: Claim) -> list[ReviewOfClaim]:
    return claim.reviews[: -MOST_REVIEWS - 1 : -1]


def _brief_reviews(claim: Claim, answers: Mapping[str, str]) -> list[BriefReview]:
    return [_brief_review(review, answers[review.id]) for review in compare(_newest(claim)) if review.id in answers]


def _brief_review(found: ReviewOfClaim, answer: str) -> BriefReview:
    review = construct(BriefReview, {**found.to_json_object(), "answer": answer, "mapped_by": mapper_of(found)})
    review.verdict.label = review.verdict.label and _cut(review.verdict.label, LABEL)
    review.publisher.name = _cut(review.publisher.name, LABEL)
    return review


def _candidate(found: Found, body: str) -> Candidate:
    claim = read(Claim, body)
    text = _cut(claim.text, SHORT)
    score = round(found.score, 4)
    return Candidate(claim=BriefClaim(id=claim.id, text=text), score=score, url=claim.reviews[-1].url)


def _evidence(found: Found, claims: Mapping[UUID, str], answers: Mapping[str, str]) -> dict[str, Any]:
    parts = {name: round(value, 4) for name, value in found.matched.items()}
    judged = found.judgement
    asked, checked = ([_cut(word, WORD) for word in some[:MOST_WORDS]] for some in (judged.asked, judged.checked))
    matched = MatchedParts(**parts, differs=list(judged.differs), asked=asked, checked=checked)
    group = _group(found, claims)
    whole = [claim for each, claim in group if each.claim_id == found.claim_id or each.judgement.says_the_same]
    same = [review for claim in whole for review in claim.reviews]
    return {
        "score": round(found.score, 4),
        "judged_by": found.judged_by,
        "matched": matched,
        "others": [
            OtherClaim(
                claim=BriefClaim(id=claim.id, text=_cut(claim.text, SHORT)),
                says_the_same=each.judgement.says_the_same,
                reviews=_brief_reviews(claim, answers),
            )
            for each, claim in group[1:]
        ],
        "verdicts": compare_verdicts([review.verdict for review in compare(same)]),
    }


def _cut(text: str, size: int) -> str:
    """Return the beginning of the text, in at most `size` bytes of UTF-8."""
    return text if len(text.encode()) <= size else f"{text.encode()[: size - 3].decode(errors='ignore')}…"
