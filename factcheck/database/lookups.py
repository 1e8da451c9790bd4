"""A lookup for many keys: `field__among=keys`."""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Field, ForeignObject
from django.db.models.lookups import In
from django.db.models.sql.compiler import SQLCompiler

from factcheck.database.bulk_writes import array_literal


@ForeignObject.register_lookup  # this field class doesn't inherit Field's lookups
@Field.register_lookup
class Among(In):
    """Like `in`, with one array as the parameter. A thousand separate parameters would be quoted and parsed one by one.

    Supports texts, numbers and UUIDs, which PostgreSQL parses from the array's text form.
    """

    lookup_name = "among"

    def get_prep_lookup(self) -> str:
        return array_literal(map(str, self.rhs))

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, Any]:
        column, parameters = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s::{self.lhs.output_field.db_type(connection)}[])", [*parameters, self.rhs]
