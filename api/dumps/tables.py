"""The tables of a dump, with their rows and the schema of a row."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connections, transaction
from django.db.models import F, Func, JSONField, QuerySet, TextField, Value
from django.db.models.functions import Cast, JSONObject

from factcheck.record.models import LogEntry, PublishedClaim, PublishedCorrection, PublishedDemand, PublishedReview
from factcheck.record.readmodel import bodies
from factcheck.record.statements.output import Output
from factcheck.record.statements.schema import Json, standalone_schema

# Canonical JSON doesn't contain control characters. With control characters as quotes and delimiters, rows aren't
# changed.
_COPY = "COPY ({}) TO STDOUT (FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02')"
# Keys that are reserved words of SQL, and the columns with their values. The log's leaves keep the key `at`.
COLUMNS = {"at": "published_at", "from": "sender"}
_RFC3339 = Value('YYYY-MM-DD"T"HH24:MI:SS.US"Z"')


@dataclass(frozen=True, slots=True)
class Table:
    """A table. A row is the JSON object `body` of `rows`, and `model` describes it with the names of `COLUMNS`."""

    name: str
    model: type[Output]
    rows: QuerySet[Any]
    body: Any = "body"

    def read(self) -> Iterator[bytes]:
        """Yield the rows one at a time as PostgreSQL sends them, as JSON with a newline."""
        sql, values = self.rows.values_list(self.body).query.get_compiler("public").as_sql()
        with connections["public"].cursor() as cursor, cursor.copy(_COPY.format(sql), values) as copy:
            for row in copy:
                yield bytes(row)


def tables() -> list[Table]:
    """Return the tables. Rows are sorted, so that the same entries always result in the same files."""
    reviews, claims = (model.objects.using("public") for model in (PublishedReview, PublishedClaim))
    at = Func(Func(Value("UTC"), F("at"), function="timezone"), _RFC3339, function="to_char", output_field=TextField())
    names = bodies.LogEntry.model_fields
    entry = {COLUMNS.get(name, name): at if name == "at" else F(name) for name in names}
    entries = LogEntry.objects.using("public").annotate(body=Cast(JSONObject(**entry), TextField()))
    return [
        Table("reviews", bodies.Review, reviews.live().order_by("id")),
        Table("claims", bodies.Claim, claims.live().order_by("id")),
        Table(
            "corrections",
            bodies.CorrectionOfReview,
            PublishedCorrection.objects.using("public").order_by("sequence"),
            _renamed("at"),
        ),
        Table("demands", bodies.Demand, PublishedDemand.objects.using("public").order_by("id"), _renamed("from")),
        Table("entries", bodies.LogEntry, entries.order_by("sequence")),
    ]


def _renamed(key: str) -> Cast:
    """Return the row's JSON object with the key's column instead of the key."""
    body = Cast(F("body"), JSONField())
    others = Func(body, Value(key), arg_joiner=" - ", template="(%(expressions)s)")
    value = Func(body, Value(key), arg_joiner=" -> ", template="(%(expressions)s)")
    column = Func(Value(COLUMNS[key]), value, function="jsonb_build_object")
    whole = Func(others, column, arg_joiner=" || ", template="(%(expressions)s)", output_field=JSONField())
    return Cast(whole, TextField())


@contextmanager
def one_snapshot() -> Iterator[None]:
    """Make all reads see the state as of the first read, even if something is published in the meantime."""
    with transaction.atomic(using="public"):
        with connections["public"].cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def row_schema(model: type[Output]) -> Json:
    """Return the schema of a table's rows as a standalone JSON Schema."""
    schema = standalone_schema(model)
    schema["properties"] = {COLUMNS.get(name, name): each for name, each in schema["properties"].items()}
    schema["required"] = [COLUMNS.get(name, name) for name in schema["required"]]
    return schema
