"""The WSGI application that granian (or any WSGI server) serves: ``factcheck.wsgi:application``."""

import os

from django.core.handlers.wsgi import WSGIRequest
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "factcheck.settings")


class Request(WSGIRequest):
    """Reads URLs and forms as UTF-8, whatever charset the header Content-Type names.

    Django would also decode the query by that header. One URL could then mean different requests, but the response
    cache (`api.http.response_cache`) only looks at the URL. Names of Python codecs that aren't charsets would fail
    before any middleware runs. WHATWG's URL standard defines urlencoded forms as UTF-8.
    """

    @property
    def encoding(self) -> None:
        return None  # Django then uses settings.DEFAULT_CHARSET, which is UTF-8

    @encoding.setter
    def encoding(self, value: str | None) -> None:
        pass


application = get_wsgi_application()
application.request_class = Request
