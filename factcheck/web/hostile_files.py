"""Files of strangers. Forms drop files, and browsers download copies of web pages and never display them."""

from typing import IO, Any

from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import FileResponse

# For a file that is displayed. It can't run anything, even if a browser would read the file as HTML.
SANDBOX = "default-src 'none'; sandbox"
# In case a browser displays the file anyway, it runs no script, loads nothing and has no origin.
_HEADERS = {
    "Content-Security-Policy": SANDBOX,
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",  # the file can be hidden or erased
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
}


def download(file: IO[bytes] | Any, name: str) -> FileResponse:
    """Return a response that browsers save as a file. `name` must not come from the stranger."""
    response = FileResponse(file, as_attachment=True, filename=name, content_type="application/octet-stream")
    for header, value in _HEADERS.items():
        response[header] = value
    return response


class NoFiles(FileUploadHandler):
    """Stops reading a form at its first file, so nobody stores a file through a form that expects none."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        raise StopUpload(connection_reset=True)
