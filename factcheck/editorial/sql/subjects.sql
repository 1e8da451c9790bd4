-- No row to which a proposal refers can be deleted. Log entries have their own rules (record/sql/log_entries.sql).
-- The foreign keys of proposals are checked at commit. Without this rule, a transaction could delete a row and insert
-- it again with another creator. Each trigger's arguments are the columns of editorial_proposal that refer to its
-- table, also columns of migrations that run after the rules (operations/management/commands/migrate.py).
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
    FOR subject IN
        SELECT confrelid::regclass AS name, string_agg(quote_ident(attname), ', ' ORDER BY attname) AS columns
        FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
        WHERE conrelid = 'editorial_proposal'::regclass AND contype = 'f' AND confrelid <> 'record_logentry'::regclass
        GROUP BY confrelid
    LOOP
        EXECUTE format('CREATE OR REPLACE TRIGGER subject_kept BEFORE DELETE ON %s
            FOR EACH ROW EXECUTE FUNCTION editorial_subject_kept(%L)', subject.name, subject.columns);
    END LOOP;
END $$;
