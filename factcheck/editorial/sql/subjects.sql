-- A review, demand, claim, import, mapping or account can't be deleted once there has been a proposal about it.
-- The foreign keys of proposals are checked at commit. Without this rule, a transaction could delete a row and insert
-- it again with another creator. Each trigger's arguments are the columns of editorial_proposal that refer to its
-- table.
CREATE OR REPLACE FUNCTION editorial_subject_kept() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    proposed boolean;
BEGIN
    EXECUTE format('SELECT EXISTS (SELECT FROM editorial_proposal WHERE $1 IN (%s))', TG_ARGV[0])
        INTO proposed USING OLD.id;
    IF proposed THEN
        RAISE EXCEPTION 'DELETE of % is refused: something about it was proposed', TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN OLD;
END $$;
CREATE OR REPLACE TRIGGER subject_kept BEFORE DELETE ON editorial_review
    FOR EACH ROW EXECUTE FUNCTION editorial_subject_kept('review_id');
ALTER TABLE editorial_review ENABLE ALWAYS TRIGGER subject_kept;
CREATE OR REPLACE TRIGGER subject_kept BEFORE DELETE ON editorial_demand
    FOR EACH ROW EXECUTE FUNCTION editorial_subject_kept('demand_id');
ALTER TABLE editorial_demand ENABLE ALWAYS TRIGGER subject_kept;
CREATE OR REPLACE TRIGGER subject_kept BEFORE DELETE ON editorial_claim
    FOR EACH ROW EXECUTE FUNCTION editorial_subject_kept('claim_id, into_id');
ALTER TABLE editorial_claim ENABLE ALWAYS TRIGGER subject_kept;
CREATE OR REPLACE TRIGGER subject_kept BEFORE DELETE ON editorial_importbatch
    FOR EACH ROW EXECUTE FUNCTION editorial_subject_kept('batch_id');
ALTER TABLE editorial_importbatch ENABLE ALWAYS TRIGGER subject_kept;
CREATE OR REPLACE TRIGGER subject_kept BEFORE DELETE ON editorial_verdictmapping
    FOR EACH ROW EXECUTE FUNCTION editorial_subject_kept('mapping_id');
ALTER TABLE editorial_verdictmapping ENABLE ALWAYS TRIGGER subject_kept;
CREATE OR REPLACE TRIGGER subject_kept BEFORE DELETE ON editorial_user
    FOR EACH ROW EXECUTE FUNCTION editorial_subject_kept('account_id');
ALTER TABLE editorial_user ENABLE ALWAYS TRIGGER subject_kept;
