import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import pgvector.django.halfvec
from django.db import migrations, models

SHELF = models.expressions.CombinedExpression(models.F("sequence"), ">>", models.Value(11))


class Migration(migrations.Migration):
    dependencies = [
        ("editorial", "0029_comments"),
    ]

    operations = [
        migrations.RunSQL("CREATE SEQUENCE editorial_searchrow_sequence", "DROP SEQUENCE editorial_searchrow_sequence"),
        migrations.CreateModel(
            name="SearchRow",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=10)),
                (
                    "newsroom",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="editorial.publisher",
                    ),
                ),
                (
                    "sequence",
                    models.BigIntegerField(
                        db_default=models.Func(models.Value("editorial_searchrow_sequence"), function="nextval"),
                        unique=True,
                    ),
                ),
                ("search", django.contrib.postgres.search.SearchVectorField(null=True)),
                (
                    "embedding",
                    pgvector.django.halfvec.HalfVectorField(
                        dimensions=384, help_text="Computed on this machine alone.", null=True
                    ),
                ),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        models.F("newsroom"), models.F("kind"), SHELF, models.F("search"), name="searchrow_words"
                    ),
                    models.Index(
                        condition=models.Q(("search", None)),
                        fields=["newsroom", "-sequence"],
                        name="searchrow_waiting",
                    ),
                    models.Index(
                        models.F("newsroom"),
                        models.F("kind"),
                        models.OrderBy(models.F("sequence"), descending=True),
                        condition=models.Q(("embedding", None), _negated=True),
                        name="searchrow_meaning",
                    ),
                ],
            },
        ),
        # Existing rows get their words later: before the next search, or from the worker. The newest come first.
        migrations.RunSQL(
            """
            INSERT INTO editorial_searchrow (id, kind, newsroom_id)
            SELECT id, kind, newsroom_id FROM (
                SELECT id, 'claim' AS kind, newsroom_id, changed_at AS at FROM editorial_claim
                UNION ALL SELECT id, 'review', newsroom_id, changed_at FROM editorial_review
                UNION ALL SELECT id, 'claimant', newsroom_id, changed_at FROM editorial_claimant
                UNION ALL SELECT id, 'capture', newsroom_id, requested_at FROM editorial_capture
                UNION ALL SELECT id, 'demand', newsroom_id, changed_at FROM editorial_demand
            ) searched ORDER BY at
            """,
            migrations.RunSQL.noop,
        ),
        # The search by trigrams is gone. Its indexes are dropped in an instant, and this transaction has the locks of
        # these tables already, because it replaces their triggers.
        migrations.RunSQL(
            """
            -- squawk-ignore require-concurrent-index-deletion
            DROP INDEX claim_text_words, claimant_name_words, claimant_description_words, review_headline_words
            """,
            """
            CREATE INDEX claim_text_words ON editorial_claim USING gin (upper(text) gin_trgm_ops);
            CREATE INDEX claimant_name_words ON editorial_claimant USING gin (upper(name) gin_trgm_ops);
            CREATE INDEX claimant_description_words ON editorial_claimant USING gin (upper(description) gin_trgm_ops);
            CREATE INDEX review_headline_words ON editorial_review USING gin (upper(headline) gin_trgm_ops)
            """,
            state_operations=[
                migrations.RemoveIndex(model_name="claim", name="claim_text_words"),
                migrations.RemoveIndex(model_name="claimant", name="claimant_name_words"),
                migrations.RemoveIndex(model_name="claimant", name="claimant_description_words"),
                migrations.RemoveIndex(model_name="review", name="review_headline_words"),
            ],
        ),
    ]
