"""The site without its memory of answers (`api/unchanged.py`), so that each one is made."""

from factcheck.wsgi import application  # isort: skip (makes Django ready)

from api import unchanged

unchanged.ROOM = -1

__all__ = ["application"]
