"""Django's ``migrate``, which also makes the rules of the database (`factcheck.database.sql_files`).

It refuses a database from another version of the site, and never waits long for a lock. If the rules for comparing URLs
have changed, it rebuilds the read model.
"""

from typing import Any

from django.apps import apps
from django.core.management import call_command
from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import ProgrammingError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor

from factcheck.database.migration_locks import lock_limit
from factcheck.database.problems import DatabaseProblem
from factcheck.database.sql_files import drop_rules, has_todays_rules, make_rules
from factcheck.database.versions import refuse_unknown_migrations
from factcheck.record.readmodel.address import has_old_keys

Targets = dict[str, str]  # the name of a migration by app


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        connection = connections[options["database"]]
        executor = MigrationExecutor(connection)
        refuse_unknown_migrations(executor.loader)
        if options["plan"] or options["check_unapplied"]:
            super().handle(*args, **options)
            return
        if options["app_label"]:
            raise CommandError("Run migrate without an app. The database's rules belong to the newest migrations.")
        with lock_limit(connection):
            libraries, together, alone = _stages(executor)
            self._migrate(libraries, options)
            if together or not has_todays_rules(connection):
                self._with_new_rules(connection, together, options, early=alone)
            if alone or not together:
                super().handle(*args, **options)
            if alone:  # they can add tables and columns that a rule is about
                self._with_new_rules(connection, {}, options)
        if has_old_keys(options["database"]):
            with lock_limit(connections["default"]):
                call_command("rebuild_record", verbosity=options["verbosity"])

    def _with_new_rules(
        self, connection: BaseDatabaseWrapper, targets: Targets, options: dict[str, Any], *, early: bool = False
    ) -> None:
        """Replace the rules and run the migrations between, in one transaction. If anything fails, nothing changes."""
        with transaction.atomic(using=connection.alias):
            try:
                drop_rules(connection)
            except ProgrammingError as error:
                if "extension" not in str(error):
                    raise
                raise DatabaseProblem(
                    "The database lacks the extension vector, and its owner may not create it. Ask an administrator of "
                    "the server to run CREATE EXTENSION vector in it, and migrate again."
                ) from error
            self._migrate(targets, options)
            make_rules(connection, early=early)

    def _migrate(self, targets: Targets, options: dict[str, Any]) -> None:
        for app, name in targets.items():
            super().handle(**{**options, "app_label": app, "migration_name": name})


def _stages(executor: MigrationExecutor) -> tuple[Targets, Targets, bool]:
    """Return the last migrations of libraries, then those that share one transaction, and whether others follow.

    Libraries change nothing that the rules are about, and some can't share a transaction. A migration of ours with
    `atomic = False` runs afterwards, as do those that need it.
    """
    graph = executor.loader.graph
    ours = {node for node in graph.nodes if apps.get_app_config(node[0]).name.startswith("factcheck.")}
    libraries: Targets = {}
    together: Targets = {}
    alone: set[tuple[str, str]] = set()
    for migration, _backwards in executor.migration_plan(graph.leaf_nodes()):
        node = (migration.app_label, migration.name)
        needed = set(graph.forwards_plan(node))
        if not needed & ours:
            libraries[migration.app_label] = migration.name
        elif migration.atomic and not needed & alone:
            together[migration.app_label] = migration.name
        else:
            alone.add(node)
    return libraries, together, bool(alone)
