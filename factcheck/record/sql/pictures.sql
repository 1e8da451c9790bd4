-- A withdrawal or an erasure also deletes the review's pictures, so readers can't open them any more.
CREATE OR REPLACE FUNCTION record_pictures_go() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    DELETE FROM record_publishedpicture WHERE review_id = NEW.id;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER pictures_go AFTER INSERT OR UPDATE ON record_publishedreview
    FOR EACH ROW WHEN (NEW.status <> 'live') EXECUTE FUNCTION record_pictures_go();

-- A file becomes public only as a picture of a live review whose text contains the picture's path with its SHA-256.
-- The file itself is compared with this SHA-256 when it is copied and each time it is sent (`public_files.py`).
CREATE OR REPLACE FUNCTION record_picture_is_in_the_text() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM record_publishedreview r WHERE r.id = NEW.review_id AND r.status = 'live'
        AND position('/pictures/' || NEW.sha256 || '.' IN r.body::jsonb ->> 'body') > 0) THEN
        RAISE EXCEPTION 'picture %: no live review contains it', NEW.sha256
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER picture_is_in_the_text BEFORE INSERT OR UPDATE ON record_publishedpicture
    FOR EACH ROW WHEN (NEW.width IS NOT NULL) EXECUTE FUNCTION record_picture_is_in_the_text();
