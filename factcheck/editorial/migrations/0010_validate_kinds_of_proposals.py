from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("editorial", "0009_disownings"),
    ]

    operations = [
        ValidateConstraint(model_name="proposal", name="proposal_of_its_subject"),
        ValidateConstraint(model_name="proposal", name="proposal_action_of_its_kind"),
    ]
