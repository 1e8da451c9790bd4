"""Claims and review drafts for programs. A token gives access only to claims and reviews that its account created."""

from functools import partial
from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins
from rest_framework.request import Request
from rest_framework.response import Response

from api import intake
from api.http.parameters import Parameters
from api.lists.meta import ListPage
from api.lists.requests import ListOptions, read_list_request
from api.schema.operations import CURSOR_PARAMETER, PAGE_SIZE_PARAMETER, query_parameter
from api.views.private import PrivateView
from factcheck.database.rows import run_public
from factcheck.record.lists.pages import Order, read_page
from factcheck.record.lists.values import read_url


class _Drafts(
    mixins.CreateModelMixin, mixins.DestroyModelMixin, mixins.RetrieveModelMixin, mixins.UpdateModelMixin, PrivateView
):
    """Drafts of one kind. `created_field` is the time of creation."""

    tag = "Drafts"
    max_content = 2**20  # bytes, which is enough for a hundred long sources in three-byte characters
    authentication_classes = [intake.TokenAuthentication]
    permission_classes = [intake.HasScope]
    scope: ClassVar[str]
    created_field: ClassVar[str]
    list_parameters: ClassVar[list[Any]] = [PAGE_SIZE_PARAMETER, CURSOR_PARAMETER]
    serializer_class: Any

    def get_queryset(self) -> QuerySet[Any]:
        drafts: QuerySet[Any] = self.serializer_class.drafts.own_drafts(self.request.auth)
        return drafts

    def list(self, request: Request) -> Response:
        drafts = self.get_queryset()
        options = ListOptions(drafts.values("id", self.created_field), {"": Order(self.created_field, descending=True)})
        list_request = read_list_request(request._request, options)
        place = list_request.order, list_request.cursor, list_request.page_size
        page = read_page(options.source, [], ["id"], *place, partial(run_public, alias=drafts.db))
        found = drafts.in_bulk([pk for (pk,) in page.rows])
        results = [
            self.get_serializer(found[pk]).data for (pk,) in page.rows if pk in found
        ]  # one can be deleted meanwhile
        following, previous = map(list_request.link, (page.next, page.previous))
        return Response(ListPage(results=results, next=following, previous=previous).model_dump())

    def perform_destroy(self, draft: Any) -> None:
        with intake.refusals_as_problems():
            self.serializer_class.drafts.delete_draft(token=self.request.auth, draft=draft)


@extend_schema_view(
    list=extend_schema("list_claim_drafts", summary="Claims that your account has logged, newest first."),
    create=extend_schema("log_claim", summary="Logs a claim."),
    retrieve=extend_schema("get_claim_draft", summary="A claim that your account has logged."),
    partial_update=extend_schema(
        "change_claim_draft", summary="Changes a claim that doesn't have a submitted review yet."
    ),
    destroy=extend_schema("delete_claim_draft", summary="Deletes a claim that has no review and no public page."),
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
    destroy=extend_schema(
        "delete_review_draft", summary="Discards a review that is still a draft. People can restore it for 30 days."
    ),
)
class ReviewDrafts(_Drafts):
    scope, serializer_class, created_field = "drafts:write", intake.ReviewDraft, "created_at"
    components = {"list": "ReviewDraftList", "retrieve": "ReviewDraft"}
    lookup_url_kwarg = "review_id"


@extend_schema_view(
    list=extend_schema("list_cards", summary="Sources and appearances in your drafts."),
    create=extend_schema("add_copy", summary="Adds a copy to a source or an appearance in one of your drafts."),
)
class Copies(_Drafts):
    scope, serializer_class = "copies:write", intake.BrowserCopy
    components = {"list": "CardList", "create": "AddedCopy"}
    max_content = 25_000_000  # bytes
    list_parameters = [query_parameter("url", str, "The page that you want to copy.")]

    def list(self, request: Request) -> Response:
        parameters = Parameters(request.query_params, ["url"])
        key = parameters.read("url", read_url, "")
        parameters.raise_faults()
        token: Any = request.auth
        return Response({"results": intake.list_cards(token, key)})
