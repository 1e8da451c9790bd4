-- Who decided on a demand or a merge, and when, stays as it was. Another decision brings its own person and time,
-- for example when an approved demand is returned. approvals.sql and imports.sql hold this for reviews and imports.
CREATE OR REPLACE FUNCTION editorial_decision_kept() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '% %: who decided and when cannot be changed', TG_TABLE_NAME, OLD.id
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE OR REPLACE TRIGGER decision_kept BEFORE UPDATE ON editorial_demandapproval
    FOR EACH ROW WHEN (OLD.decision <> '' AND NEW.decision = OLD.decision
          AND (NEW.decided_by_id, NEW.decided_at) IS DISTINCT FROM (OLD.decided_by_id, OLD.decided_at))
    EXECUTE FUNCTION editorial_decision_kept();
ALTER TABLE editorial_demandapproval ENABLE ALWAYS TRIGGER decision_kept;
CREATE OR REPLACE TRIGGER decision_kept BEFORE UPDATE ON editorial_claimmerge
    FOR EACH ROW WHEN (OLD.decision <> '' AND NEW.decision = OLD.decision
          AND (NEW.decided_by_id, NEW.decided_at) IS DISTINCT FROM (OLD.decided_by_id, OLD.decided_at))
    EXECUTE FUNCTION editorial_decision_kept();
ALTER TABLE editorial_claimmerge ENABLE ALWAYS TRIGGER decision_kept;

-- An entry about a demand or a claim names the newsroom that it belongs to.
-- Runs at commit, when the document exists. approvals.sql holds this for reviews.
CREATE OR REPLACE FUNCTION editorial_speaks_for_its_newsroom() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM record_revisiondocument d
        JOIN editorial_publisher p ON p.site = convert_from(d.document, 'UTF8')::jsonb #>> '{publisher,site}'
        WHERE d.sequence = NEW.sequence AND p.id IN (
            SELECT newsroom_id FROM editorial_demand WHERE id = NEW.subject
            UNION ALL SELECT newsroom_id FROM editorial_claimmerge WHERE sequence = NEW.sequence)
    ) THEN
        RAISE EXCEPTION 'log entry %: it speaks for another newsroom', NEW.sequence
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
DROP TRIGGER IF EXISTS speaks_for_its_newsroom ON record_logentry;
CREATE CONSTRAINT TRIGGER speaks_for_its_newsroom AFTER INSERT ON record_logentry DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.kind LIKE 'demand.%' OR NEW.kind LIKE 'claim.%')
    EXECUTE FUNCTION editorial_speaks_for_its_newsroom();
ALTER TABLE record_logentry ENABLE ALWAYS TRIGGER speaks_for_its_newsroom;
