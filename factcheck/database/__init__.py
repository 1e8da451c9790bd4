"""Where the data is: a PostgreSQL server that the environment names, or an embedded one under ``var/``.

Nothing here imports Django's settings; ``settings.py`` calls :func:`source` and hands the result to Django.
The server is looked for when the first connection is made, so commands that need no database start none.
"""

from factcheck.database.problems import DatabaseProblem
from factcheck.database.source import source

__all__ = ["DatabaseProblem", "source"]
