"""The feed of changes: every entry of the log in order, with what is public at its subject's address now."""

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from api import responses, values
from api.endpoint import Endpoint
from api.lists import MAX_PAGE_SIZE
from api.problems import ParameterProblem
from api.schema.operations import PAGE_SIZE, documented, integer_parameter
from api.suggestions import unknown_parameter
from api.waiting import MAX_WAIT, wait_until
from factcheck.record.changes import changes
from factcheck.record.models import LogEntry

DEFAULTS = {"since": -1, "page_size": 20, "wait": 0}


class ChangeList(Endpoint):
    @documented(
        "list_changes", "Changes",
        "Everything that became public after an entry of the log, in the log's order; for mirrors.", "ChangeList",
        extra=[
            integer_parameter("since", "The last sequence that you have; without it the feed begins with entry 0."),
            OpenApiParameter("page_size", PAGE_SIZE, OpenApiParameter.QUERY, description="How many a page holds."),
            OpenApiParameter(
                "wait", {"type": "integer", "minimum": 0, "maximum": MAX_WAIT, "default": 0}, OpenApiParameter.QUERY,
                description="For how many seconds to wait when there is nothing new. When too many wait already, the"
                " answer comes at once.",
            ),
        ],
    )  # fmt: skip
    def get(self, request: Request) -> HttpResponse:
        asked = _read(request._request)
        since, size = asked["since"], asked["page_size"]

        def ready() -> bool:
            responses.remember_head(request._request)
            return (_head(request._request)) > since

        wait_until(ready, asked["wait"])
        entries = list(LogEntry.objects.using("public").filter(sequence__gt=since).order_by("sequence")[:size])
        query = request._request.GET.copy()
        if entries:
            query["since"] = str(entries[-1].sequence)
        following = f"{settings.SITE_URL}{request.path}{'?' if query else ''}{query.urlencode()}"
        content = orjson.dumps({"results": changes(entries), "next": following})
        response = responses.respond(request._request, content)
        responses.add_links(response, {"next": following})
        return response


def _read(request: HttpRequest) -> dict[str, int]:
    """Raises ParameterProblem with everything that is wrong at once."""
    asked, limits = dict(DEFAULTS), {"page_size": (1, MAX_PAGE_SIZE), "wait": (0, MAX_WAIT)}
    errors = [(name[:100], unknown_parameter(name, DEFAULTS)) for name in request.GET if name not in DEFAULTS]
    for name in DEFAULTS:
        texts = request.GET.getlist(name)
        if len(texts) > 1:
            errors.append((name, "Give this parameter once."))
        elif texts:
            try:
                asked[name] = values.read_sequence(texts[0])
            except ValueError as error:
                errors.append((name, str(error) if name == "since" else _span(*limits[name])))
                continue
            if name in limits and not limits[name][0] <= asked[name] <= limits[name][1]:
                errors.append((name, _span(*limits[name])))
    if asked["since"] > _head(request):
        errors.append(("since", f"The newest entry is {_head(request)}: this log never had what you have seen."))
    if errors:
        raise ParameterProblem(errors)
    return asked


def _span(least: int, most: int) -> str:
    return f"Give a number from {least} to {most}."


def _head(request: HttpRequest) -> int:
    """The newest entry's sequence as last asked for, -1 before the first."""
    head: int | None = getattr(request, "log_head", None)
    return -1 if head is None else head
