"""The database: a PostgreSQL server from the environment or an embedded server in ``var/``, and tools for SQL.

``settings.py`` calls :func:`source` and passes the result to Django. The modules that :func:`source` needs must not
import Django's settings. The server starts with the first connection, so commands without a database don't start it.
This package defines no tables.
"""

from factcheck.database.problems import DatabaseProblem
from factcheck.database.source import source

__all__ = ["DatabaseProblem", "source"]
