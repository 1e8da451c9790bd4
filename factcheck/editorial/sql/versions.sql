-- Every edit of a draft raises its version. The pages of the desk refuse to save an older version, so that nobody
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
    edited text;
BEGIN
    FOREACH edited IN ARRAY ARRAY['editorial_claim', 'editorial_claimant', 'editorial_demand', 'editorial_incident',
                                'editorial_review'] LOOP
        EXECUTE format('CREATE OR REPLACE TRIGGER version_raised BEFORE UPDATE ON %I FOR EACH ROW
            WHEN (NEW.changed_at <> OLD.changed_at) EXECUTE FUNCTION editorial_raise_version()', edited);
    END LOOP;
END $$;
