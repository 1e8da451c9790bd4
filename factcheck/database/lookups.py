"""A lookup for many keys: `field__among=keys`."""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Field, ForeignObject
from django.db.models.lookups import In
from django.db.models.sql.compiler import SQLCompiler

from factcheck.database.bulk_writes import array_literal


@ForeignObject.register_lookup  # ForeignObject doesn't inherit Field's lookups
@Field.register_lookup
class Among(In):
    """A lookup like `in` whose only parameter is an array.

    PostgreSQL would quote and parse separate parameters one by one. The lookup works for texts, numbers and UUIDs,
    which PostgreSQL can parse from the text of the array.
    """

    lookup_name = "among"

    def get_prep_lookup(self) -> str:
        return array_literal(map(str, self.rhs))

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, Any]:
        column, parameters = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s::{self.lhs.output_field.db_type(connection)}[])", [*parameters, self.rhs]
