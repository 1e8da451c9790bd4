"""The register of demands in the read model, which the reading role serves."""

from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def grant(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    reading = schema_editor.connection.ops.quote_name(settings.DATABASES["public"]["USER"])
    schema_editor.execute(f"GRANT SELECT ON record_publisheddemand TO {reading}")


class Migration(migrations.Migration):
    dependencies = [
        ("record", "0004_log"),
    ]

    operations = [
        migrations.CreateModel(
            name="PublishedDemand",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("sequence", models.BigIntegerField(help_text="The entry that this row shows.")),
                ("body", models.TextField(help_text="JSON, sent as it is.")),
                ("publisher", models.CharField(help_text="The site of who received it.", max_length=255)),
                ("review", models.UUIDField(null=True)),
                ("from_type", models.CharField(max_length=20)),
                ("outcome", models.CharField(max_length=10)),
                ("received_on", models.DateField()),
                ("published_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.OrderBy(models.F("published_at"), descending=True),
                        models.OrderBy(models.F("id"), descending=True),
                        name="demand_published",
                    ),
                    models.Index(
                        models.OrderBy(models.F("updated_at"), descending=True),
                        models.OrderBy(models.F("id"), descending=True),
                        name="demand_updated",
                    ),
                    models.Index(
                        models.OrderBy(models.F("received_on"), descending=True),
                        models.OrderBy(models.F("id"), descending=True),
                        name="demand_received",
                    ),
                    models.Index(fields=["review"], name="demand_review"),
                ],
            },
        ),
        migrations.RunPython(grant, migrations.RunPython.noop),
    ]
