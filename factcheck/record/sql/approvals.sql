-- The signatures are those that the document commits to. They are inserted after the document, and deleted after it by an
-- erasure. Readers' processes can't read them, because they name people's keys.
CREATE OR REPLACE FUNCTION record_approval_fits() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' AND EXISTS (SELECT 1 FROM record_revisiondocument d WHERE d.sequence = OLD.sequence) THEN
        RAISE EXCEPTION 'DELETE of record_approval is refused: its document is not erased'
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'INSERT' AND NOT EXISTS (
        SELECT 1 FROM record_revisiondocument d WHERE d.sequence = NEW.sequence
            AND convert_from(d.document, 'UTF8')::jsonb #>> '{approval,commitment}'
                = encode(sha256(d.salt || convert_to(NEW.opening, 'UTF8')), 'hex')) THEN
        RAISE EXCEPTION 'the approval of log entry % is not what its document commits to', NEW.sequence
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE OR REPLACE TRIGGER approval_fits BEFORE INSERT OR DELETE ON record_approval
    FOR EACH ROW EXECUTE FUNCTION record_approval_fits();
CREATE OR REPLACE TRIGGER approval_fixed BEFORE UPDATE ON record_approval
    FOR EACH ROW EXECUTE FUNCTION record_refuse();
CREATE OR REPLACE TRIGGER approvals_kept BEFORE TRUNCATE ON record_approval
    FOR EACH STATEMENT EXECUTE FUNCTION record_refuse();

REVOKE ALL ON record_approval FROM :"application";
GRANT SELECT, INSERT, DELETE ON record_approval TO :"application";
