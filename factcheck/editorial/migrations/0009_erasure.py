"""Erasure on the editors' side: what may be emptied, only when the log says so, and that nothing is left half done."""

from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

FUNCTIONS = """
-- Replaces the function of 0002: what was submitted can be emptied, and only that, once a later approval of the same
-- review has led to an erasure. Without the statement its digest goes too: it has no salt and would confirm a guess.
CREATE OR REPLACE FUNCTION editorial_approval_rules() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    emptied boolean := TG_OP = 'UPDATE' AND NEW.statement = '' AND NEW.note = '' AND NEW.digest = repeat('0', 64)
        AND EXISTS (
            SELECT 1 FROM editorial_approval later JOIN record_logentry e ON e.sequence = later.sequence
            WHERE later.review_id = NEW.review_id AND later.id > NEW.id AND e.kind = 'review.erasure');
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF (NEW.id, NEW.review_id, NEW.action, NEW.change_class, NEW.batch_id, NEW.submitted_by_id, NEW.submitted_at)
           IS DISTINCT FROM
           (OLD.id, OLD.review_id, OLD.action, OLD.change_class, OLD.batch_id, OLD.submitted_by_id, OLD.submitted_at)
           OR (NEW.statement, NEW.note, NEW.digest) IS DISTINCT FROM (OLD.statement, OLD.note, OLD.digest)
              AND NOT emptied
           OR OLD.sequence IS NOT NULL AND NEW.sequence IS DISTINCT FROM OLD.sequence
           OR OLD.decision = 'returned' AND NEW.decision <> 'returned'
           OR OLD.decision = 'approved' AND (NEW.decision = '' OR OLD.sequence IS NOT NULL
                                             AND NEW.decision <> 'approved') THEN
            RAISE EXCEPTION 'approval %: what was submitted or decided cannot be changed', OLD.id
                USING ERRCODE = 'restrict_violation';
        END IF;
    ELSIF NEW.sequence IS NOT NULL THEN
        RAISE EXCEPTION 'an approval begins before the publication' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NOT emptied AND NEW.digest <> encode(sha256(convert_to(NEW.statement, 'UTF8')), 'hex') THEN
        RAISE EXCEPTION 'the statement has not the digest of its approval' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.decision = 'approved' AND (TG_OP = 'INSERT' OR OLD.decision <> 'approved') THEN
        IF EXISTS (SELECT 1 FROM editorial_authorship WHERE review_id = NEW.review_id AND user_id = NEW.decided_by_id)
        THEN
            RAISE EXCEPTION 'an author cannot approve' USING ERRCODE = 'restrict_violation';
        END IF;
        IF NOT EXISTS (
            SELECT 1 FROM editorial_membership m
            JOIN editorial_review r ON r.newsroom_id = m.publisher_id AND r.id = NEW.review_id
            JOIN editorial_user u ON u.id = m.user_id AND u.is_active
            WHERE m.user_id = NEW.decided_by_id AND m.role IN ('editor', 'chief_editor')
        ) THEN
            RAISE EXCEPTION 'only an Editor of the newsroom approves' USING ERRCODE = 'restrict_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;

-- The public notice of an erasure gives a ground and a text, and has no room for what the review said.
CREATE FUNCTION editorial_erasure_has_ground() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    said jsonb := NEW.statement::jsonb;
BEGIN
    IF (SELECT array_agg(key ORDER BY key) FROM jsonb_object_keys(said) AS key)
            IS DISTINCT FROM ARRAY['id', 'license', 'notice']
        OR (SELECT array_agg(key ORDER BY key) FROM jsonb_object_keys(said -> 'notice') AS key)
            IS DISTINCT FROM ARRAY['ground', 'newsroom', 'redaction', 'text']
        OR coalesce(said #>> '{notice,ground}', '') NOT IN ('court_order', 'personal_data', 'law', 'other')
        OR said #>> '{notice,text}' IS DISTINCT FROM NEW.note OR NEW.note = '' THEN
        RAISE EXCEPTION 'an erasure needs a ground, a public notice and nothing else'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

-- Events stay as they were; of an erased review they lose what was said, and keep who did what and when.
CREATE FUNCTION editorial_event_rules() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.subject ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN
        IF NEW.detail = '{}' AND to_jsonb(NEW) - 'detail' = to_jsonb(OLD) - 'detail' AND EXISTS (
            SELECT 1 FROM record_logentry
            WHERE subject = NEW.subject::uuid AND kind = 'review.erasure' AND at >= OLD.at) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION '% of % is refused: it is kept as it was', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

-- At commit: an erasure that leaves a document, a statement or a detail of what went before is none.
CREATE FUNCTION editorial_was_erased_whole() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM record_logentry e JOIN record_revisiondocument d ON d.sequence = e.sequence
               WHERE e.subject = NEW.subject AND e.sequence < NEW.sequence)
        OR EXISTS (SELECT 1 FROM editorial_approval a
                   WHERE a.review_id = NEW.subject AND (a.statement <> '' OR a.note <> '' OR a.decision_note <> '')
                   AND a.id < (SELECT id FROM editorial_approval WHERE sequence = NEW.sequence))
        OR EXISTS (SELECT 1 FROM editorial_editorialevent v
                   WHERE v.subject = NEW.subject::text AND v.at <= NEW.at AND v.action <> NEW.kind AND v.detail <> '{}') THEN
        RAISE EXCEPTION 'log entry %: what it erases is still kept', NEW.sequence
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER erasure_has_ground BEFORE INSERT ON editorial_approval FOR EACH ROW WHEN (NEW.action = 'erasure')
    EXECUTE FUNCTION editorial_erasure_has_ground();
ALTER TABLE editorial_approval ENABLE ALWAYS TRIGGER erasure_has_ground;

DROP TRIGGER event_fixed ON editorial_editorialevent;
CREATE TRIGGER event_fixed BEFORE UPDATE OR DELETE ON editorial_editorialevent FOR EACH ROW
    EXECUTE FUNCTION editorial_event_rules();
ALTER TABLE editorial_editorialevent ENABLE ALWAYS TRIGGER event_fixed;

CREATE CONSTRAINT TRIGGER was_erased_whole AFTER INSERT ON record_logentry DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.kind = 'review.erasure') EXECUTE FUNCTION editorial_was_erased_whole();
ALTER TABLE record_logentry ENABLE ALWAYS TRIGGER was_erased_whole;
"""


def grant(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """One column of the events, which the trigger event_fixed guards."""
    application = schema_editor.connection.ops.quote_name(settings.DATABASES["default"]["USER"])
    schema_editor.execute(f"GRANT UPDATE (detail) ON editorial_editorialevent TO {application}")


class Migration(migrations.Migration):
    dependencies = [("editorial", "0008_demand_defences"), ("record", "0004_log")]

    operations = [
        migrations.AlterField(
            model_name="review",
            name="state",
            field=models.CharField(
                choices=[
                    ("draft", "draft"),
                    ("submitted", "waiting for approval"),
                    ("approved", "approved"),
                    ("published", "published"),
                    ("withdrawn", "withdrawn"),
                    ("erased", "erased"),
                ],
                default="draft",
                editable=False,
                max_length=10,
                verbose_name="state",
            ),
        ),
        migrations.RemoveConstraint(model_name="review", name="review_state_known"),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["draft", "submitted", "approved", "published", "withdrawn", "erased"])
                ),
                name="review_state_known",
            ),
        ),
        migrations.RunSQL(FUNCTIONS),
        migrations.RunPython(grant, migrations.RunPython.noop),
    ]
