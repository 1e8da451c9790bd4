"""What was corrected, withdrawn or erased is found among a million first publications (the page /corrections/)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("record", "0018_spellings_of_words"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="logentry",
            index=models.Index(
                condition=models.Q(
                    (
                        "kind__in",
                        (
                            "review.update",
                            "review.correction",
                            "review.withdrawal",
                            "review.reinstatement",
                            "review.erasure",
                        ),
                    )
                ),
                fields=["sequence"],
                name="logentry_corrections",
            ),
        ),
    ]
