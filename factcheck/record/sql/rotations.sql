-- Rotations must have exactly the form that factcheck.record.audit.key_rotation.rotate writes. No editor approves a rotation,
-- so without this rule its document could contain anything. The database can't check the signature of the old key, but
-- verifiers do. This trigger runs at commit, when the document exists. The log is still locked, so no other rotation
-- can come in between.
CREATE OR REPLACE FUNCTION record_rotation_follows() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
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
DROP TRIGGER IF EXISTS rotation_follows ON record_logentry;
CREATE CONSTRAINT TRIGGER rotation_follows AFTER INSERT ON record_logentry DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.kind = 'key.rotation') EXECUTE FUNCTION record_rotation_follows();
