"""The three PostgreSQL roles and their rights.

owner        owns the tables and runs migrations. Requests are never answered as owner.
application  the editors' side (Django's alias ``default``). It reads and writes rows but can't create anything.
reading      the public side (alias ``public``). It can only SELECT from the record's tables.

The migrations grant the rights on tables, because the migrations create the tables.
"""

from dataclasses import dataclass

EXTENSIONS = ("pg_trgm", "unaccent", "btree_gin", "vector")
MINIMUM_VERSION = 14
MINIMUM_PGVECTOR = (0, 7)  # the first version with halfvec
# PostgreSQL returns every error to the client anyway. Its own log would also contain the statement's values for as
# long as the log exists, for example readers' searches and the texts of drafts.
LOG_WITHOUT_VALUES = {"log_min_error_statement": "panic", "log_error_verbosity": "terse"}
_LOCKS = ", ".join(
    f"pg_{attempt}advisory_{scope}lock{mode}({key})"
    for attempt in ("", "try_") for scope in ("", "xact_") for mode in ("", "_shared")
    for key in ("bigint", "integer, integer")
)  # fmt: skip


@dataclass(frozen=True)
class Login:
    """A role's name and password."""

    name: str
    password: str


@dataclass(frozen=True)
class Logins:
    owner: Login
    application: Login
    reading: Login


def identifier(name: str) -> str:
    """Return a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return a quoted SQL string.

    PostgreSQL must have `standard_conforming_strings` on, which is the default since version 9.1.
    """
    if "\\" in text or "\0" in text:
        raise ValueError("a role's password must not contain a backslash or NUL")
    return "'" + text.replace("'", "''") + "'"


def create_role(login: Login, verb: str = "CREATE") -> str:
    return f"{verb} ROLE {identifier(login.name)} LOGIN PASSWORD {literal(login.password)}"


def role_settings(logins: Logins) -> list[str]:
    """Return SQL that sets LOG_WITHOUT_VALUES for two roles, and removes what a role has set for itself.

    PostgreSQL lets every role change its own password and settings, for example a time limit for its next connections.
    Only a superuser can run this SQL.
    """
    users = (logins.application, logins.reading)
    own = [f"ALTER ROLE {identifier(login.name)} RESET ALL" for login in users]
    return own + [
        f"ALTER ROLE {identifier(login.name)} SET {parameter} = {literal(value)}"
        for login in users
        for parameter, value in LOG_WITHOUT_VALUES.items()
    ]


def create_database(database: str, logins: Logins) -> str:
    owner = identifier(logins.owner.name)
    return f"CREATE DATABASE {identifier(database)} OWNER {owner} ENCODING 'UTF8' TEMPLATE template0"


def connect_rights(database: str, logins: Logins) -> list[str]:
    """Return SQL so that only the three roles can connect, and only the owner can create temporary tables."""
    names = ", ".join(identifier(login.name) for login in (logins.owner, logins.application, logins.reading))
    return [
        f"REVOKE ALL ON DATABASE {identifier(database)} FROM PUBLIC",
        f"GRANT CONNECT ON DATABASE {identifier(database)} TO {names}",
    ]


def schema_rights(logins: Logins) -> list[str]:
    """Return SQL for the rights on the schema public, in which only the owner can create tables.

    Run this SQL in the database itself. Before PostgreSQL 15, every role can create tables in this schema by default.
    """
    users = ", ".join(identifier(login.name) for login in (logins.application, logins.reading))
    return [
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        f"GRANT CREATE, USAGE ON SCHEMA public TO {identifier(logins.owner.name)}",
        f"GRANT USAGE ON SCHEMA public TO {users}",
        # By default, every role can create large objects, so the reading role could write data.
        "REVOKE EXECUTE ON FUNCTION lo_creat(integer), lo_create(oid), lo_from_bytea(oid, bytea) FROM PUBLIC",
        # By default, every role can also cancel queries of its other connections, and hold locks that others wait for.
        "REVOKE EXECUTE ON FUNCTION pg_cancel_backend(integer), pg_terminate_backend(integer, bigint) FROM PUBLIC",
        f"REVOKE EXECUTE ON FUNCTION {_LOCKS} FROM PUBLIC",
        f"GRANT EXECUTE ON FUNCTION {_LOCKS} TO {identifier(logins.owner.name)}, {identifier(logins.application.name)}",
    ]


def create_extensions() -> list[str]:
    return [f"CREATE EXTENSION IF NOT EXISTS {name}" for name in EXTENSIONS]
