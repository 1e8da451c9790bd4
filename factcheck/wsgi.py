"""The WSGI application for granian or any other WSGI server: ``factcheck.wsgi:application``."""

import os

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.core.signals import request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, reset_queries

from factcheck.database.timeouts import serve_requests

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "factcheck.settings")


class Request(WSGIRequest):
    """Reads URLs and forms as UTF-8, regardless of the charset in the header Content-Type.

    Django decodes the query with this charset when it makes the request. A charset such as `zlib` would then be an
    error 500 before any middleware runs, and the response cache couldn't tell requests with different charsets apart.
    The WHATWG URL standard defines urlencoded forms as UTF-8.
    """

    @property
    def encoding(self) -> None:
        return None  # so Django uses settings.DEFAULT_CHARSET, which is UTF-8

    @encoding.setter
    def encoding(self, value: str | None) -> None:
        pass


serve_requests(settings.WEB_THREADS)
# Django also closes old connections after each request, and only keeps a log of statements while debugging. Both take
# 0.02 ms before each request.
request_started.disconnect(close_old_connections)
if not settings.DEBUG:
    request_started.disconnect(reset_queries)
application = get_wsgi_application()
application.request_class = Request
