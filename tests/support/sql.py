"""SQL that goes around the application. Each statement is committed."""

from typing import Any

from django.db import connections, transaction


def run(sql: str, *parameters: Any) -> None:
    """Execute the statement in the application's role."""
    execute(sql, parameters)


def execute(sql: str, parameters: Any = None, alias: str = "default") -> None:
    """Execute the statement in the role of the alias. Without parameters, % is a character like any other."""
    with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
        cursor.execute(sql, parameters)


def approve_with_sql(proposal: Any, person: Any) -> None:
    """Approve the proposal in the person's name."""
    run(
        "UPDATE editorial_proposal SET decision = 'approved', decided_at = now(), decided_by_id = %s WHERE id = %s",
        person.pk,
        proposal.pk,
    )
