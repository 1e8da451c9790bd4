"""The database: a PostgreSQL server set in the environment, or an embedded server under ``var/``. Also tools for SQL.

Modules that ``settings.py`` needs don't import Django's settings. ``settings.py`` calls :func:`source` and passes the
result to Django. The server starts at the first connection, so commands that don't use the database don't start a
server. This package doesn't define any tables.
"""

from factcheck.database.problems import DatabaseProblem
from factcheck.database.source import source

__all__ = ["DatabaseProblem", "source"]
