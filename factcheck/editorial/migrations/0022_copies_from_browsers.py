"""Copies that an editor's browser makes, and tokens that can only add copies."""

import django.contrib.postgres.fields
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models

_LONGER = """
-- A longer varchar doesn't rewrite the table.
-- squawk-ignore changing-column-type
ALTER TABLE editorial_capture ALTER COLUMN origin TYPE varchar(7)
"""


class Migration(migrations.Migration):
    dependencies = [
        ("editorial", "0021_valid_logged_mappings"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="apitoken",
            name="apitoken_scopes_known",
        ),
        migrations.RemoveConstraint(
            model_name="capture",
            name="capture_origin_known",
        ),
        migrations.AlterField(
            model_name="apitoken",
            name="scopes",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("claims:write", "log claims, and read and edit the claims that it logged"),
                        ("drafts:write", "start reviews, and read and edit the drafts of these reviews"),
                        ("copies:write", "only add copies to the sources of your drafts, for the browser extension"),
                    ],
                    max_length=40,
                ),
                size=None,
                verbose_name="may",
            ),
        ),
        migrations.RunSQL(
            _LONGER,
            state_operations=[
                migrations.AlterField(
                    model_name="capture",
                    name="origin",
                    field=models.CharField(
                        choices=[
                            ("worker", "made by this site"),
                            ("editor", "uploaded by an editor"),
                            ("browser", "made in an editor’s browser"),
                        ],
                        default="worker",
                        max_length=7,
                        verbose_name="how it was made",
                    ),
                ),
            ],
        ),
        AddConstraintNotValid(
            model_name="apitoken",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("scopes__contained_by", ["claims:write", "drafts:write"]), ("scopes__len__gte", 1)),
                    ("scopes", ["copies:write"]),
                    _connector="OR",
                ),
                name="apitoken_scopes_known",
                violation_error_message="A token that can only add copies can’t do anything else. Choose one thing.",
            ),
        ),
        AddConstraintNotValid(
            model_name="capture",
            constraint=models.CheckConstraint(
                condition=models.Q(("origin__in", ["worker", "editor", "browser"])), name="capture_origin_known"
            ),
        ),
    ]
