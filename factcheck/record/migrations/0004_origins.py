"""Lists of this site's own reviews, or of imported reviews, read an index.

Each statement can run again, so a migration that failed starts again from the first.
"""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models

STATEMENTS = [
    "ALTER TABLE record_publishedclaim ADD COLUMN IF NOT EXISTS origins varchar(8)[] NOT NULL DEFAULT '{}'",
    "ALTER TABLE record_publishedclaim ALTER COLUMN origins DROP DEFAULT",
    # In batches of entries of the log, so that no publication waits long for rows.
    """
    DO $$
    BEGIN
        FOR batch IN 0..(SELECT coalesce(max(sequence), -1) FROM record_publishedclaim) BY 10000 LOOP
            UPDATE record_publishedclaim SET origins = ARRAY(
                SELECT DISTINCT CASE WHEN review ->> 'original_url' IS NULL THEN 'own' ELSE 'imported' END AS origin
                FROM jsonb_array_elements(body::jsonb -> 'reviews') AS review ORDER BY origin
            ) WHERE status = 'live' AND sequence >= batch AND sequence < batch + 10000;
            COMMIT;
        END LOOP;
    END $$
    """,
    "DROP INDEX CONCURRENTLY IF EXISTS claim_origins",
    "CREATE INDEX CONCURRENTLY claim_origins ON record_publishedclaim USING gin (origins)",
    "DROP INDEX CONCURRENTLY IF EXISTS review_newest_ours",
    """
    CREATE INDEX CONCURRENTLY review_newest_ours ON record_publishedreview (published_at DESC, id DESC)
    WHERE original_key IS NULL AND status = 'live'
    """,
    "DROP INDEX CONCURRENTLY IF EXISTS review_counts",
    """
    CREATE INDEX CONCURRENTLY review_counts ON record_publishedreview (publisher, language)
    INCLUDE (verdict, topics, published_at, reviewed_on, claimed_on, original_key) WHERE status = 'live'
    """,
    "DROP INDEX CONCURRENTLY IF EXISTS review_counted",
]


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("record", "0003_words_without_trigrams"),
    ]

    operations = [
        migrations.RunSQL(
            STATEMENTS,
            state_operations=[
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
                migrations.AddIndex(
                    model_name="publishedclaim",
                    index=django.contrib.postgres.indexes.GinIndex(fields=["origins"], name="claim_origins"),
                ),
                migrations.AddIndex(
                    model_name="publishedreview",
                    index=models.Index(
                        models.OrderBy(models.F("published_at"), descending=True),
                        models.OrderBy(models.F("id"), descending=True),
                        condition=models.Q(("original_key", None), ("status", "live")),
                        name="review_newest_ours",
                    ),
                ),
                migrations.AddIndex(
                    model_name="publishedreview",
                    index=models.Index(
                        condition=models.Q(("status", "live")),
                        fields=["publisher", "language"],
                        include=("verdict", "topics", "published_at", "reviewed_on", "claimed_on", "original_key"),
                        name="review_counts",
                    ),
                ),
                migrations.RemoveIndex(model_name="publishedreview", name="review_counted"),
            ],
        ),
    ]
