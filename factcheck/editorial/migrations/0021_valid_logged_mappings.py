from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("editorial", "0020_logged_mappings"),
    ]

    operations = [
        ValidateConstraint(model_name="proposal", name="proposal_published_if_approved"),
        ValidateConstraint(model_name="proposal", name="proposal_of_a_newsroom"),
    ]
