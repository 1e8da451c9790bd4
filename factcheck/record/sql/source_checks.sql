-- A check belongs to a source of a live review.
CREATE OR REPLACE FUNCTION record_check_is_of_a_source() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF jsonb_path_exists((SELECT r.body::jsonb FROM record_publishedreview r
                          WHERE r.id = NEW.review_id AND r.status = 'live'),
                         '$.sources[*].url ? (@ == $url)', jsonb_build_object('url', NEW.url)) IS NOT TRUE THEN
        RAISE EXCEPTION 'check of %: no live review cites it', NEW.review_id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER check_is_of_a_source BEFORE INSERT OR UPDATE ON record_sourcecheck
    FOR EACH ROW EXECUTE FUNCTION record_check_is_of_a_source();

-- When a review changes, the checks of sources that it no longer cites are deleted, because a URL can be erased content.
CREATE OR REPLACE FUNCTION record_checks_go() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    DELETE FROM record_sourcecheck c WHERE c.review_id = NEW.id AND (NEW.status <> 'live' OR NOT jsonb_path_exists(
        NEW.body::jsonb, '$.sources[*].url ? (@ == $url)', jsonb_build_object('url', c.url)));
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER checks_go AFTER INSERT OR UPDATE ON record_publishedreview
    FOR EACH ROW EXECUTE FUNCTION record_checks_go();
GRANT SELECT ON record_sourcecheck TO :"reading";
