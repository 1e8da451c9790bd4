from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("editorial", "0022_copies_from_browsers"),
    ]

    operations = [
        ValidateConstraint(model_name="apitoken", name="apitoken_scopes_known"),
        ValidateConstraint(model_name="capture", name="capture_origin_known"),
    ]
