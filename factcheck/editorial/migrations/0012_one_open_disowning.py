from django.db import migrations, models

INDEX = """
CREATE UNIQUE INDEX CONCURRENTLY proposal_one_open_disowning ON editorial_proposal (disowner_id)
WHERE sequence IS NULL AND NOT (decision = 'returned') AND kind = 'disowning'
"""


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("editorial", "0011_index_of_disownings"),
    ]

    operations = [
        migrations.RunSQL(
            INDEX,
            "DROP INDEX CONCURRENTLY proposal_one_open_disowning",
            state_operations=[
                migrations.AddConstraint(
                    model_name="proposal",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(
                            ("entry__isnull", True),
                            models.Q(("decision", "returned"), _negated=True),
                            ("kind", "disowning"),
                        ),
                        fields=("disowner",),
                        name="proposal_one_open_disowning",
                    ),
                ),
            ],
        ),
    ]
