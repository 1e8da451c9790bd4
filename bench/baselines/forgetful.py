"""The site without its caches of responses and pages, so that each one is made."""

from factcheck.wsgi import application  # isort: skip (makes Django ready)

from api.http import response_cache
from factcheck.website import page_cache

response_cache.MAX_BYTES = -1
page_cache.MAX_SIZE = -1

__all__ = ["application"]
