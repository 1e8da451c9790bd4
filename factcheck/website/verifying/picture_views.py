"""Pictures that live reviews show. Drafts' pictures are only served at the desk."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from factcheck.record.files.picture_files import FOR_READERS
from factcheck.record.files.public_files import read_public_file
from factcheck.record.models import PublishedPicture

# A picture opened as a page can't run anything, even if a browser would read the file as HTML.
SANDBOX = "default-src 'none'; sandbox"


@require_safe
def picture(request: HttpRequest, sha256: str, extension: str) -> HttpResponseBase:
    """Return the file of a picture. Raise Http404 if no live review shows the picture.

    Browsers ask each time whether the picture is still public, because it can be erased.
    """
    shown = PublishedPicture.objects.using("public").filter(sha256=sha256, width__isnull=False)
    media_type = shown.values_list("media_type", flat=True).first()
    if FOR_READERS.get(media_type or "") != extension:
        raise Http404
    if (content := read_public_file(f"pictures/{sha256}.{extension}")) is None:
        raise Http404
    response = HttpResponse(content, content_type=media_type)
    response.headers["Cache-Control"] = "no-cache"
    response.headers["ETag"] = etag = f'"{sha256}"'
    response.headers["Content-Security-Policy"] = SANDBOX
    return get_conditional_response(request, etag=etag, response=response) or response
