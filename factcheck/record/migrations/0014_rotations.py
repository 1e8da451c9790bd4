"""Only kinds that are known enter the log, and a rotation of its key is one that `rotation.rotate` could have written.

No editor approves a rotation, so that without a rule any document could stand in one. The database cannot check the
old key's signature; the verifiers do.
"""

from django.db import migrations, models

FORWARDS = r"""
-- At commit, when the document is there. The log's lock is still held, so no other rotation comes in between.
CREATE FUNCTION record_rotation_follows() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    key_form text := '^[^+[:space:]]+\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}$';
    moment text := to_char(NEW.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');
    document jsonb := (SELECT convert_from(d.document, 'UTF8')::jsonb
                       FROM record_revisiondocument d WHERE d.sequence = NEW.sequence);
    old_key text := document ->> 'old_key';
    new_key text := document ->> 'new_key';
    held_by text := (SELECT convert_from(d.document, 'UTF8')::jsonb ->> 'new_key'
                     FROM record_logentry e JOIN record_revisiondocument d ON d.sequence = e.sequence
                     WHERE e.kind = 'key.rotation' AND e.sequence < NEW.sequence ORDER BY e.sequence DESC LIMIT 1);
BEGIN
    IF document IS DISTINCT FROM jsonb_build_object(
            'id', NEW.subject, 'old_key', old_key, 'new_key', new_key, 'signature', document ->> 'signature',
            'published_at', moment, 'updated_at', moment, 'corrections', '[]'::jsonb,
            'revision', jsonb_build_object('number', NEW.number, 'kind', 'rotation', 'class', NULL, 'note', NULL))
        OR (old_key ~ key_form AND new_key ~ key_form AND old_key <> new_key
            AND split_part(old_key, '+', 1) = split_part(new_key, '+', 1)
            AND document ->> 'signature' <> '') IS NOT TRUE THEN
        RAISE EXCEPTION 'log entry % is not a rotation of the log''s key', NEW.sequence
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF old_key <> held_by THEN
        RAISE EXCEPTION 'log entry % replaces the key %, but the log was handed to %', NEW.sequence, old_key, held_by
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER rotation_follows AFTER INSERT ON record_logentry DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.kind = 'key.rotation') EXECUTE FUNCTION record_rotation_follows();
ALTER TABLE record_logentry ENABLE ALWAYS TRIGGER rotation_follows;
"""

BACKWARDS = """
DROP TRIGGER rotation_follows ON record_logentry;
DROP FUNCTION record_rotation_follows;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("record", "0013_models_of_vectors"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="logentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "review.original",
                            "review.update",
                            "review.correction",
                            "review.withdrawal",
                            "review.reinstatement",
                            "review.erasure",
                            "demand.published",
                            "demand.updated",
                            "claim.merge",
                            "claim.split",
                            "key.rotation",
                        ],
                    )
                ),
                name="logentry_kind_known",
            ),
        ),
        migrations.RunSQL(FORWARDS, BACKWARDS),
    ]
