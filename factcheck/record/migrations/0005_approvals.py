"""Two people can sign what they submit and approve with their passkeys."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("record", "0004_words_without_trigrams_together"),
    ]

    operations = [
        migrations.CreateModel(
            name="Approval",
            fields=[
                (
                    "entry",
                    models.OneToOneField(
                        db_column="sequence",
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        serialize=False,
                        to="record.logentry",
                    ),
                ),
                (
                    "opening",
                    models.TextField(help_text="Canonical JSON (factcheck.record.approvals.assertions.Opening)."),
                ),
            ],
        ),
    ]
