"""The database: a PostgreSQL server that the environment names, or an embedded one under ``var/``. Also tools for SQL.

Nothing that ``settings.py`` needs imports Django's settings. It calls :func:`source` and gives the result to Django.
The server starts at the first connection, so commands without a database start none. No tables are defined here.
"""

from factcheck.database.problems import DatabaseProblem
from factcheck.database.source import source

__all__ = ["DatabaseProblem", "source"]
