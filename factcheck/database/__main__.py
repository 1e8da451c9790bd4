"""``python -m factcheck.database roles``: print SQL for a PostgreSQL administrator, and the variables for the site."""

import argparse
import secrets

from factcheck.database import roles


def script(database: str, server: str, password: str | None = None) -> str:
    """Return SQL for psql, followed by the variables. ``server`` is host:port. ``password`` is for tests."""
    names = (f"{database}_{part}" for part in ("owner", "app", "public"))
    owner, application, reading = (roles.Login(name, password or secrets.token_urlsafe(24)) for name in names)
    logins = roles.Logins(owner, application, reading)
    sql = [roles.create_role(login) for login in (owner, application, reading)]
    sql += roles.log_without_values(logins)
    sql += [roles.create_database(database, logins), *roles.connect_rights(database, logins)]
    inside = [*roles.schema_rights(logins), *roles.create_extensions()]
    variables = {"DATABASE_URL": application, "PUBLIC_DATABASE_URL": reading, "OWNER_DATABASE_URL": owner}
    return "\n".join(
        [
            "-- Run once in psql, as an administrator of the server:",
            *(f"{line};" for line in sql),
            f"\\connect {roles.identifier(database)}",
            *(f"{line};" for line in inside),
            "",
            "-- Then set in the environment of the site (and nowhere else, because of the passwords):",
            *(
                f"-- {name}=postgresql://{login.name}:{login.password}@{server}/{database}"
                for name, login in variables.items()
            ),
        ]
    )


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m factcheck.database", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="roles")
    command = commands.add_parser(
        "roles", help="print the SQL that creates the database and its three roles, and the variables to set"
    )
    command.add_argument("--database", default="factcheck", help="name of the database, and prefix of the role names")
    command.add_argument("--server", default="localhost:5432", help="host:port of the server")
    chosen = parser.parse_args(arguments)
    print(script(chosen.database, chosen.server))


if __name__ == "__main__":
    main()
