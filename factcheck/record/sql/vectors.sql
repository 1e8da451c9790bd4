-- A withdrawal or an erasure also deletes the review's vector, because a text can be guessed from its vector.
CREATE OR REPLACE FUNCTION record_vector_goes() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    DELETE FROM record_reviewvector WHERE review_id = NEW.id;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER vector_goes AFTER INSERT OR UPDATE ON record_publishedreview
    FOR EACH ROW WHEN (NEW.status <> 'live') EXECUTE FUNCTION record_vector_goes();
