from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("editorial", "0013_taking_away")]

    operations = [
        ValidateConstraint("proposal", "proposal_of_a_newsroom"),
        ValidateConstraint("proposal", "proposal_action_of_its_kind"),
    ]
