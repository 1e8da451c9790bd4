-- The search vector is stored in the row if it fits, so that ranking doesn't have to fetch it separately. PostgreSQL
-- moves the body out of the row first.
ALTER TABLE record_publishedreview ALTER COLUMN search SET STORAGE MAIN;
ALTER TABLE record_publishedclaim ALTER COLUMN search SET STORAGE MAIN;

-- A statement first collects the words of all its rows, and this trigger merges them into the indexes when the
-- statement ends. Only the owner of an index can merge its pending list, so the function runs as the owner.
CREATE OR REPLACE FUNCTION record_search_merged() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM gin_clean_pending_list(TG_ARGV[0]::regclass);
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER search_merged AFTER INSERT OR UPDATE ON record_publishedreview
    FOR EACH STATEMENT EXECUTE FUNCTION record_search_merged('public.review_search');
CREATE OR REPLACE TRIGGER search_merged AFTER INSERT OR UPDATE ON record_publishedclaim
    FOR EACH STATEMENT EXECUTE FUNCTION record_search_merged('public.claim_search');
