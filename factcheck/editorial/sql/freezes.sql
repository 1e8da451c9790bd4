-- A Chief editor of the newsroom or an account administrator freezes its publishing. An approved proposal ends the freeze
-- (proposals.sql), and nothing else about a freeze ever changes. While it isn't over, no entry of the newsroom is added
-- to the log (entries.sql).
-- The lock on the newsroom's row waits for publications that have begun. A later publication sees the freeze.
CREATE OR REPLACE FUNCTION editorial_freeze_rules() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM FROM editorial_publisher WHERE id = NEW.newsroom_id FOR UPDATE;
        IF NEW.ended_at IS NULL AND editorial_may_freeze(NEW.begun_by_id, NEW.newsroom_id) THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'a Chief editor or an account administrator freezes publishing'
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'UPDATE' THEN
        IF OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL AND to_jsonb(NEW) - 'ended_at' = to_jsonb(OLD) - 'ended_at'
            AND EXISTS (SELECT FROM editorial_proposal
                        WHERE freeze_id = OLD.id AND kind = 'freeze' AND decision = 'approved') THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'freeze %: only two people can end it, and nothing else changes', OLD.id
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE OR REPLACE TRIGGER two_people_end BEFORE INSERT OR UPDATE OR DELETE ON editorial_freeze
    FOR EACH ROW EXECUTE FUNCTION editorial_freeze_rules();
CREATE OR REPLACE TRIGGER freeze_kept BEFORE TRUNCATE ON editorial_freeze
    FOR EACH STATEMENT EXECUTE FUNCTION editorial_refuse();

-- Called at commit for each entry of the log. Publications lock the newsroom's row in a way that only waits for freezes.
CREATE OR REPLACE FUNCTION editorial_require_not_frozen(newsrooms bigint[], entry bigint) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM FROM editorial_publisher WHERE id = ANY(newsrooms) ORDER BY id FOR KEY SHARE;
    IF EXISTS (SELECT FROM editorial_freeze WHERE newsroom_id = ANY(newsrooms) AND ended_at IS NULL) THEN
        RAISE EXCEPTION 'log entry %: the newsroom has frozen its publishing', entry USING ERRCODE = 'restrict_violation';
    END IF;
END $$;
