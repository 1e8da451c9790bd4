"""The feed of changes: every entry of the log in order, with what is public at its subject's address now."""

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from api.http import responses
from api.http.endpoint import Endpoint
from api.http.long_polling import MAX_WAIT, wait_until
from api.http.parameters import Parameters
from api.http.values import read_number, read_sequence
from api.lists.options import MAX_PAGE_SIZE, PAGE_SIZE
from api.schema.operations import PAGE_SIZE_PARAMETER, documented, integer_parameter
from factcheck.record.models import LogEntry
from factcheck.record.readmodel.changes import changes

NAMES = ("since", "page_size", "wait")


class ChangeList(Endpoint):
    @documented(
        "list_changes", "Changes",
        "Everything that became public after an entry of the log, in the log's order; for mirrors.", "ChangeList",
        extra=[
            integer_parameter("since", "The last sequence that you have; without it the feed begins with entry 0."),
            PAGE_SIZE_PARAMETER,
            OpenApiParameter(
                "wait", {"type": "integer", "minimum": 0, "maximum": MAX_WAIT, "default": 0}, OpenApiParameter.QUERY,
                description="For how many seconds to wait when there is nothing new. When too many wait already, the"
                " answer comes at once.",
            ),
        ],
    )  # fmt: skip
    def get(self, request: Request) -> HttpResponse:
        since, size, wait = _read(request._request)

        def ready() -> bool:
            responses.remember_head(request._request)
            return _head(request._request) > since

        wait_until(ready, wait)
        entries = list(LogEntry.objects.using("public").filter(sequence__gt=since).order_by("sequence")[:size])
        query = request._request.GET.copy()
        if entries:
            query["since"] = str(entries[-1].sequence)
        following = f"{settings.SITE_URL}{request.path}{'?' if query else ''}{query.urlencode()}"
        content = orjson.dumps({"results": changes(entries), "next": following})
        response = responses.respond(request._request, content)
        responses.add_links(response, {"next": following})
        return response


def _read(request: HttpRequest) -> tuple[int, int, int]:
    """Since which entry, how many, and for how long to wait. Raises ParameterProblem."""
    given = Parameters(request.GET, NAMES)
    since = given.read("since", read_sequence, -1)
    size = given.read("page_size", read_number(1, MAX_PAGE_SIZE), PAGE_SIZE)
    wait = given.read("wait", read_number(0, MAX_WAIT), 0)
    if since > _head(request):
        given.faults.append(("since", f"The newest entry is {_head(request)}: this log never had what you have seen."))
    given.refuse_faults()
    return since, size, wait


def _head(request: HttpRequest) -> int:
    """The newest entry's sequence as last asked for, -1 before the first."""
    head: int | None = getattr(request, "log_head", None)
    return -1 if head is None else head
