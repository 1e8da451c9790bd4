"""Reviews of newsrooms here are found among a million imported ones (claims:search by the site's own host)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("record", "0010_vectors"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="publishedreview",
            index=models.Index(
                condition=models.Q(("original_key", None), ("status", "live")), fields=["claim_id"], name="review_ours"
            ),
        ),
    ]
