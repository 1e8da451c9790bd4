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


@dataclass(frozen=True)
class Source:
    """``databases`` is Django's setting; ``prepare()``, called before the first connection, sees to the server."""

    databases: dict[str, Settings]
    server: Server

    @property
    def embedded(self) -> Cluster:
        """The embedded server, for who knows that there is one: tests and the secret key's place."""
        if not isinstance(self.server, Cluster):
            raise DatabaseProblem("DATABASE_URL is set: there is no embedded PostgreSQL here.")
        return self.server

    def prepare(self) -> None:
        self.server.prepare()


def source(environ: Mapping[str, str], var: Path) -> Source:
    url, public, owner = (
        environ.get(name, "").strip() for name in ("DATABASE_URL", "PUBLIC_DATABASE_URL", "OWNER_DATABASE_URL")
    )
    pool = _pool(environ.get("DATABASE_POOL_SIZE", "").strip() or "10")
    if not url:
        if public or owner:
            raise DatabaseProblem(
                f"PUBLIC_DATABASE_URL or OWNER_DATABASE_URL is set without DATABASE_URL: set it, for example {EXAMPLE}."
            )
        cluster = Cluster(var, durable=not environ.get("FACTCHECK_TEST"))
        logins = cluster.logins()
        place = {"NAME": DATABASE, "HOST": str(cluster.lodging.socket), "PORT": ""}
        users = [
            {**place, "USER": login.name, "PASSWORD": login.password}
            for login in (logins.application, logins.reading, logins.owner)
        ]
        return Source(_aliases(*users, pool=pool), cluster)
    application = parse_url("DATABASE_URL", url)
    if public:
        reading = parse_url("PUBLIC_DATABASE_URL", public)
        migrating = parse_url("OWNER_DATABASE_URL", owner) if owner else application
        return Source(_aliases(application, reading, migrating, pool=pool), Remote(application))
    if owner:
        raise DatabaseProblem(
            f"OWNER_DATABASE_URL is set without the reading role's PUBLIC_DATABASE_URL: set it, for example {EXAMPLE}."
        )
    return _beside(application, var, pool)


def _beside(owner: Settings, var: Path, pool: Settings | bool) -> Source:
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
    return Source(_aliases(editors, readers, owner, pool=pool), Remote(owner, logins))


def _pool(size: str) -> Settings | bool:
    if not size.isdecimal():
        raise DatabaseProblem(
            f"DATABASE_POOL_SIZE is {size!r}: give the most connections of a process, for example 10, or 0 for no pool."
        )
    # The reading and the application pool each keep one connection open and wait ten seconds for a free one.
    return {"min_size": 1, "max_size": int(size), "timeout": 10} if int(size) else False


def _aliases(
    application: Settings, reading: Settings, owner: Settings, *, pool: Settings | bool
) -> dict[str, Settings]:
    """``default``, ``public`` and ``owner``; the owner migrates and needs no pool."""

    def alias(settings: Settings, pooled: Settings | bool) -> Settings:
        options = {**settings.get("OPTIONS", {}), **({"pool": dict(pooled)} if isinstance(pooled, dict) else {})}
        return {"ENGINE": "factcheck.database", "CONN_HEALTH_CHECKS": True, **settings, "OPTIONS": options}

    return {"default": alias(application, pool), "public": alias(reading, pool), "owner": alias(owner, False)}


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
