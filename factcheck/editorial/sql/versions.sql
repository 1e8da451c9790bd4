-- Every edit raises the version of its row. The pages of the desk refuse to save an older version, so that nobody
-- overwrites what another person, a program or an erasure has changed in the meantime.
CREATE OR REPLACE FUNCTION editorial_raise_version() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    NEW.version := OLD.version + 1;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER version_raised BEFORE UPDATE ON editorial_publisher
    FOR EACH ROW EXECUTE FUNCTION editorial_raise_version();
ALTER TABLE editorial_publisher ENABLE ALWAYS TRIGGER version_raised;
CREATE OR REPLACE TRIGGER version_raised BEFORE UPDATE ON editorial_ratingscale
    FOR EACH ROW EXECUTE FUNCTION editorial_raise_version();
ALTER TABLE editorial_ratingscale ENABLE ALWAYS TRIGGER version_raised;
CREATE OR REPLACE TRIGGER version_raised BEFORE UPDATE ON editorial_topic
    FOR EACH ROW EXECUTE FUNCTION editorial_raise_version();
ALTER TABLE editorial_topic ENABLE ALWAYS TRIGGER version_raised;
CREATE OR REPLACE TRIGGER version_raised BEFORE UPDATE ON editorial_verdict
    FOR EACH ROW EXECUTE FUNCTION editorial_raise_version();
ALTER TABLE editorial_verdict ENABLE ALWAYS TRIGGER version_raised;
CREATE OR REPLACE TRIGGER version_raised BEFORE UPDATE ON editorial_verdictmapping
    FOR EACH ROW EXECUTE FUNCTION editorial_raise_version();
ALTER TABLE editorial_verdictmapping ENABLE ALWAYS TRIGGER version_raised;

-- The page of an account shows neither the last login nor the password.
CREATE OR REPLACE TRIGGER version_raised BEFORE UPDATE ON editorial_user
    FOR EACH ROW WHEN ((NEW.last_login, NEW.password) IS NOT DISTINCT FROM (OLD.last_login, OLD.password))
    EXECUTE FUNCTION editorial_raise_version();
ALTER TABLE editorial_user ENABLE ALWAYS TRIGGER version_raised;

-- Drafts also change their state without an edit, for example when a submission is taken back.
CREATE OR REPLACE TRIGGER version_raised BEFORE UPDATE ON editorial_claim
    FOR EACH ROW WHEN (NEW.changed_at <> OLD.changed_at) EXECUTE FUNCTION editorial_raise_version();
ALTER TABLE editorial_claim ENABLE ALWAYS TRIGGER version_raised;
CREATE OR REPLACE TRIGGER version_raised BEFORE UPDATE ON editorial_claimant
    FOR EACH ROW WHEN (NEW.changed_at <> OLD.changed_at) EXECUTE FUNCTION editorial_raise_version();
ALTER TABLE editorial_claimant ENABLE ALWAYS TRIGGER version_raised;
CREATE OR REPLACE TRIGGER version_raised BEFORE UPDATE ON editorial_demand
    FOR EACH ROW WHEN (NEW.changed_at <> OLD.changed_at) EXECUTE FUNCTION editorial_raise_version();
ALTER TABLE editorial_demand ENABLE ALWAYS TRIGGER version_raised;
CREATE OR REPLACE TRIGGER version_raised BEFORE UPDATE ON editorial_review
    FOR EACH ROW WHEN (NEW.changed_at <> OLD.changed_at) EXECUTE FUNCTION editorial_raise_version();
ALTER TABLE editorial_review ENABLE ALWAYS TRIGGER version_raised;

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
ALTER TABLE editorial_verdict ENABLE ALWAYS TRIGGER parents_version_raised;
CREATE OR REPLACE TRIGGER parents_version_raised AFTER INSERT OR UPDATE OR DELETE ON editorial_membership
    FOR EACH ROW EXECUTE FUNCTION editorial_raise_parents_version('editorial_user', 'user_id');
ALTER TABLE editorial_membership ENABLE ALWAYS TRIGGER parents_version_raised;
CREATE OR REPLACE TRIGGER parents_version_raised AFTER INSERT OR UPDATE OR DELETE ON editorial_user_groups
    FOR EACH ROW EXECUTE FUNCTION editorial_raise_parents_version('editorial_user', 'user_id');
ALTER TABLE editorial_user_groups ENABLE ALWAYS TRIGGER parents_version_raised;
