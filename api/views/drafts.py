"""Claims and drafts of reviews by program: what a token's account logged and began, and nothing of anybody else."""

import re
from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from rest_framework.request import Request

from api import intake
from api.http.endpoint import refuse_parameters
from api.http.parameters import Parameters
from api.http.private_endpoint import PrivateEndpoint, answer
from api.http.problems import ParameterProblem
from api.http.request_bodies import read_content, read_object
from api.http.values import read_number, read_uuid
from api.lists.options import MAX_PAGE_SIZE, PAGE_SIZE
from api.schema.writing import IDEMPOTENCY_KEY, LIST_PARAMETERS, described
from factcheck.record.statements.drafts import ClaimChanges, ClaimToLog, ReviewChanges, ReviewToDraft
from factcheck.record.statements.parts import Part

MAX_CONTENT = 2**20  # bytes; the longest draft with all its sources in three-byte letters
_PARAMETERS = [parameter.name for parameter in LIST_PARAMETERS]
_KEY = re.compile("[!-~]{1,255}")
_LOCATION = {"Location": "Its address."}


class _Drafts(PrivateEndpoint):
    """Of one kind: the scope that it takes, the address of one, whose they are, and when they were begun."""

    scope: ClassVar[str]
    route: ClassVar[str]
    began: ClassVar[str]
    own: ClassVar[Callable[[intake.Token], QuerySet[Any]]]
    describe: ClassVar[Callable[[Any], dict[str, Any]]]
    token: intake.Token

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.token = intake.authenticate(request._request.headers.get("Authorization", ""), self.scope)

    def find(self, pk: UUID) -> Any:
        return get_object_or_404(type(self).own(self.token), pk=pk)

    def show(self, request: Request, pk: UUID) -> HttpResponse:
        refuse_parameters(request)
        return answer(type(self).describe(self.find(pk)))

    def page(self, request: Request) -> HttpResponse:
        size, after = _read_page(request)
        rows = type(self).own(self.token).order_by(f"-{self.began}", "-pk")
        if after is not None:
            last = rows.filter(pk=after).first()
            if last is None:
                raise ParameterProblem([("after", "You have no such draft. Begin without it.")])
            at = getattr(last, self.began)
            rows = rows.filter(Q(**{f"{self.began}__lt": at}) | Q(**{self.began: at, "pk__lt": last.pk}))
        found = list(rows[: size + 1])
        there = f"{settings.SITE_URL}{reverse(f'api:{self.route}s')}?page_size={size}&after="
        following = f"{there}{found[size - 1].pk}" if len(found) > size else None
        return answer({"next": following, "results": [type(self).describe(row) for row in found[:size]]})

    def write(self, request: Request, model: type[Part], act: Callable[..., UUID], **of: Any) -> tuple[UUID, str]:
        """Carries it out and returns the id and the address. Raises Refused."""
        refuse_parameters(request)
        asked = request._request
        key = asked.headers.get("Idempotency-Key")
        if key is not None and not _KEY.fullmatch(key):
            raise ParameterProblem([("Idempotency-Key", "Give 1 to 255 visible characters of ASCII.")])
        content = read_content(asked, MAX_CONTENT)
        said = read_object(content, model)
        route = f"{asked.method} {asked.path_info}"
        pk = intake.write(self.token, route, key, content, act, values=said, **of)
        return pk, settings.SITE_URL + reverse(f"api:{self.route}", args=[pk])

    def begin(self, request: Request, model: type[Part], act: Callable[..., UUID]) -> HttpResponse:
        pk, address = self.write(request, model, act)
        return answer({"id": pk, "url": address}, 201, Location=address)

    def change(self, request: Request, model: type[Part], act: Callable[..., UUID], **of: Any) -> HttpResponse:
        pk, address = self.write(request, model, act, **of)
        return answer({"id": pk, "url": address})


class _Claims(_Drafts):
    scope, route, began = intake.CLAIMS, "draft-claim", "logged_at"
    own, describe = intake.own_claims, intake.describe_claim


class _Reviews(_Drafts):
    scope, route, began = intake.DRAFTS, "draft-review", "created_at"
    own, describe = intake.own_reviews, intake.describe_review


class ClaimDrafts(_Claims):
    http_method_names = ["get", "head", "options", "post"]

    @described(
        "list_claim_drafts", "Drafts", "Claims that the token's account logged, newest first.", "ClaimDraftList",
        extra=LIST_PARAMETERS, besides=[404],
    )  # fmt: skip
    def get(self, request: Request) -> HttpResponse:
        return self.page(request)

    @described(
        "log_claim", "Drafts", "Logs a claim.", "Written", status=201, asked="ClaimToLog", extra=[IDEMPOTENCY_KEY],
        headers=_LOCATION, besides=[404],
    )  # fmt: skip
    def post(self, request: Request) -> HttpResponse:
        return self.begin(request, ClaimToLog, intake.log_claim)


class ClaimDraft(_Claims):
    http_method_names = ["get", "head", "options", "patch"]

    @described("get_claim_draft", "Drafts", "A claim that the token's account logged.", "ClaimDraft")
    def get(self, request: Request, claim_id: UUID) -> HttpResponse:
        return self.show(request, claim_id)

    @described(
        "change_claim_draft", "Drafts", "Changes a claim of which no review was submitted yet.", "Written",
        asked="ClaimChanges", extra=[IDEMPOTENCY_KEY],
    )  # fmt: skip
    def patch(self, request: Request, claim_id: UUID) -> HttpResponse:
        return self.change(request, ClaimChanges, intake.change_claim, claim=self.find(claim_id))


class ReviewDrafts(_Reviews):
    http_method_names = ["get", "head", "options", "post"]

    @described(
        "list_review_drafts", "Drafts", "Reviews that the token's account began, newest first.", "ReviewDraftList",
        extra=LIST_PARAMETERS, besides=[404],
    )  # fmt: skip
    def get(self, request: Request) -> HttpResponse:
        return self.page(request)

    @described(
        "draft_review", "Drafts", "Begins a review, for people to finish, submit and approve.", "Written", status=201,
        asked="ReviewToDraft", extra=[IDEMPOTENCY_KEY], headers=_LOCATION, besides=[404],
    )  # fmt: skip
    def post(self, request: Request) -> HttpResponse:
        return self.begin(request, ReviewToDraft, intake.draft_review)


class ReviewDraft(_Reviews):
    http_method_names = ["get", "head", "options", "patch"]

    @described("get_review_draft", "Drafts", "A review that the token's account began.", "ReviewDraft")
    def get(self, request: Request, review_id: UUID) -> HttpResponse:
        return self.show(request, review_id)

    @described(
        "change_review_draft", "Drafts", "Changes a review as long as it is a draft.", "Written",
        asked="ReviewChanges", extra=[IDEMPOTENCY_KEY],
    )  # fmt: skip
    def patch(self, request: Request, review_id: UUID) -> HttpResponse:
        return self.change(request, ReviewChanges, intake.change_review, review=self.find(review_id))


def _read_page(request: Request) -> tuple[int, UUID | None]:
    """How many, and after which. Raises ParameterProblem."""
    given = Parameters(request.query_params, _PARAMETERS)
    size = given.read("page_size", read_number(1, MAX_PAGE_SIZE), PAGE_SIZE)
    after = given.read("after", read_uuid, None)
    given.refuse_faults()
    return size, after
