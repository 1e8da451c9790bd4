"""Uploads at the desk, which check the sender before anything of a file is stored.

A view that receives files checks the sender, and then chooses handlers that store files. All other forms drop files
(`NoFiles`). nginx asks `may_upload` before it reads an upload (deploy/nginx.conf).
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import MemoryFileUploadHandler, TemporaryFileUploadHandler
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from factcheck.editorial.desk.access import get_desk
from factcheck.editorial.errors import EditorialError, Incomplete
from factcheck.editorial.file_quotas import require_room
from factcheck.editorial.sign_in.freshness import has_second_factor

FORM_SIZE = 100_000  # bytes of an upload's form that aren't the file


def receive_file(view: Callable[..., HttpResponseBase], most: int) -> Any:
    """Let members of a newsroom send a file of at most `most` bytes. `view` must check the CSRF token itself."""

    @csrf_exempt
    def receive(request: HttpRequest) -> HttpResponseBase:
        size = int(request.META.get("CONTENT_LENGTH") or 0)
        if refusal := _refusal(request, max(0, size - FORM_SIZE)):
            return refusal
        if size > most + FORM_SIZE:
            return refuse(413, _("The file wasn’t stored, because it’s too large. Choose a smaller file."))
        request.upload_handlers = [MemoryFileUploadHandler(request), TemporaryFileUploadHandler(request)]
        return view(request)

    return receive


@never_cache
def may_upload(request: HttpRequest) -> HttpResponse:
    """Tell nginx whether the sender may upload a file.

    nginx reads only the headers of this response, so the refusal is also in a header.
    """
    if response := _refusal(request, 0):
        response.headers["Refusal"] = response.content.decode("ascii")
    return response or HttpResponse(status=204)


def _refusal(request: HttpRequest, size: int) -> JsonResponse | None:
    user: Any = request.user
    has_factor = has_second_factor(request) or not settings.SECOND_FACTOR_REQUIRED
    if not (admin.site.has_permission(request) and has_factor and get_desk(request).roles):
        return refuse(
            403,
            _("The file wasn’t stored, because you aren’t logged in to a newsroom. Log in, then try again."),
        )
    try:
        require_room(size, by=user)
    except EditorialError as problem:
        return refuse(403, str(problem))
    return None


def sent_file(request: HttpRequest, if_none: Any = None) -> UploadedFile[Any]:
    """Return the file of a form. Raise Incomplete with the sentence `if_none` if there is no file."""
    if not isinstance(file := request.FILES.get("file"), UploadedFile):
        raise Incomplete(if_none or _("No file was sent. Choose a file."))
    return file


def refuse(status: int, sentence: str) -> JsonResponse:
    """Return the sentence as JSON, for the script of the page."""
    return JsonResponse({"error": sentence}, status=status)
