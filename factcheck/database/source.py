"""From environment variables to Django's ``DATABASES``.

1. ``DATABASE_URL`` and ``PUBLIC_DATABASE_URL``: the application's and the reading role's;
   ``OWNER_DATABASE_URL`` migrates (default: ``DATABASE_URL``).
2. ``DATABASE_URL`` alone: it is the owner's, and the two other roles are made beside it.
3. None: an embedded server under ``var/``.
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
    """The server, with Django's setting in ``databases``.

    ``prepare()`` is called before the first connection. ``leave()`` stops the server if it is ours and this process is
    the last that uses it. ``full_disk()`` gives the sentence for an error that came of a full disk, None for another.
    """
    url, public, owner = (
        environ.get(name, "").strip() for name in ("DATABASE_URL", "PUBLIC_DATABASE_URL", "OWNER_DATABASE_URL")
    )
    age = _age(environ.get("DATABASE_CONNECTION_AGE", "").strip() or "600")
    if not url:
        if public or owner:
            raise DatabaseProblem(
                f"PUBLIC_DATABASE_URL or OWNER_DATABASE_URL is set without DATABASE_URL: set it, for example {EXAMPLE}."
            )
        try:
            cluster = Cluster(var, durable=not environ.get("FACTCHECK_TEST"))
            logins = cluster.logins()
        except OSError as error:
            raise DatabaseProblem(
                f"The folder {var} cannot be written to ({error.strerror}): "
                "change that, or set FACTCHECK_VAR to another."
            ) from None
        place = {"NAME": DATABASE, "HOST": str(cluster.lodging.socket), "PORT": ""}
        users = [
            {**place, "USER": login.name, "PASSWORD": login.password}
            for login in (logins.application, logins.reading, logins.owner)
        ]
        cluster.databases = _aliases(*users, age=age)
        return cluster
    application = parse_url("DATABASE_URL", url)
    if public:
        reading = parse_url("PUBLIC_DATABASE_URL", public)
        migrating = parse_url("OWNER_DATABASE_URL", owner) if owner else application
        return Remote(application, databases=_aliases(application, reading, migrating, age=age))
    if owner:
        raise DatabaseProblem(
            f"OWNER_DATABASE_URL is set without the reading role's PUBLIC_DATABASE_URL: set it, for example {EXAMPLE}."
        )
    return _beside(application, var, age)


def _beside(owner: Settings, var: Path, age: int) -> Remote:
    """DATABASE_URL is the owner's; the two other roles are named after the database, their passwords are in ``var``."""
    names = f"{owner['NAME']}_app", f"{owner['NAME']}_public"
    try:
        make_folder(var, 0o755)
        kept = passwords.kept(var / "database-roles.json", names)
    except OSError as error:
        raise DatabaseProblem(
            f"The passwords of the database's roles cannot be kept in {var} ({error.strerror}): "
            "set FACTCHECK_VAR to a folder that the site may write, or PUBLIC_DATABASE_URL and OWNER_DATABASE_URL."
        ) from None
    application, reading = (Login(name, kept[name]) for name in names)
    editors, readers = ({**owner, "USER": login.name, "PASSWORD": login.password} for login in (application, reading))
    logins = Logins(Login(owner["USER"], owner["PASSWORD"]), application, reading)
    return Remote(owner, logins, databases=_aliases(editors, readers, owner, age=age))


def _age(seconds: str) -> int:
    if not seconds.isdecimal():
        raise DatabaseProblem(
            f"DATABASE_CONNECTION_AGE is {seconds!r}: give the seconds for which a thread keeps its connection, "
            "for example 600, or 0 for a connection for each request."
        )
    return int(seconds)


def _aliases(application: Settings, reading: Settings, owner: Settings, *, age: int) -> dict[str, Settings]:
    """``default``, ``public`` and ``owner``. Threads keep their connections, which is quicker than a pool: taking one
    out and putting it back for each request costs more than what a list asks of the server.
    """

    def alias(settings: Settings, seconds: int) -> Settings:
        kept = {"CONN_MAX_AGE": seconds, "CONN_HEALTH_CHECKS": True}
        return {"ENGINE": "factcheck.database", **kept, "OPTIONS": {}, **settings}

    return {"default": alias(application, age), "public": alias(reading, age), "owner": alias(owner, 0)}


def parse_url(variable: str, url: str) -> Settings:
    """``postgresql://user:password@host:port/name?sslmode=require``, percent-encoded.

    The host may be the folder of a socket: ``postgresql://user@/name?host=/run/postgresql``.
    """
    wrong = f"{variable} is not a PostgreSQL address: write it as {EXAMPLE} (special characters percent-encoded)."
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
