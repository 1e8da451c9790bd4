-- A claim can be merged only into a claim that isn't merged itself, so that merges never form a cycle.
-- This trigger runs at commit, when the document exists. The log is still locked, so no other merge can come in
-- between.
CREATE OR REPLACE FUNCTION record_merge_has_target() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
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
DROP TRIGGER IF EXISTS merge_has_target ON record_logentry;
CREATE CONSTRAINT TRIGGER merge_has_target AFTER INSERT ON record_logentry DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.kind = 'claim.merge') EXECUTE FUNCTION record_merge_has_target();
