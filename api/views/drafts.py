"""Claims and review drafts for programs. A token gives access only to claims and reviews that its account created."""

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
from api.http.parameter_values import read_number, read_uuid
from api.http.parameters import Parameters
from api.http.private_endpoint import PrivateEndpoint, answer
from api.http.problems import ParameterProblem
from api.http.request_bodies import read_content, read_object
from api.lists.requests import MAX_PAGE_SIZE, PAGE_SIZE
from api.schema.writing import IDEMPOTENCY_KEY, LIST_PARAMETERS, documented_private
from factcheck.record.statements.drafts import ClaimChanges, ClaimToLog, ReviewChanges, ReviewToDraft
from factcheck.record.statements.parts import Part

MAX_CONTENT = 2**20  # bytes, which is enough for the longest draft with all sources in three-byte characters
_PARAMETERS = [parameter.name for parameter in LIST_PARAMETERS]
_KEY = re.compile("[!-~]{1,255}")
_LOCATION = {"Location": "The URL of the draft."}


class _Drafts(PrivateEndpoint):
    """Drafts of one kind. `own` returns the rows of a token's account, and `created_field` is the time of creation."""

    scope: ClassVar[str]
    route: ClassVar[str]
    created_field: ClassVar[str]
    own: ClassVar[Callable[[intake.Token], QuerySet[Any]]]
    describe: ClassVar[Callable[[Any], dict[str, Any]]]
    token: intake.Token

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.token = intake.authenticate(request._request.headers.get("Authorization", ""), self.scope)
        request._request.token_user = self.token.user_id  # type: ignore[attr-defined]  # for the log

    def find(self, pk: UUID) -> Any:
        return get_object_or_404(type(self).own(self.token), pk=pk)

    def show(self, request: Request, pk: UUID) -> HttpResponse:
        refuse_parameters(request)
        return answer(type(self).describe(self.find(pk)))

    def page(self, request: Request) -> HttpResponse:
        size, after = _read_page(request)
        rows = type(self).own(self.token).order_by(f"-{self.created_field}", "-pk")
        if after is not None:
            last = rows.filter(pk=after).first()
            if last is None:
                raise ParameterProblem([("after", "You don't have a draft with this id. Start again without `after`.")])
            at = getattr(last, self.created_field)
            rows = rows.filter(
                Q(**{f"{self.created_field}__lt": at}) | Q(**{self.created_field: at, "pk__lt": last.pk})
            )
        found = list(rows[: size + 1])
        there = f"{settings.SITE_URL}{reverse(f'api:{self.route}s')}?page_size={size}&after="
        following = f"{there}{found[size - 1].pk}" if len(found) > size else None
        return answer({"next": following, "results": [type(self).describe(row) for row in found[:size]]})

    def write(self, request: Request, model: type[Part], act: Callable[..., UUID], **of: Any) -> tuple[UUID, str]:
        """Run `act`. Return the draft's id and URL. Raises Refused."""
        refuse_parameters(request)
        django_request = request._request
        key = django_request.headers.get("Idempotency-Key")
        if key is not None and not _KEY.fullmatch(key):
            raise ParameterProblem(
                [("Idempotency-Key", "This key isn't valid. Use 1 to 255 visible ASCII characters.")]
            )
        content = read_content(django_request, MAX_CONTENT)
        body = read_object(content, model)
        route = f"{django_request.method} {django_request.path_info}"
        pk = intake.write(self.token, route, key, content, act, values=body, **of)
        return pk, settings.SITE_URL + reverse(f"api:{self.route}", args=[pk])

    def begin(self, request: Request, model: type[Part], act: Callable[..., UUID]) -> HttpResponse:
        pk, address = self.write(request, model, act)
        return answer({"id": pk, "url": address}, 201, Location=address)

    def change(self, request: Request, model: type[Part], act: Callable[..., UUID], **of: Any) -> HttpResponse:
        pk, address = self.write(request, model, act, **of)
        return answer({"id": pk, "url": address})


class _Claims(_Drafts):
    scope, route, created_field = intake.CLAIMS, "draft-claim", "logged_at"
    own, describe = intake.own_claims, intake.describe_claim


class _Reviews(_Drafts):
    scope, route, created_field = intake.DRAFTS, "draft-review", "created_at"
    own, describe = intake.own_reviews, intake.describe_review


class ClaimDrafts(_Claims):
    http_method_names = ["get", "head", "options", "post"]

    @documented_private(
        "list_claim_drafts", "Drafts", "Claims that your account has logged, newest first.", "ClaimDraftList",
        extra=LIST_PARAMETERS, never=[404],
    )  # fmt: skip
    def get(self, request: Request) -> HttpResponse:
        return self.page(request)

    @documented_private(
        "log_claim", "Drafts", "Logs a claim.", "Written", status=201, body="ClaimToLog", extra=[IDEMPOTENCY_KEY],
        headers=_LOCATION, never=[404],
    )  # fmt: skip
    def post(self, request: Request) -> HttpResponse:
        return self.begin(request, ClaimToLog, intake.log_claim)


class ClaimDraft(_Claims):
    http_method_names = ["get", "head", "options", "patch"]

    @documented_private("get_claim_draft", "Drafts", "A claim that your account has logged.", "ClaimDraft")
    def get(self, request: Request, claim_id: UUID) -> HttpResponse:
        return self.show(request, claim_id)

    @documented_private(
        "change_claim_draft", "Drafts", "Changes a claim that doesn't have a submitted review yet.", "Written",
        body="ClaimChanges", extra=[IDEMPOTENCY_KEY],
    )  # fmt: skip
    def patch(self, request: Request, claim_id: UUID) -> HttpResponse:
        return self.change(request, ClaimChanges, intake.change_claim, claim=self.find(claim_id))


class ReviewDrafts(_Reviews):
    http_method_names = ["get", "head", "options", "post"]

    @documented_private(
        "list_review_drafts", "Drafts", "Reviews that your account has created, newest first.", "ReviewDraftList",
        extra=LIST_PARAMETERS, never=[404],
    )  # fmt: skip
    def get(self, request: Request) -> HttpResponse:
        return self.page(request)

    @documented_private(
        "draft_review", "Drafts", "Creates a review draft. People finish, submit and approve the review.", "Written",
        status=201, body="ReviewToDraft", extra=[IDEMPOTENCY_KEY], headers=_LOCATION, never=[404],
    )  # fmt: skip
    def post(self, request: Request) -> HttpResponse:
        return self.begin(request, ReviewToDraft, intake.draft_review)


class ReviewDraft(_Reviews):
    http_method_names = ["get", "head", "options", "patch"]

    @documented_private("get_review_draft", "Drafts", "A review that your account has created.", "ReviewDraft")
    def get(self, request: Request, review_id: UUID) -> HttpResponse:
        return self.show(request, review_id)

    @documented_private(
        "change_review_draft", "Drafts", "Changes a review that is still a draft.", "Written",
        body="ReviewChanges", extra=[IDEMPOTENCY_KEY],
    )  # fmt: skip
    def patch(self, request: Request, review_id: UUID) -> HttpResponse:
        return self.change(request, ReviewChanges, intake.change_review, review=self.find(review_id))


def _read_page(request: Request) -> tuple[int, UUID | None]:
    """Return the page size and the id to start after. Raises ParameterProblem."""
    parameters = Parameters(request.query_params, _PARAMETERS)
    size = parameters.read("page_size", read_number(1, MAX_PAGE_SIZE), PAGE_SIZE)
    after = parameters.read("after", read_uuid, None)
    parameters.raise_faults()
    return size, after
