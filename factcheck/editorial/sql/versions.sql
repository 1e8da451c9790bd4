-- Every edit raises the version of its row. The pages of the desk refuse to save an older version, so that nobody
-- overwrites what another person, a program or an erasure has changed in the meantime.
CREATE OR REPLACE FUNCTION editorial_raise_version() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    NEW.version := OLD.version + 1;
    RETURN NEW;
END $$;
-- Drafts also change their state without an edit, for example when a submission is taken back.
DO $$
DECLARE
    edited record;
BEGIN
    FOR edited IN SELECT * FROM (VALUES
        ('editorial_publisher', ''),
        ('editorial_ratingscale', ''),
        ('editorial_topic', ''),
        ('editorial_verdict', ''),
        ('editorial_verdictmapping', ''),
        ('editorial_claim', 'WHEN (NEW.changed_at <> OLD.changed_at)'),
        ('editorial_claimant', 'WHEN (NEW.changed_at <> OLD.changed_at)'),
        ('editorial_demand', 'WHEN (NEW.changed_at <> OLD.changed_at)'),
        ('editorial_review', 'WHEN (NEW.changed_at <> OLD.changed_at)')
    ) AS known (name, condition) LOOP
        EXECUTE format('CREATE OR REPLACE TRIGGER version_raised BEFORE UPDATE ON %I
            FOR EACH ROW %s EXECUTE FUNCTION editorial_raise_version()', edited.name, edited.condition);
    END LOOP;
END $$;

-- The page of an account shows neither the last login nor the password.
CREATE OR REPLACE TRIGGER version_raised BEFORE UPDATE ON editorial_user
    FOR EACH ROW WHEN ((NEW.last_login, NEW.password) IS NOT DISTINCT FROM (OLD.last_login, OLD.password))
    EXECUTE FUNCTION editorial_raise_version();

-- For rows that are shown on the page of another row, and are also changed elsewhere. All other inline rows are saved
-- together with their own row.
CREATE OR REPLACE FUNCTION editorial_raise_parents_version() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    EXECUTE format('UPDATE %I SET version = version + 1 WHERE id = $1', TG_ARGV[0])
        USING (to_jsonb(coalesce(NEW, OLD)) ->> TG_ARGV[1])::bigint;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER parents_version_raised AFTER INSERT OR UPDATE OR DELETE ON editorial_verdict
    FOR EACH ROW EXECUTE FUNCTION editorial_raise_parents_version('editorial_ratingscale', 'scale_id');
CREATE OR REPLACE TRIGGER parents_version_raised AFTER INSERT OR UPDATE OR DELETE ON editorial_membership
    FOR EACH ROW EXECUTE FUNCTION editorial_raise_parents_version('editorial_user', 'user_id');
CREATE OR REPLACE TRIGGER parents_version_raised AFTER INSERT OR UPDATE OR DELETE ON editorial_user_groups
    FOR EACH ROW EXECUTE FUNCTION editorial_raise_parents_version('editorial_user', 'user_id');
