"""The page for browsing counts publishers' own verdicts from an index alone.

Each statement can run again, so a migration that failed starts again from the first.
"""

from django.db import migrations, models

STATEMENTS = [
    "DROP INDEX CONCURRENTLY IF EXISTS review_original_verdicts",
    """
    CREATE INDEX CONCURRENTLY review_original_verdicts
    ON record_publishedreview (original_verdict, published_at DESC, id DESC) INCLUDE (status)
    """,
    "DROP INDEX CONCURRENTLY IF EXISTS review_original_verdict",
]


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("record", "0008_together_and_alone"),
    ]

    operations = [
        migrations.RunSQL(
            STATEMENTS,
            state_operations=[
                migrations.AddIndex(
                    model_name="publishedreview",
                    index=models.Index(
                        models.F("original_verdict"),
                        models.OrderBy(models.F("published_at"), descending=True),
                        models.OrderBy(models.F("id"), descending=True),
                        include=("status",),
                        name="review_original_verdicts",
                    ),
                ),
                migrations.RemoveIndex(model_name="publishedreview", name="review_original_verdict"),
            ],
        ),
    ]
