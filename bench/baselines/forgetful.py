"""The site without its caches of responses and pages, so that it computes each one."""

from factcheck.wsgi import application  # isort: skip (makes Django ready)

from factcheck.web import response_cache

response_cache.MAX_BYTES = -1

__all__ = ["application"]
