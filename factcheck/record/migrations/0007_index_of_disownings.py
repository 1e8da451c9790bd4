from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("record", "0006_validate_kinds"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="logentry",
            index=models.Index(
                condition=models.Q(("kind", "disowning.published")), fields=["sequence"], name="logentry_disowning"
            ),
        ),
    ]
