"""The database: a PostgreSQL server from the environment or an embedded server in ``var/``. Also contains SQL tools.

``settings.py`` calls :func:`source` and passes the result to Django. The modules that it needs must not import Django's
settings. The server starts with the first connection, so commands without a database don't start it. This package
doesn't define tables.
"""

from factcheck.database.problems import DatabaseProblem
from factcheck.database.source import source

__all__ = ["DatabaseProblem", "source"]
