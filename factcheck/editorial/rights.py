"""Who may do what, as the database's functions say it (`sql/access.sql`, `sql/proposals.sql`, `sql/accounts.sql`)."""

from typing import Any

from django.db import connection, models
from django.db.models import Func


def ask(function: str, *values: Any) -> bool:
    """Whether this function allows it."""
    return bool(answer(function, *values))


def answer(function: str, *values: Any) -> Any:
    """The word with which this function answers."""
    with connection.cursor() as cursor:
        cursor.callproc(function, values)
        return cursor.fetchone()[0]


class MayDecide(Func):
    """Whether a person may approve a proposal, for conditions of a query. Takes their primary keys."""

    function = "editorial_may_decide"
    output_field = models.BooleanField()


class DecidesOnAccount(Func):
    """Whether a person may decide on such a change of an account. Takes person, account, newsroom and action."""

    function = "editorial_decides_on_account"
    output_field = models.BooleanField()
