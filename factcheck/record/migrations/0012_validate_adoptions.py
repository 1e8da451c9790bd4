from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("record", "0011_adoptions"),
    ]

    operations = [
        ValidateConstraint(model_name="logentry", name="logentry_kind_known"),
    ]
