"""Lists of this site's own reviews, or of imported reviews, read an index."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.apps.registry import Apps
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

BATCH = 10_000  # entries of the log, so that no publication waits long for rows
FILL = """
    UPDATE record_publishedclaim SET origins = ARRAY(
        SELECT DISTINCT CASE WHEN review ->> 'original_url' IS NULL THEN 'own' ELSE 'imported' END AS origin
        FROM jsonb_array_elements(body::jsonb -> 'reviews') AS review ORDER BY origin
    ) WHERE status = 'live' AND sequence >= %s AND sequence < %s
"""


def fill(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(sequence), -1) FROM record_publishedclaim")
        for first in range(0, cursor.fetchone()[0] + 1, BATCH):
            cursor.execute(FILL, [first, first + BATCH])


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("record", "0003_words_without_trigrams"),
    ]

    operations = [
        migrations.AddField(
            model_name="publishedclaim",
            name="origins",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=8),
                default=list,
                help_text="own, imported, or both.",
                size=None,
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        AddIndexConcurrently(
            model_name="publishedclaim",
            index=django.contrib.postgres.indexes.GinIndex(fields=["origins"], name="claim_origins"),
        ),
        AddIndexConcurrently(
            model_name="publishedreview",
            index=models.Index(
                models.OrderBy(models.F("published_at"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                condition=models.Q(("original_key", None), ("status", "live")),
                name="review_newest_ours",
            ),
        ),
        AddIndexConcurrently(
            model_name="publishedreview",
            index=models.Index(
                condition=models.Q(("status", "live")),
                fields=["publisher", "language"],
                include=("verdict", "topics", "published_at", "reviewed_on", "claimed_on", "original_key"),
                name="review_counts",
            ),
        ),
        RemoveIndexConcurrently(model_name="publishedreview", name="review_counted"),
    ]
