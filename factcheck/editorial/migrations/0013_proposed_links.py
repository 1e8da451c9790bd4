"""Links between imported claims and published ones: proposed, and answered by an editor."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("editorial", "0012_webhook_events"),
    ]

    operations = [
        migrations.AddField(
            model_name="importbatch",
            name="compared_until",
            field=models.BigIntegerField(
                default=0,
                db_default=0,
                editable=False,
                help_text="The last of its approvals whose claim was compared with published ones.",
            ),
        ),
        migrations.CreateModel(
            name="ProposedLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("score", models.FloatField(help_text="From 0 to 1.", verbose_name="likeness")),
                ("found_at", models.DateTimeField(auto_now_add=True, verbose_name="found at")),
                (
                    "answer",
                    models.CharField(
                        blank=True,
                        choices=[("accepted", "accepted"), ("dismissed", "dismissed")],
                        max_length=10,
                        verbose_name="answer",
                    ),
                ),
                ("answered_at", models.DateTimeField(blank=True, null=True, verbose_name="answered at")),
                (
                    "answered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="answered by",
                    ),
                ),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proposed_links",
                        to="editorial.importbatch",
                        verbose_name="import",
                    ),
                ),
                (
                    "claim",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="proposed_links",
                        to="editorial.claim",
                        verbose_name="claim",
                    ),
                ),
                (
                    "other",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="editorial.claim",
                        verbose_name="same as",
                    ),
                ),
            ],
            options={
                "verbose_name": "proposed link",
                "verbose_name_plural": "proposed links",
                "ordering": ["-score", "pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("answer", "")), fields=["batch", "-score"], name="proposedlink_open"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("claim", "other"), name="proposedlink_once"),
                    models.CheckConstraint(
                        condition=models.Q(("claim", models.F("other")), _negated=True), name="proposedlink_to_another"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("score__gte", 0), ("score__lte", 1)), name="proposedlink_score_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answer", ""), ("answered_at__isnull", True), ("answered_by__isnull", True)),
                            models.Q(
                                ("answer__in", ["accepted", "dismissed"]),
                                ("answered_at__isnull", False),
                                ("answered_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="proposedlink_answered_at_once",
                    ),
                ],
            },
        ),
    ]
