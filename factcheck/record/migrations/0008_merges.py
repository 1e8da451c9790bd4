"""Merges and splits of claims: their place in the log, and the table that says under which claim each is shown."""

from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

FUNCTIONS = """
-- Replaces the function of 0004: a claim is merged while it stands by itself, and split off while it is merged.
CREATE OR REPLACE FUNCTION record_entry_follows() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    head record_logentry%ROWTYPE;
    last record_logentry%ROWTYPE;
BEGIN
    PERFORM pg_advisory_xact_lock(1178682196);
    SELECT * INTO head FROM record_logentry ORDER BY sequence DESC LIMIT 1;
    SELECT * INTO last FROM record_logentry WHERE subject = NEW.subject ORDER BY number DESC LIMIT 1;
    IF NEW.sequence <> coalesce(head.sequence + 1, 0) THEN
        RAISE EXCEPTION 'log entry % does not follow %', NEW.sequence, head.sequence
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.at < head.at THEN
        RAISE EXCEPTION 'log entry % is dated before the one that it follows', NEW.sequence
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.number <> coalesce(last.number + 1, 1) THEN
        RAISE EXCEPTION 'revision % of % does not follow %', NEW.number, NEW.subject, last.number
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.kind IN ('review.original', 'demand.published', 'key.rotation')) <> (last.sequence IS NULL)
            AND NEW.kind <> 'claim.merge'
        OR split_part(NEW.kind, '.', 1) <> split_part(last.kind, '.', 1)
        OR (NEW.kind IN ('review.update', 'review.correction') AND last.kind = 'review.withdrawal')
        OR (NEW.kind = 'review.update' AND last.kind = 'review.erasure')
        OR (NEW.kind = 'review.reinstatement' AND last.kind <> 'review.withdrawal')
        OR (NEW.kind = 'review.withdrawal' AND last.kind IN ('review.withdrawal', 'review.erasure'))
        OR (NEW.kind = 'review.erasure' AND last.kind = 'review.erasure')
        OR (NEW.kind IN ('claim.merge', 'claim.split') AND NEW.kind = last.kind) THEN
        RAISE EXCEPTION '% cannot follow % of %', NEW.kind, last.kind, NEW.subject
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

-- At commit, when the document is there: a claim goes into another one that was not merged itself, so that no chain of
-- merges ends where it began. The log's lock is still held, so no other merge comes in between.
CREATE FUNCTION record_merge_has_target() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    target uuid;
BEGIN
    SELECT (convert_from(d.document, 'UTF8')::jsonb #>> '{into,id}')::uuid INTO target
        FROM record_revisiondocument d WHERE d.sequence = NEW.sequence;
    IF target IS NULL OR target = NEW.subject THEN
        RAISE EXCEPTION 'log entry % merges claim % into no other', NEW.sequence, NEW.subject
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF (SELECT e.kind FROM record_logentry e WHERE e.subject = target AND e.sequence < NEW.sequence
        ORDER BY e.number DESC LIMIT 1) = 'claim.merge' THEN
        RAISE EXCEPTION 'log entry % merges claim % into %, which is merged itself', NEW.sequence, NEW.subject, target
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER merge_has_target AFTER INSERT ON record_logentry DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.kind = 'claim.merge') EXECUTE FUNCTION record_merge_has_target();
ALTER TABLE record_logentry ENABLE ALWAYS TRIGGER merge_has_target;
"""


def grant(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    reading = schema_editor.connection.ops.quote_name(settings.DATABASES["public"]["USER"])
    schema_editor.execute(f"GRANT SELECT ON record_publishedmerge TO {reading}")


class Migration(migrations.Migration):
    dependencies = [
        ("record", "0007_words"),
    ]

    operations = [
        migrations.AlterField(
            model_name="logentry",
            name="kind",
            field=models.CharField(
                choices=[
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
                    ("key.rotation", "Key Rotation"),
                ],
                max_length=40,
            ),
        ),
        migrations.AlterField(
            model_name="logentry",
            name="subject",
            field=models.UUIDField(help_text="The review, demand or claim it is about; of a rotation, the key."),
        ),
        migrations.CreateModel(
            name="PublishedMerge",
            fields=[
                (
                    "sequence",
                    models.BigIntegerField(
                        help_text="The entry that this row shows.", primary_key=True, serialize=False
                    ),
                ),
                ("until", models.BigIntegerField(help_text="The entry with which it stopped being so.", null=True)),
                ("claim_id", models.UUIDField(help_text="The claim that was merged, or came back.")),
                (
                    "into_id",
                    models.UUIDField(help_text="The claim under which it is shown; of a split none.", null=True),
                ),
                ("body", models.TextField(help_text="JSON, sent as it is.")),
            ],
            options={
                "indexes": [
                    models.Index(fields=["claim_id"], name="merge_claim"),
                    models.Index(condition=models.Q(("into_id__isnull", False)), fields=["into_id"], name="merge_into"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("until__isnull", True)), fields=("claim_id",), name="merge_one_in_force"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until__isnull", True), ("until__gt", models.F("sequence")), _connector="OR"
                        ),
                        name="merge_until_later",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("into_id__isnull", True),
                            models.Q(("into_id", models.F("claim_id")), _negated=True),
                            _connector="OR",
                        ),
                        name="merge_into_another",
                    ),
                ],
            },
        ),
        migrations.RunSQL(FUNCTIONS),
        migrations.RunPython(grant, migrations.RunPython.noop),
    ]
