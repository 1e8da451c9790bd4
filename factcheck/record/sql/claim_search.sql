-- A claim is found by all words of its live reviews, so a search of claims finds whatever a search of reviews finds. A
-- search vector is limited to a megabyte. If the reviews are longer, the words of the newest reviews are left out.
CREATE OR REPLACE FUNCTION record_claim_search() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    most CONSTANT int := 1000000;
    words tsvector;
BEGIN
    NEW.search := '';
    FOR words IN
        SELECT ''::tsvector || search FROM record_publishedreview
        WHERE id = ANY (ARRAY(SELECT (review ->> 'id')::uuid FROM jsonb_array_elements(NEW.body::jsonb -> 'reviews') review))
        ORDER BY sequence
    LOOP
        IF pg_column_size(NEW.search) + pg_column_size(words) < most THEN
            NEW.search := NEW.search || words;
        END IF;
    END LOOP;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER claim_search BEFORE INSERT OR UPDATE OF body ON record_publishedclaim
    FOR EACH ROW EXECUTE FUNCTION record_claim_search();
