"""What was public once, corrections as rows, and the rule that a substantive one gives its reason.

A record that was begun before this migration gets its past from `manage.py rebuild_record`.
"""

import django.contrib.postgres.fields
from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

FORWARDS = """
-- 40 is factcheck.record.log.MIN_SUBSTANTIVE_NOTE.
CREATE FUNCTION record_reason_given() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    revision jsonb := convert_from(NEW.document, 'UTF8')::jsonb -> 'revision';
BEGIN
    IF revision ->> 'class' = 'substantive' AND length(btrim(coalesce(revision ->> 'note', ''), E' \\n\\t')) < 40 THEN
        RAISE EXCEPTION 'the substantive correction of log entry % gives no reason of 40 characters', NEW.sequence
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER reason_given BEFORE INSERT ON record_revisiondocument
    FOR EACH ROW EXECUTE FUNCTION record_reason_given();
ALTER TABLE record_revisiondocument ENABLE ALWAYS TRIGGER reason_given;
"""

BACKWARDS = """
DROP TRIGGER reason_given ON record_revisiondocument;
DROP FUNCTION record_reason_given;
"""


def grant(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    reading = schema_editor.connection.ops.quote_name(settings.DATABASES["public"]["USER"])
    tables = "record_pastreview, record_pastclaim, record_publishedcorrection"
    schema_editor.execute(f"GRANT SELECT ON {tables} TO {reading}")


class Migration(migrations.Migration):
    dependencies = [
        ("record", "0005_demands"),
    ]

    operations = [
        migrations.CreateModel(
            name="PastClaim",
            fields=[
                (
                    "status",
                    models.CharField(
                        choices=[("live", "Live"), ("withdrawn", "Withdrawn"), ("erased", "Erased")], max_length=10
                    ),
                ),
                ("sequence", models.BigIntegerField(help_text="The entry that made the row what it is.")),
                ("body", models.TextField(help_text="JSON, sent as it is.")),
                ("language", models.CharField(help_text="BCP 47, lower case.", max_length=35)),
                ("claimant", models.UUIDField(null=True)),
                (
                    "verdicts",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=130), default=list, size=None
                    ),
                ),
                (
                    "publishers",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=255), default=list, size=None
                    ),
                ),
                (
                    "topics",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60), default=list, size=None
                    ),
                ),
                (
                    "appearance_keys",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=32), default=list, size=None
                    ),
                ),
                ("claimed_on", models.DateField(null=True)),
                ("published_at", models.DateTimeField(help_text="When its first review was published.")),
                ("updated_at", models.DateTimeField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "id", "sequence", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("id", models.UUIDField()),
                ("until", models.BigIntegerField(help_text="The entry with which it stopped being so.")),
            ],
        ),
        migrations.CreateModel(
            name="PastReview",
            fields=[
                ("claim_id", models.UUIDField(null=True)),
                (
                    "status",
                    models.CharField(
                        choices=[("live", "Live"), ("withdrawn", "Withdrawn"), ("erased", "Erased")], max_length=10
                    ),
                ),
                ("body", models.TextField(help_text="JSON, sent as it is. For an erased review the public notice.")),
                ("language", models.CharField(help_text="BCP 47, lower case.", max_length=35)),
                ("verdict", models.CharField(help_text="scale:slug", max_length=130, null=True)),
                ("publisher", models.CharField(help_text="The publisher's site.", max_length=255)),
                ("claimant", models.UUIDField(null=True)),
                (
                    "topics",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60), default=list, size=None
                    ),
                ),
                (
                    "appearance_keys",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=32), default=list, size=None
                    ),
                ),
                ("original_key", models.CharField(max_length=32, null=True)),
                ("claimed_on", models.DateField(null=True)),
                ("reviewed_on", models.DateField(null=True)),
                ("published_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                ("id", models.UUIDField()),
                (
                    "sequence",
                    models.BigIntegerField(
                        help_text="The entry that this row shows.", primary_key=True, serialize=False
                    ),
                ),
                ("until", models.BigIntegerField(help_text="The entry with which it stopped being so.")),
            ],
        ),
        migrations.CreateModel(
            name="PublishedCorrection",
            fields=[
                (
                    "sequence",
                    models.BigIntegerField(help_text="The entry of the revision.", primary_key=True, serialize=False),
                ),
                ("review_id", models.UUIDField()),
                ("change_class", models.CharField(max_length=20, null=True)),
                ("at", models.DateTimeField()),
                ("body", models.TextField(help_text="JSON, sent as it is.")),
            ],
        ),
        migrations.AlterField(
            model_name="publishedclaim",
            name="sequence",
            field=models.BigIntegerField(help_text="The entry that made the row what it is."),
        ),
        migrations.AddIndex(
            model_name="logentry",
            index=models.Index(fields=["at"], name="logentry_at"),
        ),
        migrations.AddIndex(
            model_name="pastclaim",
            index=models.Index(
                models.OrderBy(models.F("published_at"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                condition=models.Q(("status", "live")),
                name="pastclaim_published",
            ),
        ),
        migrations.AddConstraint(
            model_name="pastclaim",
            constraint=models.CheckConstraint(
                condition=models.Q(("until__gt", models.F("sequence"))), name="pastclaim_until_later"
            ),
        ),
        migrations.AddIndex(
            model_name="pastreview",
            index=models.Index(fields=["id", "sequence"], name="pastreview_id"),
        ),
        migrations.AddIndex(
            model_name="pastreview",
            index=models.Index(fields=["claim_id"], name="pastreview_claim"),
        ),
        migrations.AddIndex(
            model_name="pastreview",
            index=models.Index(
                models.OrderBy(models.F("published_at"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                condition=models.Q(("status", "live")),
                name="pastreview_published",
            ),
        ),
        migrations.AddConstraint(
            model_name="pastreview",
            constraint=models.CheckConstraint(
                condition=models.Q(("until__gt", models.F("sequence"))), name="pastreview_until_later"
            ),
        ),
        migrations.AddIndex(
            model_name="publishedcorrection",
            index=models.Index(fields=["review_id"], name="correction_review"),
        ),
        migrations.RunSQL(FORWARDS, BACKWARDS),
        migrations.RunPython(grant, migrations.RunPython.noop),
    ]
