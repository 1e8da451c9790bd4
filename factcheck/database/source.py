"""From environment variables to Django's ``DATABASES``.

1. ``DATABASE_URL`` and ``PUBLIC_DATABASE_URL``: the application's and the reading role's;
   ``OWNER_DATABASE_URL`` migrates (default: ``DATABASE_URL``).
2. ``DATABASE_URL`` alone: it is the owner's, and the two other roles are made beside it.
3. None: an embedded server under ``var/``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

from factcheck.database import passwords
from factcheck.database.embedded import DATABASE, Cluster
from factcheck.database.lodging import make_folder
from factcheck.database.problems import DatabaseProblem
from factcheck.database.remote import Remote
from factcheck.database.roles import Login, Logins

EXAMPLE = "postgresql://owner:password@localhost:5432/factcheck"
Settings = dict[str, Any]


class Server(Protocol):
    def prepare(self) -> None: ...

    def leave(self, *, at_once: bool = False) -> None: ...

    def full_disk(self, error: Exception) -> DatabaseProblem | None: ...


@dataclass(frozen=True)
class Source:
    """``databases`` is Django's setting; ``prepare()``, called before the first connection, sees to the server.

    ``leave()`` stops the server if it is ours and this process is the last that uses it. ``full_disk()`` gives the
    sentence for an error that came of a full disk, and None for another.
    """

    databases: dict[str, Settings]
    server: Server

    @property
    def embedded(self) -> Cluster:
        """The embedded server, for who knows that there is one: tests and measurements."""
        if not isinstance(self.server, Cluster):
            raise DatabaseProblem("DATABASE_URL is set: there is no embedded PostgreSQL here.")
        return self.server

    def prepare(self) -> None:
        self.server.prepare()

    def leave(self, *, at_once: bool = False) -> None:
        self.server.leave(at_once=at_once)

    def full_disk(self, error: Exception) -> DatabaseProblem | None:
        return self.server.full_disk(error)


def source(environ: Mapping[str, str], var: Path) -> Source:
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
        return Source(_aliases(*users, age=age), cluster)
    application = parse_url("DATABASE_URL", url)
    if public:
        reading = parse_url("PUBLIC_DATABASE_URL", public)
        migrating = parse_url("OWNER_DATABASE_URL", owner) if owner else application
        return Source(_aliases(application, reading, migrating, age=age), Remote(application))
    if owner:
        raise DatabaseProblem(
            f"OWNER_DATABASE_URL is set without the reading role's PUBLIC_DATABASE_URL: set it, for example {EXAMPLE}."
        )
    return _beside(application, var, age)


def _beside(owner: Settings, var: Path, age: int) -> Source:
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
    return Source(_aliases(editors, readers, owner, age=age), Remote(owner, logins))


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
