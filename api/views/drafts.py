"""Claims and review drafts for programs. A token gives access only to claims and reviews that its account created."""

from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response

from api import intake
from api.http.parameter_values import read_number, read_uuid
from api.http.parameters import Parameters
from api.http.problems import ParameterProblem
from api.lists.requests import MAX_PAGE_SIZE, PAGE_SIZE
from api.schema.writing import LIST_PARAMETERS
from api.views.private import PrivateView


class PagesOfDrafts(BasePagination):
    """The pages of a list of drafts, newest first. Each page begins after a draft.

    The pages of Django REST framework would ignore invalid parameters.
    """

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        parameters = Parameters(request.query_params, [parameter.name for parameter in LIST_PARAMETERS])
        size = parameters.read("page_size", read_number(1, MAX_PAGE_SIZE), PAGE_SIZE)
        after: UUID | None = parameters.read("after", read_uuid, None)
        parameters.raise_faults()
        created = view.created_field
        if after is not None:
            last = queryset.filter(pk=after).first()
            if last is None:
                raise ParameterProblem([("after", "You don't have a draft with this id. Start again without `after`.")])
            at = getattr(last, created)
            queryset = queryset.filter(Q(**{f"{created}__lt": at}) | Q(**{created: at, "pk__lt": last.pk}))
        found = list(queryset.order_by(f"-{created}", "-pk")[: size + 1])
        there = f"{settings.SITE_URL}{request.path}?page_size={size}&after="
        self.following = f"{there}{found[size - 1].pk}" if len(found) > size else None
        return found[:size]

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"next": self.following, "results": data})


class _Drafts(
    mixins.CreateModelMixin, mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.UpdateModelMixin, PrivateView
):
    """Drafts of one kind. `created_field` is the time of creation."""

    tag = "Drafts"
    max_content = 2**20  # bytes, which is enough for the longest draft with all sources in three-byte characters
    authentication_classes = [intake.TokenAuthentication]
    permission_classes = [intake.HasScope]
    pagination_class = PagesOfDrafts
    scope: ClassVar[str]
    created_field: ClassVar[str]
    serializer_class: Any

    def get_queryset(self) -> QuerySet[Any]:
        drafts: QuerySet[Any] = self.serializer_class.drafts.own_drafts(self.request.auth)
        return drafts


@extend_schema_view(
    list=extend_schema("list_claim_drafts", summary="Claims that your account has logged, newest first."),
    create=extend_schema("log_claim", summary="Logs a claim."),
    retrieve=extend_schema("get_claim_draft", summary="A claim that your account has logged."),
    partial_update=extend_schema(
        "change_claim_draft", summary="Changes a claim that doesn't have a submitted review yet."
    ),
)
class ClaimDrafts(_Drafts):
    scope, serializer_class, created_field = "claims:write", intake.ClaimDraft, "logged_at"
    components = {"list": "ClaimDraftList", "retrieve": "ClaimDraft"}
    lookup_url_kwarg = "claim_id"


@extend_schema_view(
    list=extend_schema("list_review_drafts", summary="Reviews that your account has created, newest first."),
    create=extend_schema(
        "draft_review", summary="Creates a review draft. People finish, submit and approve the review."
    ),
    retrieve=extend_schema("get_review_draft", summary="A review that your account has created."),
    partial_update=extend_schema("change_review_draft", summary="Changes a review that is still a draft."),
)
class ReviewDrafts(_Drafts):
    scope, serializer_class, created_field = "drafts:write", intake.ReviewDraft, "created_at"
    components = {"list": "ReviewDraftList", "retrieve": "ReviewDraft"}
    lookup_url_kwarg = "review_id"
