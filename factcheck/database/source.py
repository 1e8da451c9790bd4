"""The conversion of environment variables to Django's ``DATABASES``.

1. ``DATABASE_URL`` and ``PUBLIC_DATABASE_URL``: the URLs of the application role and the reading role.
   ``OWNER_DATABASE_URL`` is for migrations. A process that only reads has only ``PUBLIC_DATABASE_URL``. An alias whose
   URL isn't set raises an error when it's used.
2. None of these: the site uses an embedded server in ``var/``.

A URL can name several hosts, separated by commas. The application and the owner use the host that accepts writes. The
reading role prefers standbys, in random order.
"""

from collections.abc import Mapping
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict

from factcheck.database.aliases import Alias
from factcheck.database.embedded import DATABASE, Cluster
from factcheck.database.problems import DatabaseProblem
from factcheck.database.remote import Remote, connect
from factcheck.database.replicas import Replicas

VARIABLES = ("DATABASE_URL", "PUBLIC_DATABASE_URL", "OWNER_DATABASE_URL", "DATABASE_CONNECTION_AGE", "REPLICA_LAG")
EXAMPLE = "postgresql://factcheck_app:password@localhost:5432/factcheck"
ALL_THREE = (
    "Run `.venv/bin/python -m factcheck.database roles`, give its SQL to the server's administrator, and set"
    " DATABASE_URL, PUBLIC_DATABASE_URL and OWNER_DATABASE_URL to the printed values."
)
AGE = (
    "Set the number of seconds for which a thread keeps its connection, for example 600. With 0, each request opens a "
    "new connection."
)
LAG = "Set the number of seconds that a replica may lag behind the primary, for example 10."
Server = Cluster | Remote


def source(environ: Mapping[str, str], var: Path) -> Server:
    """Return the server, whose ``databases`` contains Django's setting.

    Call ``prepare()`` before the first connection. ``leave()`` stops an embedded server if no other process uses it.
    ``full_disk()`` returns a problem if a full disk caused an error, or else None. Raise DatabaseProblem if the
    variables don't fit together.
    """
    url, public, owner = (
        environ.get(name, "").strip() for name in ("DATABASE_URL", "PUBLIC_DATABASE_URL", "OWNER_DATABASE_URL")
    )
    lag = _seconds("REPLICA_LAG", environ.get("REPLICA_LAG", "").strip() or "10", LAG)
    age = _seconds("DATABASE_CONNECTION_AGE", environ.get("DATABASE_CONNECTION_AGE", "").strip() or "600", AGE)
    if not url:
        if owner:
            raise DatabaseProblem(f"OWNER_DATABASE_URL is set without DATABASE_URL. {ALL_THREE}")
        if public:
            reading = parse_url("PUBLIC_DATABASE_URL", public)
            readers = _for_reading(reading)
            databases = _aliases(_missing("DATABASE_URL"), readers, _missing("OWNER_DATABASE_URL"), age=age)
            replicas = _replicas(reading, lag)
            return Remote(readers, databases=databases, replicas=replicas, variable="PUBLIC_DATABASE_URL")
        return _embedded(environ, var, age)
    application = _for_writing(parse_url("DATABASE_URL", url))
    if public:
        reading = parse_url("PUBLIC_DATABASE_URL", public)
        migrating = _for_writing(parse_url("OWNER_DATABASE_URL", owner)) if owner else _missing("OWNER_DATABASE_URL")
        return Remote(
            application,
            databases=_aliases(application, _for_reading(reading), migrating, age=age),
            replicas=_replicas(reading, lag),
        )
    raise DatabaseProblem(f"DATABASE_URL is set without PUBLIC_DATABASE_URL. {ALL_THREE}")


def _embedded(environ: Mapping[str, str], var: Path, age: int) -> Cluster:
    """Return a server in the folder ``var``, which the site starts and stops."""
    try:
        cluster = Cluster(var, durable=not environ.get("FACTCHECK_TEST"))
        logins = cluster.logins()
    except OSError as error:
        raise DatabaseProblem(
            f"You can't write to the folder {var} ({error.strerror}). Change its permissions, or set FACTCHECK_VAR."
        ) from None
    socket = str(cluster.directory.socket)
    users: list[Alias] = [
        {"NAME": DATABASE, "HOST": socket, "PORT": "", "USER": login.name, "PASSWORD": login.password}
        for login in (logins.application, logins.reading, logins.owner)
    ]
    cluster.databases = _aliases(*users, age=age)
    return cluster


def _missing(variable: str) -> Alias:
    """Return settings for an alias that this process can't use. `base.py` raises the error."""
    return {"NAME": "", "USER": "", "PASSWORD": "", "HOST": "", "PORT": "", "MISSING": variable}


def _seconds(variable: str, seconds: str, meaning: str) -> int:
    if not seconds.isdecimal():
        raise DatabaseProblem(f"{variable} is {seconds!r}. {meaning}")
    return int(seconds)


def _for_writing(settings: Alias) -> Alias:
    return _with_defaults(settings, target_session_attrs="read-write")


def _for_reading(settings: Alias) -> Alias:
    return _with_defaults(settings, target_session_attrs="prefer-standby", load_balance_hosts="random")


def _with_defaults(settings: Alias, **defaults: str) -> Alias:
    """Return settings with libpq's parameters for several hosts. Parameters in the URL take precedence."""
    if not _has_several_hosts(settings):
        return settings
    return {**settings, "OPTIONS": {**defaults, **settings.get("OPTIONS", {})}}


def _has_several_hosts(settings: Alias) -> bool:
    return "," in settings["HOST"]


def _replicas(reading: Alias, lag: int) -> Replicas | None:
    """Return the check of replicas, or None for a single server.

    The reading role also asks the primary for its position.
    """
    primary = _with_defaults(reading, target_session_attrs="primary")
    return Replicas(lambda: connect(primary), lag) if _has_several_hosts(reading) else None


def _aliases(application: Alias, reading: Alias, owner: Alias, *, age: int) -> dict[str, Alias]:
    """Return the settings of ``default``, ``public`` and ``owner``.

    Threads keep their connections and use no pool. Borrowing a connection from a pool and returning it would take
    longer than the queries for a list.
    """

    def alias(settings: Alias, seconds: int) -> Alias:
        engine = "factcheck.database"
        return {"ENGINE": engine, "CONN_MAX_AGE": seconds, "CONN_HEALTH_CHECKS": True, "OPTIONS": {}, **settings}

    return {"default": alias(application, age), "public": alias(reading, age), "owner": alias(owner, 0)}


def parse_url(variable: str, url: str) -> Alias:
    """Return Django's settings for ``postgresql://user:password@host:port/name?sslmode=require``.

    The parts are percent-encoded. The host can be a socket's folder: ``postgresql://user@/name?host=/run/postgresql``.
    The host can also be a list: ``postgresql://user@host1:5432,host2:5432/name``. Raise DatabaseProblem for another
    URL.
    """
    try:
        found = conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        found = {}
    host, name, port, user, password = (
        str(found.pop(key, "")) for key in ("host", "dbname", "port", "user", "password")
    )
    ports_are_numbers = all(each.isdecimal() for each in port.split(",") if each)
    if not url.startswith(("postgresql://", "postgres://")) or not name or "/" in name or not ports_are_numbers:
        raise DatabaseProblem(
            f"{variable} isn't a PostgreSQL URL. Use a URL like {EXAMPLE}, with special characters percent-encoded."
        )
    return {"NAME": name, "USER": user, "PASSWORD": password, "HOST": host, "PORT": port, "OPTIONS": found}
