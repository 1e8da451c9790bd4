-- A signature never changes. It is deleted when its proposal has been cleared, which also deletes the salt.
CREATE OR REPLACE FUNCTION editorial_signature_kept() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' AND EXISTS (SELECT FROM editorial_proposal WHERE id = OLD.proposal_id AND salt = '') THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '% of % is refused: a signature is kept as it was', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE OR REPLACE TRIGGER signature_kept BEFORE UPDATE OR DELETE ON editorial_signature
    FOR EACH ROW EXECUTE FUNCTION editorial_signature_kept();
CREATE OR REPLACE TRIGGER signatures_kept BEFORE TRUNCATE ON editorial_signature
    FOR EACH STATEMENT EXECUTE FUNCTION editorial_refuse();
