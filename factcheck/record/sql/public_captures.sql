-- A public capture belongs to a live review, whose published body cites the hash of the capture.
CREATE OR REPLACE FUNCTION record_capture_is_cited() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    body jsonb := (SELECT r.body::jsonb FROM record_publishedreview r
                   WHERE r.id = NEW.review_id AND r.status = 'live');
BEGIN
    IF jsonb_path_exists(body, '$.sources[*].capture.sha256 ? (@ == $hash)',
                         jsonb_build_object('hash', NEW.sha256)) IS NOT TRUE
        AND jsonb_path_exists(body, '$.claim.appearances[*].capture.sha256 ? (@ == $hash)',
                              jsonb_build_object('hash', NEW.sha256)) IS NOT TRUE THEN
        RAISE EXCEPTION 'capture %: no live review cites it', NEW.sha256 USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER capture_is_cited BEFORE INSERT OR UPDATE ON record_publiccapture
    FOR EACH ROW EXECUTE FUNCTION record_capture_is_cited();
GRANT SELECT ON record_publiccapture TO :"reading";
