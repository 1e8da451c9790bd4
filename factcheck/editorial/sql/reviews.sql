-- Who began a review, and with what, decides who may approve it (approvals.sql), so it never changes.
CREATE OR REPLACE FUNCTION editorial_review_begun() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'review %: who began it, and with what, cannot be changed', OLD.id
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE OR REPLACE TRIGGER review_begun BEFORE UPDATE ON editorial_review
    FOR EACH ROW WHEN ((NEW.created_by_id, NEW.token_id, NEW.import_key) IS DISTINCT FROM
                       (OLD.created_by_id, OLD.token_id, OLD.import_key))
    EXECUTE FUNCTION editorial_review_begun();
ALTER TABLE editorial_review ENABLE ALWAYS TRIGGER review_begun;
