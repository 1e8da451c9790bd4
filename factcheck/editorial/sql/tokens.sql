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
