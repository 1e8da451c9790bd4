"""The index of claimants takes the beginning of a description: for a long one in a script of three bytes it had no room."""

import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("editorial", "0023_decisions_kept"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="claimant",
            options={
                "ordering": ["name", django.db.models.functions.text.Left("description", 100), "id"],
                "verbose_name": "claimant",
                "verbose_name_plural": "claimants",
            },
        ),
        migrations.RemoveIndex(
            model_name="claimant",
            name="claimant_newsroom",
        ),
        migrations.AddIndex(
            model_name="claimant",
            index=models.Index(
                models.F("newsroom"),
                models.F("name"),
                django.db.models.functions.text.Left("description", 100),
                models.F("id"),
                name="claimant_newsroom",
            ),
        ),
    ]
