"""What reviews mean, as vectors: their table, its index, and the rule that nothing stays of a review that is not live."""

from django.conf import settings
from django.contrib.postgres.indexes import OpClass
from django.contrib.postgres.operations import CreateExtension
from django.db import ProgrammingError, migrations, models

import factcheck.record.vectors
from factcheck.database.problems import DatabaseProblem

FORWARDS = """
-- A withdrawal or an erasure takes the vector, whoever writes it: a text can be guessed from what it means.
CREATE FUNCTION record_vector_goes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM record_reviewvector WHERE review_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER vector_goes AFTER INSERT OR UPDATE ON record_publishedreview FOR EACH ROW
    WHEN (NEW.status <> 'live') EXECUTE FUNCTION record_vector_goes();
ALTER TABLE record_publishedreview ENABLE ALWAYS TRIGGER vector_goes;
"""

BACKWARDS = """
DROP TRIGGER vector_goes ON record_publishedreview;
DROP FUNCTION record_vector_goes;
"""


class VectorExtension(CreateExtension):
    """pgvector. Its owner must be a superuser; the embedded server and `python -m factcheck.database roles` make it."""

    def __init__(self) -> None:
        super().__init__("vector")

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        try:
            super().database_forwards(app_label, schema_editor, from_state, to_state)
        except ProgrammingError as error:
            raise DatabaseProblem(
                "The database lacks the extension vector, and its owner may not make it: have an administrator of the "
                "server run CREATE EXTENSION vector in it, and migrate again."
            ) from error


def grant(apps, schema_editor):
    reading = schema_editor.connection.ops.quote_name(settings.DATABASES["public"]["USER"])
    schema_editor.execute(f"GRANT SELECT ON record_reviewvector TO {reading}")


class Migration(migrations.Migration):
    dependencies = [
        ("record", "0009_search"),
    ]

    operations = [
        VectorExtension(),
        migrations.CreateModel(
            name="ReviewVector",
            fields=[
                ("review_id", models.UUIDField(primary_key=True, serialize=False)),
                ("digest", models.BinaryField(help_text="The first half of the SHA-256 of the text.")),
                ("model", models.CharField(help_text="What computed the vector.", max_length=200, null=True)),
                ("embedding", factcheck.record.vectors.HalfVectorField(null=True)),
            ],
            options={
                "indexes": [
                    factcheck.record.vectors.HnswIndex(
                        OpClass("embedding", name="halfvec_cosine_ops"), name="reviewvector_near"
                    ),
                    models.Index(
                        condition=models.Q(("embedding__isnull", True)),
                        fields=["review_id"],
                        name="reviewvector_waiting",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("embedding__isnull", True), ("model__isnull", True)),
                            models.Q(("embedding__isnull", False), ("model__isnull", False)),
                            _connector="OR",
                        ),
                        name="reviewvector_model_named",
                    )
                ],
            },
        ),
        migrations.RunSQL(FORWARDS, BACKWARDS),
        migrations.RunPython(grant, migrations.RunPython.noop),
    ]
