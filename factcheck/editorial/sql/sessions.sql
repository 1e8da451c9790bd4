-- The sessions of a closed account end for good, however the account is closed. A reopened account must log in again.
CREATE OR REPLACE FUNCTION editorial_end_sessions() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    DELETE FROM editorial_session WHERE user_id = NEW.id;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER sessions_end AFTER UPDATE ON editorial_user
    FOR EACH ROW WHEN (OLD.is_active AND NOT NEW.is_active) EXECUTE FUNCTION editorial_end_sessions();
ALTER TABLE editorial_user ENABLE ALWAYS TRIGGER sessions_end;
