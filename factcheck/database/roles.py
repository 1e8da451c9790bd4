"""Three PostgreSQL roles and what each may do.

owner        owns the tables and migrates; nothing that answers requests connects as it
application  the editors' side (Django's alias ``default``): reads and writes rows, creates nothing
reading      what the public reaches (alias ``public``): SELECT on the record's tables

Rights on tables are given by the migrations, which know the tables.
"""

from dataclasses import dataclass

EXTENSIONS = ("pg_trgm", "unaccent", "btree_gin", "vector")
MINIMUM_VERSION = 14
MINIMUM_PGVECTOR = (0, 7)  # the first with halfvec
# What fails or takes too long is told to whoever asked. PostgreSQL's own log would keep it with what readers search for
# and the words of drafts, for as long as the log is kept.
LOGS_NO_VALUES = {"log_min_error_statement": "panic", "log_error_verbosity": "terse"}


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
    """A quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A quoted SQL string; PostgreSQL's standard_conforming_strings is on since 9.1."""
    if "\\" in text or "\0" in text:
        raise ValueError("a role's password must not hold a backslash or NUL")
    return "'" + text.replace("'", "''") + "'"


def create_role(login: Login) -> str:
    return f"CREATE ROLE {identifier(login.name)} LOGIN PASSWORD {literal(login.password)}"


def log_no_values(logins: Logins) -> list[str]:
    """For who may set such parameters: a superuser of the server."""
    return [
        f"ALTER ROLE {identifier(login.name)} SET {parameter} = {literal(value)}"
        for login in (logins.application, logins.reading)
        for parameter, value in LOGS_NO_VALUES.items()
    ]


def create_database(database: str, logins: Logins) -> str:
    owner = identifier(logins.owner.name)
    return f"CREATE DATABASE {identifier(database)} OWNER {owner} ENCODING 'UTF8' TEMPLATE template0"


def connect_rights(database: str, logins: Logins) -> list[str]:
    """Only the three roles may connect; nobody but the owner makes anything, temporary tables included."""
    names = ", ".join(identifier(login.name) for login in (logins.owner, logins.application, logins.reading))
    return [
        f"REVOKE ALL ON DATABASE {identifier(database)} FROM PUBLIC",
        f"GRANT CONNECT ON DATABASE {identifier(database)} TO {names}",
    ]


def schema_rights(logins: Logins) -> list[str]:
    """To be run inside the database. Before PostgreSQL 15 everybody may create in the schema public."""
    users = ", ".join(identifier(login.name) for login in (logins.application, logins.reading))
    return [
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        f"GRANT CREATE, USAGE ON SCHEMA public TO {identifier(logins.owner.name)}",
        f"GRANT USAGE ON SCHEMA public TO {users}",
        # Everybody may make large objects by default, which would let the reading role write.
        "REVOKE EXECUTE ON FUNCTION lo_creat(integer), lo_create(oid), lo_from_bytea(oid, bytea) FROM PUBLIC",
    ]


def create_extensions() -> list[str]:
    return [f"CREATE EXTENSION IF NOT EXISTS {name}" for name in EXTENSIONS]
