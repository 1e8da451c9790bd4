"""The site without its memory of answers (`api/unchanged.py`), so that each one is made."""

from api import unchanged
from factcheck.wsgi import application

unchanged.ROOM = -1

__all__ = ["application"]
