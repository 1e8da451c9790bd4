-- The log proves that the newsroom had this file at this time, so a capture that is done never changes. A time stamp can
-- be added once, and the newsroom decides whether the capture is public and describes its picture.
CREATE OR REPLACE FUNCTION editorial_capture_kept() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF (NEW.id, NEW.newsroom_id, NEW.url, NEW.requested_by_id, NEW.requested_at)
            IS DISTINCT FROM (OLD.id, OLD.newsroom_id, OLD.url, OLD.requested_by_id, OLD.requested_at)
        OR OLD.state = 'done' AND (
            to_jsonb(NEW) - '{is_public,alt,timestamp_token}'::text[] IS DISTINCT FROM
            to_jsonb(OLD) - '{is_public,alt,timestamp_token}'::text[]
            OR OLD.timestamp_token IS NOT NULL AND NEW.timestamp_token IS DISTINCT FROM OLD.timestamp_token) THEN
        RAISE EXCEPTION 'capture %: it is done and cannot change', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER capture_kept BEFORE UPDATE ON editorial_capture
    FOR EACH ROW EXECUTE FUNCTION editorial_capture_kept();

-- A newsroom's sources and appearances refer to its own captures only. Each use is remembered, because a published
-- revision can refer to a capture that the draft no longer has.
CREATE OR REPLACE FUNCTION editorial_capture_is_own() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    newsroom bigint;
BEGIN
    IF TG_TABLE_NAME = 'editorial_source' THEN
        SELECT newsroom_id INTO newsroom FROM editorial_review WHERE id = NEW.review_id;
    ELSE
        SELECT newsroom_id INTO newsroom FROM editorial_claim WHERE id = NEW.claim_id;
    END IF;
    IF NOT EXISTS (SELECT 1 FROM editorial_capture WHERE id = NEW.capture_id AND newsroom_id = newsroom) THEN
        RAISE EXCEPTION 'capture %: it belongs to another newsroom', NEW.capture_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_TABLE_NAME = 'editorial_source' THEN
        INSERT INTO editorial_capture_reviews (capture_id, review_id) VALUES (NEW.capture_id, NEW.review_id)
            ON CONFLICT DO NOTHING;
    ELSE
        INSERT INTO editorial_capture_claims (capture_id, claim_id) VALUES (NEW.capture_id, NEW.claim_id)
            ON CONFLICT DO NOTHING;
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER capture_is_own BEFORE INSERT OR UPDATE ON editorial_source
    FOR EACH ROW WHEN (NEW.capture_id IS NOT NULL) EXECUTE FUNCTION editorial_capture_is_own();
CREATE OR REPLACE TRIGGER capture_is_own BEFORE INSERT OR UPDATE ON editorial_appearance
    FOR EACH ROW WHEN (NEW.capture_id IS NOT NULL) EXECUTE FUNCTION editorial_capture_is_own();
