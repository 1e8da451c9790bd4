import django.db.models.deletion
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("editorial", "0019_quotes_in_the_language_of_reviews"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="proposal", name="proposal_of_a_newsroom"),
        migrations.RemoveConstraint(model_name="proposal", name="proposal_published_if_approved"),
        # Django would make the foreign key again, which locks the table of verdicts.
        migrations.RunSQL(
            "ALTER TABLE editorial_verdictmapping ALTER COLUMN verdict_id DROP NOT NULL",
            state_operations=[
                migrations.AlterField(
                    model_name="verdictmapping",
                    name="verdict",
                    field=models.ForeignKey(
                        blank=True,
                        help_text="To withdraw the mapping, leave this field empty.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="editorial.verdict",
                        verbose_name="our verdict",
                    ),
                ),
            ],
        ),
        AddConstraintNotValid(
            model_name="proposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("entry__isnull", True),
                    models.Q(
                        ("decision", "approved"),
                        models.Q(("kind__in", ["import", "freeze", "keys", "account"]), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="proposal_published_if_approved",
            ),
        ),
        AddConstraintNotValid(
            model_name="proposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("deciding__isnull", True), ("kind", "mapping")),
                    models.Q(
                        ("deciding__isnull", True),
                        ("kind", "account"),
                        ("newsroom__isnull", False),
                        ("action__in", ["role", "removal", "undoing"]),
                    ),
                    models.Q(
                        ("deciding__isnull", True),
                        ("kind", "account"),
                        ("newsroom__isnull", True),
                        models.Q(("action__in", ["role", "removal"]), _negated=True),
                    ),
                    models.Q(
                        models.Q(("kind__in", ["mapping", "account"]), _negated=True),
                        ("deciding__isnull", False),
                        ("newsroom__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="proposal_of_a_newsroom",
            ),
        ),
    ]
