"""The WSGI application that granian (or any WSGI server) serves: ``factcheck.wsgi:application``."""

import os

from django.core.handlers.wsgi import WSGIRequest
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "factcheck.settings")


class Request(WSGIRequest):
    """Addresses and forms are UTF-8, whatever charset the header Content-Type names.

    Django would read the query by it too: the same address would then be another question, while what is remembered
    of answers (`api.unchanged`) goes by the address; and for names of Python's codecs that are no charsets it fails
    before any middleware is asked. Forms of ours are UTF-8 (as WHATWG's URL standard has it for urlencoded ones).
    """

    @property
    def encoding(self) -> None:
        return None  # that is settings.DEFAULT_CHARSET, UTF-8

    @encoding.setter
    def encoding(self, value: str | None) -> None:
        pass


application = get_wsgi_application()
application.request_class = Request
