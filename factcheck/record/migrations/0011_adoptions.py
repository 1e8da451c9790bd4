from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models

KINDS = [
    ("review.original", "Original"),
    ("review.update", "Update"),
    ("review.correction", "Correction"),
    ("review.withdrawal", "Withdrawal"),
    ("review.reinstatement", "Reinstatement"),
    ("review.erasure", "Erasure"),
    ("demand.published", "Demand Published"),
    ("demand.updated", "Demand Updated"),
    ("claim.merge", "Claim Merge"),
    ("claim.split", "Claim Split"),
    ("disowning.published", "Disowning"),
    ("mapping.adoption", "Mapping"),
    ("key.rotation", "Key Rotation"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("record", "0010_pictures_of_copies"),
        ("record", "0006_mappings"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="logentry", name="logentry_kind_known"),
        migrations.AlterField(model_name="logentry", name="kind", field=models.CharField(choices=KINDS, max_length=40)),
        AddConstraintNotValid(
            model_name="logentry",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", [kind for kind, _ in KINDS])), name="logentry_kind_known"
            ),
        ),
    ]
