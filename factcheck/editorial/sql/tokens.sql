-- The scopes of a token are fixed when the token is created. Later, only its last use and its revocation are recorded.
CREATE OR REPLACE FUNCTION editorial_token_fixed() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF to_jsonb(NEW) - ARRAY['used_at', 'revoked_at', 'revoked_by_id']
       IS DISTINCT FROM to_jsonb(OLD) - ARRAY['used_at', 'revoked_at', 'revoked_by_id']
       OR OLD.revoked_at IS NOT NULL AND (NEW.revoked_at, NEW.revoked_by_id)
          IS DISTINCT FROM (OLD.revoked_at, OLD.revoked_by_id) THEN
        RAISE EXCEPTION 'token %: it stays as it was made; revoke it and make another', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER token_fixed BEFORE UPDATE ON editorial_apitoken
    FOR EACH ROW EXECUTE FUNCTION editorial_token_fixed();

CREATE OR REPLACE TRIGGER token_kept BEFORE DELETE ON editorial_apitoken
    FOR EACH ROW EXECUTE FUNCTION editorial_refuse();

-- In a token's transaction, nothing can be submitted, decided or published.
CREATE OR REPLACE FUNCTION editorial_not_by_token() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF coalesce(current_setting('factcheck.token', true), '') <> '' THEN
        RAISE EXCEPTION 'a program drafts; it submits, approves and publishes nothing'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER not_by_token BEFORE INSERT OR UPDATE ON editorial_proposal
    FOR EACH STATEMENT EXECUTE FUNCTION editorial_not_by_token();
CREATE OR REPLACE TRIGGER not_by_token BEFORE INSERT ON record_logentry
    FOR EACH STATEMENT EXECUTE FUNCTION editorial_not_by_token();

-- In the transaction of a token for copies, only captures are added, and sources and appearances refer to them. Everything
-- else in drafts stays as it is, also if the application has a fault.
CREATE OR REPLACE FUNCTION editorial_only_copies_by_token() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF (TG_OP <> 'UPDATE' OR TG_LEVEL = 'STATEMENT'
            OR to_jsonb(NEW) - 'capture_id' IS DISTINCT FROM to_jsonb(OLD) - 'capture_id')
        AND EXISTS (SELECT FROM editorial_apitoken
                    WHERE id = current_setting('factcheck.token')::uuid AND scopes = '{copies:write}') THEN
        RAISE EXCEPTION 'this token only adds copies' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['review', 'claim', 'claimant', 'authorship', 'reply', 'demand', 'picture', 'apitoken'] LOOP
        EXECUTE format('CREATE OR REPLACE TRIGGER only_copies_by_token BEFORE INSERT OR UPDATE OR DELETE ON editorial_%s
            FOR EACH STATEMENT WHEN (current_setting(''factcheck.token'', true) <> '''')
            EXECUTE FUNCTION editorial_only_copies_by_token()', name);
    END LOOP;
    FOREACH name IN ARRAY ARRAY['source', 'appearance'] LOOP
        EXECUTE format('CREATE OR REPLACE TRIGGER only_copies_by_token BEFORE INSERT OR UPDATE OR DELETE ON editorial_%s
            FOR EACH ROW WHEN (current_setting(''factcheck.token'', true) <> '''')
            EXECUTE FUNCTION editorial_only_copies_by_token()', name);
    END LOOP;
END $$;
CREATE OR REPLACE TRIGGER only_copies_by_token BEFORE UPDATE OR DELETE ON editorial_capture
    FOR EACH STATEMENT WHEN (current_setting('factcheck.token', true) <> '')
    EXECUTE FUNCTION editorial_only_copies_by_token();
