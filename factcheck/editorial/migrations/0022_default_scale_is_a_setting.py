"""Which rating scale is the default says the setting DEFAULT_RATING_SCALE alone; the tick beside it had no say in the API."""

from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def tick(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    scales = apps.get_model("editorial", "RatingScale").objects.using(schema_editor.connection.alias)
    scales.filter(slug=settings.DEFAULT_RATING_SCALE).update(is_default=True)


class Migration(migrations.Migration):
    dependencies = [("editorial", "0021_search_path")]

    operations = [
        migrations.RunPython(migrations.RunPython.noop, tick),
        migrations.RemoveConstraint("ratingscale", "ratingscale_one_default"),
        migrations.RemoveField("ratingscale", "is_default"),
    ]
