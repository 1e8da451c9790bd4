"""What an imported review keeps of its record: licence, the publisher as printed, and a digest to know it again by."""

from django.db import migrations, models

import factcheck.editorial.fields


class Migration(migrations.Migration):
    dependencies = [
        ("editorial", "0005_default_scale"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="review",
            name="review_own_or_imported",
        ),
        migrations.AddField(
            model_name="review",
            name="import_digest",
            field=models.CharField(
                blank=True, editable=False, help_text="SHA-256 of the record that was imported last.", max_length=64
            ),
        ),
        migrations.AddField(
            model_name="review",
            name="license_url",
            field=factcheck.editorial.fields.WebAddressField(
                blank=True, max_length=2000, verbose_name="publisher's licence"
            ),
        ),
        migrations.AddField(
            model_name="review",
            name="original_publisher",
            field=models.JSONField(
                blank=True,
                default=dict,
                editable=False,
                help_text="What the imported record says of its publisher where it differs from the publisher's row.",
            ),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("original_label", ""), ("original_url", ""), ("publisher", models.F("newsroom"))),
                    models.Q(
                        models.Q(("publisher", models.F("newsroom")), _negated=True),
                        models.Q(("original_url", ""), _negated=True),
                        models.Q(
                            models.Q(("original_label", ""), _negated=True), ("verdict__isnull", False), _connector="OR"
                        ),
                    ),
                    _connector="OR",
                ),
                name="review_own_or_imported",
            ),
        ),
    ]
