-- A proposed merge or split stays as it was. A newsroom proposes only what touches a claim of its own.
-- An Editor decides: of a merge between two newsrooms' claims, an Editor of the other newsroom.
-- The constraint claimmerge_two_people keeps the person who proposed from deciding.
CREATE OR REPLACE FUNCTION editorial_claimmerge_rules() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    mine bigint := (SELECT newsroom_id FROM editorial_claim WHERE id = NEW.claim_id);
    theirs bigint := (SELECT newsroom_id FROM editorial_claim WHERE id = NEW.into_id);
    deciding bigint := CASE WHEN NEW.action = 'split' THEN NEW.newsroom_id
                            WHEN NEW.newsroom_id = mine THEN theirs ELSE mine END;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF (NEW.id, NEW.action, NEW.newsroom_id, NEW.claim_id, NEW.into_id, NEW.statement, NEW.digest, NEW.note,
            NEW.submitted_by_id, NEW.submitted_at)
           IS DISTINCT FROM
           (OLD.id, OLD.action, OLD.newsroom_id, OLD.claim_id, OLD.into_id, OLD.statement, OLD.digest, OLD.note,
            OLD.submitted_by_id, OLD.submitted_at)
           OR OLD.sequence IS NOT NULL AND NEW.sequence IS DISTINCT FROM OLD.sequence
           OR OLD.decision <> '' AND NEW.decision <> OLD.decision THEN
            RAISE EXCEPTION 'merge %: what was proposed or decided cannot be changed', OLD.id
                USING ERRCODE = 'restrict_violation';
        END IF;
    ELSIF NEW.sequence IS NOT NULL THEN
        RAISE EXCEPTION 'a proposal begins before the publication' USING ERRCODE = 'restrict_violation';
    ELSIF NEW.newsroom_id NOT IN (mine, theirs) THEN
        RAISE EXCEPTION 'neither claim is of the newsroom that proposes to merge them'
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.digest <> encode(sha256(convert_to(NEW.statement, 'UTF8')), 'hex') THEN
        RAISE EXCEPTION 'the statement has not the digest of its proposal' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.decision = 'approved' AND (TG_OP = 'INSERT' OR OLD.decision <> 'approved') AND NOT EXISTS (
        SELECT 1 FROM editorial_membership m JOIN editorial_user u ON u.id = m.user_id AND u.is_active
        WHERE m.user_id = NEW.decided_by_id AND m.role IN ('editor', 'chief_editor') AND m.publisher_id = deciding
    ) THEN
        RAISE EXCEPTION 'only an Editor of the newsroom that decides approves' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER merge_rules BEFORE INSERT OR UPDATE ON editorial_claimmerge
    FOR EACH ROW EXECUTE FUNCTION editorial_claimmerge_rules();
ALTER TABLE editorial_claimmerge ENABLE ALWAYS TRIGGER merge_rules;

CREATE OR REPLACE TRIGGER merge_fixed BEFORE DELETE ON editorial_claimmerge
    FOR EACH ROW EXECUTE FUNCTION editorial_refuse();
ALTER TABLE editorial_claimmerge ENABLE ALWAYS TRIGGER merge_fixed;
CREATE OR REPLACE TRIGGER merge_kept BEFORE TRUNCATE ON editorial_claimmerge
    FOR EACH STATEMENT EXECUTE FUNCTION editorial_refuse();
ALTER TABLE editorial_claimmerge ENABLE ALWAYS TRIGGER merge_kept;

-- Every entry about a claim has an approval of exactly what its document says, and gives the reason.
-- Runs at commit, because the proposal learns its sequence number after the entry is inserted.
CREATE OR REPLACE FUNCTION editorial_merge_was_approved() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    merge editorial_claimmerge%ROWTYPE;
    document jsonb;
BEGIN
    SELECT * INTO merge FROM editorial_claimmerge WHERE sequence = NEW.sequence;
    SELECT convert_from(d.document, 'UTF8')::jsonb INTO document
        FROM record_revisiondocument d WHERE d.sequence = NEW.sequence;
    IF merge.id IS NULL OR merge.decision <> 'approved' OR merge.claim_id <> NEW.subject
        OR merge.action <> split_part(NEW.kind, '.', 2)
        OR document - ARRAY['published_at', 'updated_at', 'revision'] IS DISTINCT FROM merge.statement::jsonb
        OR document #>> ARRAY[CASE merge.action WHEN 'merge' THEN 'into' ELSE 'from' END, 'id']
           IS DISTINCT FROM merge.into_id::text
        OR document #>> '{revision,class}' IS NOT NULL
        OR document #>> '{revision,note}' IS DISTINCT FROM merge.note THEN
        RAISE EXCEPTION 'log entry %: nobody approved what it publishes', NEW.sequence
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
DROP TRIGGER IF EXISTS merge_was_approved ON record_logentry;
CREATE CONSTRAINT TRIGGER merge_was_approved AFTER INSERT ON record_logentry DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.kind LIKE 'claim.%') EXECUTE FUNCTION editorial_merge_was_approved();
ALTER TABLE record_logentry ENABLE ALWAYS TRIGGER merge_was_approved;

-- The application adds proposals and deletes none.
REVOKE DELETE, TRUNCATE ON editorial_claimmerge FROM :"application";
