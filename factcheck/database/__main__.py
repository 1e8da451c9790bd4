"""``python -m factcheck.database``: print SQL for a PostgreSQL administrator, and the variables for the site.

``roles`` creates everything. ``rights`` repeats what an administrator can run again.
"""

import argparse
import secrets
from collections.abc import Callable

from factcheck.database import roles


def script(database: str, server: str, password: str | None = None) -> str:
    """Return SQL for psql, followed by the variables. ``server`` is host:port. ``password`` is for tests."""
    logins = _logins(database, lambda: password or secrets.token_urlsafe(24))
    sql = [roles.create_role(login) for login in (logins.owner, logins.application, logins.reading)]
    sql.append(roles.create_database(database, logins))
    variables = {
        "DATABASE_URL": logins.application, "PUBLIC_DATABASE_URL": logins.reading, "OWNER_DATABASE_URL": logins.owner
    }  # fmt: skip
    return "\n".join(
        [
            "-- Run once in psql, as an administrator of the server:",
            *(f"{line};" for line in sql),
            rights(database),
            "",
            "-- Then set in the environment of the site (and nowhere else, because of the passwords):",
            *(
                f"-- {name}=postgresql://{login.name}:{login.password}@{server}/{database}"
                for name, login in variables.items()
            ),
        ]
    )


def rights(database: str) -> str:
    """Return SQL for psql that sets the rights of the roles, and removes settings that a role has given itself."""
    logins = _logins(database, str)
    sql = [*roles.role_settings(logins), *roles.connect_rights(database, logins)]
    inside = [*roles.schema_rights(logins), *roles.create_extensions()]
    return "\n".join(
        [*(f"{line};" for line in sql), f"\\connect {roles.identifier(database)}", *(f"{line};" for line in inside)]
    )


def _logins(database: str, password: Callable[[], str]) -> roles.Logins:
    return roles.Logins(*(roles.Login(f"{database}_{part}", password()) for part in ("owner", "app", "public")))


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m factcheck.database", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="roles|rights", dest="command")
    command = commands.add_parser(
        "roles", help="print the SQL that creates the database and its three roles, and the variables to set"
    )
    again = commands.add_parser("rights", help="print the SQL that sets the rights of the three roles again")
    for each in (command, again):
        each.add_argument("--database", default="factcheck", help="name of the database, and prefix of the role names")
    command.add_argument("--server", default="localhost:5432", help="host:port of the server")
    chosen = parser.parse_args(arguments)
    print(script(chosen.database, chosen.server) if chosen.command == "roles" else rights(chosen.database))


if __name__ == "__main__":
    main()
