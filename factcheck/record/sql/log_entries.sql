-- New entries are added only at the end of the log. Sequence numbers have no gaps, times never go backwards, and the
-- revisions of a subject are numbered consecutively.
-- The lock 1178682196 is "FACT" in ASCII, as in factcheck.record.log.entries.LOCK. An INSERT from outside the
-- application takes the lock here and so waits in the same queue.
CREATE OR REPLACE FUNCTION record_entry_follows() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
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
    IF (NEW.kind IN ('review.original', 'demand.published', 'disowning.published', 'mapping.adoption', 'key.rotation'))
            <> (last.sequence IS NULL) AND NEW.kind <> 'claim.merge'
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
CREATE OR REPLACE TRIGGER entry_follows BEFORE INSERT ON record_logentry
    FOR EACH ROW EXECUTE FUNCTION record_entry_follows();

-- This trigger runs at commit, because the document is inserted after its entry.
CREATE OR REPLACE FUNCTION record_entry_has_document() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM record_revisiondocument d WHERE d.sequence = NEW.sequence) THEN
        RAISE EXCEPTION 'log entry % has no document', NEW.sequence USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
DROP TRIGGER IF EXISTS entry_has_document ON record_logentry;
CREATE CONSTRAINT TRIGGER entry_has_document AFTER INSERT ON record_logentry DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION record_entry_has_document();

CREATE OR REPLACE TRIGGER entry_fixed BEFORE UPDATE OR DELETE ON record_logentry
    FOR EACH ROW EXECUTE FUNCTION record_refuse();
CREATE OR REPLACE TRIGGER entry_kept BEFORE TRUNCATE ON record_logentry
    FOR EACH STATEMENT EXECUTE FUNCTION record_refuse();

REVOKE ALL ON record_logentry FROM :"application";
GRANT SELECT, INSERT ON record_logentry TO :"application";
GRANT SELECT ON record_logentry TO :"reading";
