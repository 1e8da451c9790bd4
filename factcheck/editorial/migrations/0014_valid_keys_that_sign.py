from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("editorial", "0013_keys_that_sign"),
    ]

    operations = [
        migrations.RunSQL("ALTER TABLE editorial_proposal VALIDATE CONSTRAINT proposal_keys_of_publisher"),
        *(
            ValidateConstraint(model_name="proposal", name=f"proposal_{name}")
            for name in ("published_if_approved", "of_its_subject", "action_of_its_kind")
        ),
    ]
