from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("editorial", "0038_known_choices_of_notices"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="card",
            index=models.Index(
                condition=models.Q(("stage", "off")), fields=["newsroom", "-changed_at"], name="card_off"
            ),
        ),
    ]
