"""The check that a database belongs to this version of the site before it is migrated."""

from django.apps import apps
from django.conf import settings
from django.db.migrations.loader import MigrationLoader

from factcheck.database.embedded import Cluster
from factcheck.database.problems import DatabaseProblem


def refuse_unknown_migrations(loader: MigrationLoader) -> None:
    """Raise `DatabaseProblem` if the database records one of our migrations that has no file."""
    unknown = sorted(
        f"{app}.{name}"
        for app, name in loader.applied_migrations
        if (app, name) not in loader.disk_migrations and apps.is_installed(f"factcheck.{app}")
    )
    if not unknown:
        return
    server = settings.DATABASE_SERVER
    if isinstance(server, Cluster):
        home = server.directory.home
        folders = f"{settings.VAR}" if home.is_relative_to(settings.VAR) else f"{settings.VAR} and {home}"
        place, remedy = f"in {home}", f"To start with an empty database, move {folders} away"
    else:
        place, remedy = "in DATABASE_URL", "Set DATABASE_URL to an empty database"
    raise DatabaseProblem(
        f"The database {place} contains the migration {unknown[-1]}, which this version of the site doesn't have. "
        f"{remedy}, or use the version that created the database."
    )
