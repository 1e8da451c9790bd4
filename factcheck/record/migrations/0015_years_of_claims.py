"""Lists of claims filter by the years of their reviews' dates, as lists of reviews do.

Each statement can run again, so a migration that failed starts again from the first.
"""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models

STATEMENTS = [
    "ALTER TABLE record_publishedclaim ADD COLUMN IF NOT EXISTS years varchar(4)[] NOT NULL DEFAULT '{}'",
    "ALTER TABLE record_publishedclaim ALTER COLUMN years DROP DEFAULT",
    # In batches of entries of the log, so that no publication waits long for rows.
    """
    DO $$
    BEGIN
        FOR batch IN 0..(SELECT coalesce(max(sequence), -1) FROM record_publishedclaim) BY 10000 LOOP
            UPDATE record_publishedclaim SET years = ARRAY(
                SELECT DISTINCT left(said, 4) AS year FROM jsonb_array_elements(body::jsonb -> 'reviews') AS review,
                LATERAL (SELECT review ->> CASE WHEN review ->> 'original_url' IS NULL THEN 'published_at'
                                                ELSE 'reviewed_on' END AS said) AS dated
                WHERE said IS NOT NULL ORDER BY year
            ) WHERE status = 'live' AND sequence >= batch AND sequence < batch + 10000;
            COMMIT;
        END LOOP;
    END $$
    """,
    "DROP INDEX CONCURRENTLY IF EXISTS claim_years",
    "CREATE INDEX CONCURRENTLY claim_years ON record_publishedclaim USING gin (years)",
]


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("record", "0014_newer_texts_of_copies"),
    ]

    operations = [
        migrations.RunSQL(
            STATEMENTS,
            state_operations=[
                migrations.AddField(
                    model_name="publishedclaim",
                    name="years",
                    field=django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=4),
                        default=list,
                        help_text="The years of its dated reviews.",
                        size=None,
                    ),
                ),
                migrations.AddIndex(
                    model_name="publishedclaim",
                    index=django.contrib.postgres.indexes.GinIndex(fields=["years"], name="claim_years"),
                ),
            ],
        ),
    ]
