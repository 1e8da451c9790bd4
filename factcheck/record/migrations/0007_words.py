"""The table of words. A record that was begun before this migration gets its words from `manage.py rebuild_record`."""

import django.contrib.postgres.indexes
from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def grant(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    reading = schema_editor.connection.ops.quote_name(settings.DATABASES["public"]["USER"])
    schema_editor.execute(f"GRANT SELECT ON record_word TO {reading}")


class Migration(migrations.Migration):
    dependencies = [
        ("record", "0006_past"),
    ]

    operations = [
        migrations.CreateModel(
            name="Word",
            fields=[
                ("word", models.CharField(max_length=64, primary_key=True, serialize=False)),
                (
                    "lexeme",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func(
                            models.F("word"),
                            template="(tsvector_to_array(to_tsvector('public.factcheck', %(expressions)s)))[1]",
                        ),
                        help_text="What the search finds it by: without diacritics, stemmed.",
                        output_field=models.TextField(null=True),
                    ),
                ),
                ("reviews", models.PositiveIntegerField(help_text="Live reviews with it in claim or headline.")),
            ],
            options={
                "indexes": [
                    models.Index(fields=["lexeme"], name="word_lexeme"),
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["lexeme"], name="word_similar", opclasses=["gin_trgm_ops"]
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("reviews__gte", 1)), name="word_in_a_review")
                ],
            },
        ),
        migrations.RunPython(grant, migrations.RunPython.noop),
    ]
