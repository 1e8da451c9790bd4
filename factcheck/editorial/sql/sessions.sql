-- The sessions and the API tokens of a closed account end for good, however the account is closed. A reopened account
-- must log in again and create new tokens.
CREATE OR REPLACE FUNCTION editorial_end_access() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    DELETE FROM editorial_session WHERE user_id = NEW.id;
    UPDATE editorial_apitoken SET revoked_at = clock_timestamp(),
        revoked_by_id = coalesce(nullif(current_setting('factcheck.actor', true), '')::bigint, NEW.id)
        WHERE user_id = NEW.id AND revoked_at IS NULL;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER access_ends AFTER UPDATE ON editorial_user
    FOR EACH ROW WHEN (OLD.is_active AND NOT NEW.is_active) EXECUTE FUNCTION editorial_end_access();
