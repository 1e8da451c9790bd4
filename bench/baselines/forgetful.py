"""The site without its memory of answers (`api/http/response_cache.py`), so that each one is made."""

from factcheck.wsgi import application  # isort: skip (makes Django ready)

from api.http import response_cache

response_cache.MAX_BYTES = -1

__all__ = ["application"]
