"""The changes feed: all log entries in order, each with the current content of its subject."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from rest_framework.request import Request

from api.http import responses
from api.http.endpoint import Endpoint
from api.http.long_polling import MAX_WAIT, wait_until
from api.http.parameters import Parameters
from api.lists.requests import MAX_PAGE_SIZE, PAGE_SIZE
from api.schema import lists
from api.schema.operations import PAGE_SIZE_PARAMETER, documented, integer_parameter, query_parameter
from factcheck.record.lists.values import read_number, read_sequence
from factcheck.record.log.models import newest_sequence
from factcheck.record.readmodel.changes import changes, entries_after
from factcheck.tools.budget import current

NAMES = ("since", "page_size", "wait")


class ChangeList(Endpoint):
    @documented(
        "list_changes", "Changes",
        "All entries after a log entry, in the log's order.", "ChangeList",
        extra=[
            integer_parameter("since", "Sequence of the last entry that you have. Omit it to start at entry 0."),
            PAGE_SIZE_PARAMETER,
            query_parameter(
                "wait", {"type": "integer", "minimum": 0, "maximum": MAX_WAIT, "default": 0},
                "The number of seconds to wait if there is nothing new. If too many requests are waiting,"
                " the response is sent at once.",
            ),
        ],
    )  # fmt: skip
    def get(self, request: Request) -> HttpResponse:
        since, size, wait = _read(request._request)

        def ready() -> bool:
            responses.set_head(newest_sequence())
            return _head() > since

        wait_until(ready, wait)
        entries, version = entries_after(since, size)
        query = request._request.GET.copy()
        if entries:
            query["since"] = str(entries[-1].sequence)
        following = f"{settings.SITE_URL}{request.path}{'?' if query else ''}{query.urlencode()}"
        # The version is read before the bodies, so the content is never older than its ETag.
        etag = responses.etag_of(f"{version} {following}".encode())
        if responses.matches_etag(request._request, etag):
            response: HttpResponse = HttpResponseNotModified(headers={"ETag": etag, "Cache-Control": "no-cache"})
        else:
            response = responses.respond(lists.ChangeList(results=changes(entries), next=following).to_json())
            response.headers["ETag"] = etag
        responses.add_links(response, {"next": following})
        return response


def _read(request: HttpRequest) -> tuple[int, int, int]:
    """Return the entry to start after, the page size and the number of seconds to wait.

    Raise ParameterProblem with all errors.
    """
    parameters = Parameters(request.GET, NAMES)
    since = parameters.read("since", read_sequence, -1)
    size = parameters.read("page_size", read_number(1, MAX_PAGE_SIZE), PAGE_SIZE)
    wait = parameters.read("wait", read_number(0, MAX_WAIT), 0)
    if since > _head():
        parameters.faults.append(("since", f"This entry isn't in the log. Send a sequence of at most {_head()}."))
    parameters.raise_faults()
    return since, size, wait


def _head() -> int:
    """Return the newest entry's sequence, as last read, or -1 if the log is empty."""
    head = current().head
    return -1 if head is None else head
