"""Converts environment variables to Django's ``DATABASES``.

1. ``DATABASE_URL`` and ``PUBLIC_DATABASE_URL``: the URLs of the application role and the reading role.
``OWNER_DATABASE_URL`` is for migrations. A process that only reads has only ``PUBLIC_DATABASE_URL``. An alias whose
URL isn't set raises an error when it's used.
2. Only ``DATABASE_URL``: the URL of the owner. The site creates the two other roles.
3. None of these: the site uses an embedded server in ``var/``.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from factcheck.database import passwords
from factcheck.database.data_directory import make_folder
from factcheck.database.embedded import DATABASE, Cluster
from factcheck.database.problems import DatabaseProblem
from factcheck.database.remote import Remote
from factcheck.database.roles import Login, Logins

EXAMPLE = "postgresql://owner:password@localhost:5432/factcheck"
Settings = dict[str, Any]
Server = Cluster | Remote


def source(environ: Mapping[str, str], var: Path) -> Server:
    """Return the server. ``databases`` contains Django's setting.

    Call ``prepare()`` before the first connection. ``leave()`` stops an embedded server if no other process uses it.
    ``full_disk()`` returns a problem if a full disk caused an error, otherwise None.
    """
    url, public, owner = (
        environ.get(name, "").strip() for name in ("DATABASE_URL", "PUBLIC_DATABASE_URL", "OWNER_DATABASE_URL")
    )
    age = _age(environ.get("DATABASE_CONNECTION_AGE", "").strip() or "600")
    if not url:
        if owner:
            raise DatabaseProblem(
                f"OWNER_DATABASE_URL is set without DATABASE_URL. Set DATABASE_URL, for example {EXAMPLE}."
            )
        if public:
            reading = parse_url("PUBLIC_DATABASE_URL", public)
            databases = _aliases(_missing("DATABASE_URL"), reading, _missing("OWNER_DATABASE_URL"), age=age)
            return Remote(reading, databases=databases, variable="PUBLIC_DATABASE_URL")
        try:
            cluster = Cluster(var, durable=not environ.get("FACTCHECK_TEST"))
            logins = cluster.logins()
        except OSError as error:
            raise DatabaseProblem(
                f"You can't write to the folder {var} ({error.strerror}). Change its permissions, or set FACTCHECK_VAR."
            ) from None
        place = {"NAME": DATABASE, "HOST": str(cluster.directory.socket), "PORT": ""}
        users = [
            {**place, "USER": login.name, "PASSWORD": login.password}
            for login in (logins.application, logins.reading, logins.owner)
        ]
        cluster.databases = _aliases(*users, age=age)
        return cluster
    application = parse_url("DATABASE_URL", url)
    if public:
        reading = parse_url("PUBLIC_DATABASE_URL", public)
        migrating = parse_url("OWNER_DATABASE_URL", owner) if owner else _missing("OWNER_DATABASE_URL")
        return Remote(application, databases=_aliases(application, reading, migrating, age=age))
    if owner:
        raise DatabaseProblem(
            "OWNER_DATABASE_URL is set without PUBLIC_DATABASE_URL. "
            f"Set PUBLIC_DATABASE_URL to the reading role's URL, for example {EXAMPLE}."
        )
    return _beside(application, var, age)


def _beside(owner: Settings, var: Path, age: int) -> Remote:
    """Return a server whose owner is in DATABASE_URL. The other roles are named after the database."""
    names = f"{owner['NAME']}_app", f"{owner['NAME']}_public"
    try:
        make_folder(var, 0o755)
        stored = passwords.stored_passwords(var / "database-roles.json", names)
    except OSError as error:
        raise DatabaseProblem(
            f"The passwords of the database roles can't be stored in {var} ({error.strerror}). "
            "Set FACTCHECK_VAR to a writable folder, or set PUBLIC_DATABASE_URL and OWNER_DATABASE_URL."
        ) from None
    application, reading = (Login(name, stored[name]) for name in names)
    editors, readers = ({**owner, "USER": login.name, "PASSWORD": login.password} for login in (application, reading))
    logins = Logins(Login(owner["USER"], owner["PASSWORD"]), application, reading)
    return Remote(owner, logins, databases=_aliases(editors, readers, owner, age=age))


def _missing(variable: str) -> Settings:
    """Return settings for an alias that this process can't use. `base.py` raises the error."""
    return {"NAME": "", "USER": "", "PASSWORD": "", "HOST": "", "PORT": "", "MISSING": variable}


def _age(seconds: str) -> int:
    if not seconds.isdecimal():
        raise DatabaseProblem(
            f"DATABASE_CONNECTION_AGE is {seconds!r}. Set the number of seconds for which a thread keeps its "
            "connection, for example 600. With 0, each request opens a new connection."
        )
    return int(seconds)


def _aliases(application: Settings, reading: Settings, owner: Settings, *, age: int) -> dict[str, Settings]:
    """Return ``default``, ``public`` and ``owner``. Threads keep their connections, which is faster than a pool.

    Borrowing a connection from a pool and returning it would take longer than the queries for a list.
    """

    def alias(settings: Settings, seconds: int) -> Settings:
        persistence = {"CONN_MAX_AGE": seconds, "CONN_HEALTH_CHECKS": True}
        return {"ENGINE": "factcheck.database", **persistence, "OPTIONS": {}, **settings}

    return {"default": alias(application, age), "public": alias(reading, age), "owner": alias(owner, 0)}


def parse_url(variable: str, url: str) -> Settings:
    """Parse ``postgresql://user:password@host:port/name?sslmode=require``, whose parts are percent-encoded.

    The host can be a socket's folder: ``postgresql://user@/name?host=/run/postgresql``.
    """
    wrong = f"{variable} isn't a PostgreSQL URL. Use a URL like {EXAMPLE}, with special characters percent-encoded."
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise DatabaseProblem(wrong) from None
    name = unquote(parts.path.removeprefix("/"))
    if parts.scheme not in ("postgresql", "postgres") or not name or "/" in name:
        raise DatabaseProblem(wrong)
    options = dict(parse_qsl(parts.query))
    return {
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", unquote(parts.hostname or "")),
        "PORT": str(port or ""),
        "OPTIONS": options,
    }
