"""The WSGI application that granian (or any WSGI server) serves: ``factcheck.wsgi:application``."""

import os

from django.core.handlers.wsgi import WSGIRequest
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "factcheck.settings")


class Request(WSGIRequest):
    """Addresses and forms are UTF-8, whatever charset the header Content-Type names.

    Django would also decode the query by that header. One URL would then mean different requests, while the response
    cache (`api.http.response_cache`) goes by the URL alone. Names of Python codecs that aren't charsets would fail
    before any middleware runs. WHATWG's URL standard has urlencoded forms in UTF-8.
    """

    @property
    def encoding(self) -> None:
        return None  # that is settings.DEFAULT_CHARSET, UTF-8

    @encoding.setter
    def encoding(self, value: str | None) -> None:
        pass


application = get_wsgi_application()
application.request_class = Request
