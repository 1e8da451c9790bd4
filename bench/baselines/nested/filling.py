"""python -m nested.filling: makes the tables and fills them from the read model, as the owner of the database."""

from django.db import connection, models
from site_settings import configure

configure("nested.filling", "nested")

from nested.models import (
    Appearance,
    Author,
    Claim,
    Claimant,
    Correction,
    Publisher,
    Review,
    Source,
    Topic,
    Verdict,
)

MODELS = [Publisher, Claimant, Claim, Appearance, Verdict, Topic, Review, Author, Source, Correction]
_BODIES = "(SELECT body::jsonb AS b FROM record_publishedreview WHERE status = 'live') AS bodies"


def fill() -> None:
    with connection.schema_editor() as editor:
        for model in MODELS:
            editor.create_model(model)
    with connection.cursor() as cursor:
        for line in _filling():
            cursor.execute(line)
        cursor.execute("SELECT string_agg(tablename, ', ') FROM pg_tables WHERE tablename LIKE 'nested\\_%'")
        (tables,) = cursor.fetchone()
        cursor.execute(f"GRANT SELECT ON {tables} TO PUBLIC")
        cursor.execute(f"ANALYZE {tables}")


def _filling() -> list[str]:
    def insert(model: type[models.Model], rows: str, record: str, **others: str) -> str:
        """`record` is JSON of the table's columns, `others` what is not in it."""
        fields = [field for field in model._meta.concrete_fields if field.get_internal_type() != "BigAutoField"]
        columns = ", ".join(field.column for field in fields)
        values = ", ".join(others.get(field.column, f"r.{field.column}") for field in fields)
        populated = f"jsonb_populate_record(NULL::{model._meta.db_table}, {record}) AS r"
        into = f"INSERT INTO {model._meta.db_table} ({columns})"
        return f"{into} SELECT {values} FROM {rows}, {populated} ON CONFLICT DO NOTHING"

    def each(name: str) -> str:
        return f"{_BODIES}, jsonb_array_elements(b #> '{{{name}}}') AS item"

    review = "(b->>'id')::uuid"
    return [
        insert(Publisher, _BODIES, "b->'publisher'", key="(b->'publisher')::text"),
        insert(Verdict, _BODIES, "b->'verdict'", key="(b->'verdict')::text"),
        insert(Claimant, f"{_BODIES} CROSS JOIN LATERAL (SELECT 1 WHERE b #> '{{claim,claimant}}' <> 'null') x",
               "b #> '{claim,claimant}'"),
        insert(Claim, _BODIES, "b->'claim'", claimant_id="(b #>> '{claim,claimant,id}')::uuid"),
        insert(Appearance, f"(SELECT DISTINCT ON (b #>> '{{claim,id}}') b FROM {_BODIES}) AS bodies,"
               " jsonb_array_elements(b #> '{claim,appearances}') AS item", "item",
               claim_id="(b #>> '{claim,id}')::uuid"),
        insert(Topic, each("topics"), "item"),
        insert(
            Review, _BODIES, "b || (b->'revision')",
            claim_id="(b #>> '{claim,id}')::uuid", change_class="b #>> '{revision,class}'",
            publisher_id="(SELECT id FROM nested_publisher WHERE key = (b->'publisher')::text)",
            verdict_id="(SELECT id FROM nested_verdict WHERE key = (b->'verdict')::text)",
        ),
        insert(Author, each("authors"), "item", review_id=review),
        insert(Source, each("sources"), "item", review_id=review),
        insert(Correction, each("corrections"), "item", review_id=review, change_class="item->>'class'"),
        "INSERT INTO nested_review_topics (review_id, topic_id)"
        f" SELECT {review}, nested_topic.id FROM {each('topics')} JOIN nested_topic ON slug = item->>'slug'",
    ]  # fmt: skip


if __name__ == "__main__":
    fill()
