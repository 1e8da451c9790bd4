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
DO $$
DECLARE
    subject record;
BEGIN
    FOR subject IN SELECT * FROM (VALUES
        ('editorial_review', 'review_id'),
        ('editorial_demand', 'demand_id'),
        ('editorial_claim', 'claim_id, into_id'),
        ('editorial_importbatch', 'batch_id'),
        ('editorial_verdictmapping', 'mapping_id'),
        ('editorial_user', 'account_id'),
        ('editorial_freeze', 'freeze_id')
    ) AS known (name, columns) LOOP
        EXECUTE format('CREATE OR REPLACE TRIGGER subject_kept BEFORE DELETE ON %I
            FOR EACH ROW EXECUTE FUNCTION editorial_subject_kept(%L)', subject.name, subject.columns);
    END LOOP;
END $$;
