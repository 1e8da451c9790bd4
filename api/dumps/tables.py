"""The tables of a dump, with their rows and the schema of a row."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connections, transaction
from django.db.models import F, Func, QuerySet, TextField, Value
from django.db.models.functions import Cast, JSONObject

from api.schema.components import COMPONENTS
from factcheck.record.models import LogEntry, PublishedClaim, PublishedCorrection, PublishedDemand, PublishedReview

# Canonical JSON doesn't contain control characters. With control characters as quotes and delimiters, rows aren't
# changed.
_COPY = "COPY ({}) TO STDOUT (FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02')"
_RFC3339 = Value('YYYY-MM-DD"T"HH24:MI:SS.US"Z"')


@dataclass(frozen=True, slots=True)
class Table:
    """A table. A row is the JSON object in the column `body` of `rows`, and `component` is its schema."""

    name: str
    component: str
    rows: QuerySet[Any]

    def read(self) -> Iterator[bytes]:
        """Yield the rows one at a time as PostgreSQL sends them, as JSON with a newline."""
        sql, values = self.rows.values_list("body").query.get_compiler("public").as_sql()
        with connections["public"].cursor() as cursor, cursor.copy(_COPY.format(sql), values) as copy:
            for row in copy:
                yield bytes(row)


def tables() -> list[Table]:
    """Return the tables. Rows are sorted, so that the same entries always result in the same files."""
    reviews, claims = (model.objects.using("public") for model in (PublishedReview, PublishedClaim))
    at = Func(Func(Value("UTC"), F("at"), function="timezone"), _RFC3339, function="to_char", output_field=TextField())
    entry = {name: at if name == "at" else F(name) for name in COMPONENTS["LogEntry"]["properties"]}
    entries = LogEntry.objects.using("public").annotate(body=Cast(JSONObject(**entry), TextField()))
    return [
        Table("reviews", "Review", reviews.live().order_by("id")),
        Table("claims", "Claim", claims.live().order_by("id")),
        Table("corrections", "CorrectionOfReview", PublishedCorrection.objects.using("public").order_by("sequence")),
        Table("demands", "Demand", PublishedDemand.objects.using("public").order_by("id")),
        Table("entries", "LogEntry", entries.order_by("sequence")),
    ]


@contextmanager
def one_snapshot() -> Iterator[None]:
    """Make all reads see the state as of the first read, even if something is published in the meantime."""
    with transaction.atomic(using="public"):
        with connections["public"].cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def row_schema(component: str) -> dict[str, Any]:
    """Return the component as a standalone JSON Schema, with all referenced components in `$defs`."""
    defs: dict[str, Any] = {}
    schema = _inlined(COMPONENTS[component], defs)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "$defs": defs}


def _inlined(schema: Any, defs: dict[str, Any]) -> Any:
    if isinstance(schema, list):
        return [_inlined(each, defs) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        if name not in defs:
            defs[name] = {}  # ends the recursion of a schema that refers to itself
            defs[name] = _inlined(COMPONENTS[name], defs)
        return {"$ref": f"#/$defs/{name}"}
    return {key: _inlined(value, defs) for key, value in schema.items()}
