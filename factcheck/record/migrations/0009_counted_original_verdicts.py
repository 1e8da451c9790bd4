"""The page for browsing counts publishers' own verdicts from an index alone."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("record", "0008_together_and_alone"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="publishedreview",
            index=models.Index(
                models.F("original_verdict"),
                models.OrderBy(models.F("published_at"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                include=("status",),
                name="review_original_verdicts",
            ),
        ),
        RemoveIndexConcurrently(model_name="publishedreview", name="review_original_verdict"),
    ]
