from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("editorial", "0010_validate_kinds_of_proposals"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="proposal",
            index=models.Index(
                condition=models.Q(("disowner__isnull", False)), fields=["disowner"], name="proposal_disowner"
            ),
        ),
    ]
