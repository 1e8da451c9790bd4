-- A submitted demand stays as it was. The person who decides is an Editor of the newsroom.
-- The constraint demandapproval_two_people keeps the submitter from deciding.
CREATE OR REPLACE FUNCTION editorial_demandapproval_rules() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF (NEW.id, NEW.demand_id, NEW.statement, NEW.digest, NEW.note, NEW.submitted_by_id, NEW.submitted_at)
           IS DISTINCT FROM
           (OLD.id, OLD.demand_id, OLD.statement, OLD.digest, OLD.note, OLD.submitted_by_id, OLD.submitted_at)
           OR OLD.sequence IS NOT NULL AND NEW.sequence IS DISTINCT FROM OLD.sequence
           OR OLD.decision = 'returned' AND NEW.decision <> 'returned'
           OR OLD.decision = 'approved' AND (NEW.decision = '' OR OLD.sequence IS NOT NULL
                                             AND NEW.decision <> 'approved') THEN
            RAISE EXCEPTION 'approval % of a demand: what was submitted or decided cannot be changed', OLD.id
                USING ERRCODE = 'restrict_violation';
        END IF;
    ELSIF NEW.sequence IS NOT NULL THEN
        RAISE EXCEPTION 'an approval begins before the publication' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.digest <> encode(sha256(convert_to(NEW.statement, 'UTF8')), 'hex') THEN
        RAISE EXCEPTION 'the statement has not the digest of its approval' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.decision = 'approved' AND (TG_OP = 'INSERT' OR OLD.decision <> 'approved') AND NOT EXISTS (
        SELECT 1 FROM editorial_membership m
        JOIN editorial_demand d ON d.newsroom_id = m.publisher_id AND d.id = NEW.demand_id
        JOIN editorial_user u ON u.id = m.user_id AND u.is_active
        WHERE m.user_id = NEW.decided_by_id AND m.role IN ('editor', 'chief_editor')
    ) THEN
        RAISE EXCEPTION 'only an Editor of the newsroom approves' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER approval_rules BEFORE INSERT OR UPDATE ON editorial_demandapproval
    FOR EACH ROW EXECUTE FUNCTION editorial_demandapproval_rules();
ALTER TABLE editorial_demandapproval ENABLE ALWAYS TRIGGER approval_rules;

CREATE OR REPLACE TRIGGER approval_fixed BEFORE DELETE ON editorial_demandapproval
    FOR EACH ROW EXECUTE FUNCTION editorial_refuse();
ALTER TABLE editorial_demandapproval ENABLE ALWAYS TRIGGER approval_fixed;
CREATE OR REPLACE TRIGGER approval_kept BEFORE TRUNCATE ON editorial_demandapproval
    FOR EACH STATEMENT EXECUTE FUNCTION editorial_refuse();
ALTER TABLE editorial_demandapproval ENABLE ALWAYS TRIGGER approval_kept;

-- Every entry about a demand has an approval of exactly what its document says, and keeps the register's rules.
-- Runs at commit, because the approval learns its sequence number after the entry is inserted.
CREATE OR REPLACE FUNCTION editorial_demand_was_approved() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    approval editorial_demandapproval%ROWTYPE;
    document jsonb;
BEGIN
    SELECT * INTO approval FROM editorial_demandapproval WHERE sequence = NEW.sequence;
    SELECT convert_from(d.document, 'UTF8')::jsonb INTO document
        FROM record_revisiondocument d WHERE d.sequence = NEW.sequence;
    IF approval.id IS NULL OR approval.decision <> 'approved' OR approval.demand_id <> NEW.subject
        OR document - ARRAY['published_at', 'updated_at', 'revision'] IS DISTINCT FROM approval.statement::jsonb
        OR document #>> '{revision,class}' IS NOT NULL
        OR document #>> '{revision,note}' IS DISTINCT FROM nullif(approval.note, '') THEN
        RAISE EXCEPTION 'log entry %: nobody approved what it publishes', NEW.sequence
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF (document ->> 'delayed_until')::date > (NEW.at AT TIME ZONE 'UTC')::date THEN
        RAISE EXCEPTION 'log entry %: it may not be public before %', NEW.sequence, document ->> 'delayed_until'
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF document #>> '{from,type}' = 'person' AND document #>> '{from,name}' IS NOT NULL THEN
        RAISE EXCEPTION 'log entry %: a private person is not named', NEW.sequence
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF document ->> 'withheld' IS NULL AND (document ->> 'asked' IS NULL
        OR document #>> '{from,name}' IS NULL AND document #>> '{from,description}' IS NULL) THEN
        RAISE EXCEPTION 'log entry %: something is left out, and nothing says why', NEW.sequence
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.kind = 'demand.updated' AND document #>> '{revision,note}' IS NULL THEN
        RAISE EXCEPTION 'log entry %: nothing says what changed', NEW.sequence USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
DROP TRIGGER IF EXISTS demand_was_approved ON record_logentry;
CREATE CONSTRAINT TRIGGER demand_was_approved AFTER INSERT ON record_logentry DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.kind LIKE 'demand.%') EXECUTE FUNCTION editorial_demand_was_approved();
ALTER TABLE record_logentry ENABLE ALWAYS TRIGGER demand_was_approved;

-- The application adds approvals and deletes none.
REVOKE DELETE, TRUNCATE ON editorial_demandapproval FROM :"application";
