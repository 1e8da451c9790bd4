import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

# What the triggers of cards.sql would have done, had they been there when the rows were written. An import's reviews
# get no cards.
CARDS = """
    INSERT INTO editorial_card (newsroom_id, claim_id, stage, owner_id)
    SELECT DISTINCT ON (r.newsroom_id, r.claim_id) r.newsroom_id, r.claim_id, 'checking', m.user_id
    FROM editorial_review r LEFT JOIN editorial_membership m
        ON m.user_id = r.created_by_id AND m.publisher_id = r.newsroom_id AND r.token_id IS NULL
    WHERE r.state IN ('draft', 'submitted', 'approved') AND r.import_key IS NULL
    ORDER BY r.newsroom_id, r.claim_id, r.created_at;
    INSERT INTO editorial_card (newsroom_id, claim_id)
    SELECT c.newsroom_id, c.id FROM editorial_claim c WHERE NOT EXISTS (
        SELECT FROM editorial_review r
        WHERE r.claim_id = c.id AND r.newsroom_id = c.newsroom_id AND r.state <> 'discarded');
    INSERT INTO editorial_card (newsroom_id, claim_id, stage)
    SELECT r.newsroom_id, r.claim_id, 'off' FROM editorial_watchedsource s JOIN editorial_review r ON r.id = s.review_id
    WHERE s.state <> 'unchanged' AND s.accepted_at IS NULL
    ON CONFLICT DO NOTHING;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("editorial", "0026_ask_for_the_checklist"),
    ]

    operations = [
        migrations.CreateModel(
            name="Card",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("came_in", "came in"),
                            ("to_check", "to check"),
                            ("checking", "checking"),
                            ("off", "off the board"),
                        ],
                        db_default="came_in",
                        default="came_in",
                        max_length=10,
                        verbose_name="column",
                    ),
                ),
                ("due_on", models.DateField(blank=True, null=True, verbose_name="due on")),
                ("urgent", models.BooleanField(db_default=False, default=False, verbose_name="urgent")),
                (
                    "check_again_on",
                    models.DateField(
                        blank=True,
                        help_text="A week before this day, the published claim comes back to the board.",
                        null=True,
                        verbose_name="check again by",
                    ),
                ),
                ("version", models.PositiveIntegerField(db_default=1, default=1, editable=False)),
                (
                    "changed_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name="changed at"
                    ),
                ),
                (
                    "claim",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="cards",
                        to="editorial.claim",
                        verbose_name="claim",
                    ),
                ),
                (
                    "newsroom",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="editorial.publisher",
                        verbose_name="newsroom",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cards",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who checks it",
                    ),
                ),
            ],
            options={
                "verbose_name": "card",
                "verbose_name_plural": "cards of the board",
                "ordering": ["-urgent", "due_on", "-id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("stage", "off")), fields=["newsroom", "-changed_at"], name="card_off"
                    ),
                    models.Index(
                        condition=models.Q(("stage", "off"), _negated=True),
                        fields=["newsroom", "stage", "-urgent", "due_on", "-id"],
                        name="card_board",
                    ),
                    models.Index(
                        condition=models.Q(("check_again_on__isnull", False)),
                        fields=["newsroom", "check_again_on"],
                        name="card_again",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("newsroom", "claim"), name="card_once"),
                    models.CheckConstraint(
                        condition=models.Q(("stage__in", ["came_in", "to_check", "checking", "off"])),
                        name="card_stage_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("stage", "off"), _negated=True),
                            models.Q(("due_on__isnull", True), ("urgent", False)),
                            _connector="OR",
                        ),
                        name="card_off_is_not_due",
                    ),
                ],
            },
        ),
        migrations.RunSQL(CARDS, migrations.RunSQL.noop),
    ]
