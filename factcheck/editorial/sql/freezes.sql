-- A Chief editor of the newsroom or an account administrator freezes its publishing. An approved proposal ends the freeze
-- (proposals.sql), and nothing else about a freeze ever changes. While it isn't over, no entry of the newsroom is added
-- to the log (entries.sql).
-- The lock on the newsroom's row waits for publications that have begun. A later publication sees the freeze.
CREATE OR REPLACE FUNCTION editorial_freeze_rules() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.begun_at := CASE WHEN NEW.review_id IS NULL THEN NEW.begun_at ELSE clock_timestamp() END;
        PERFORM FROM editorial_publisher WHERE id = NEW.newsroom_id FOR UPDATE;
        IF NEW.ended_at IS NULL AND NEW.review_id IS NULL AND editorial_may_freeze(NEW.begun_by_id, NEW.newsroom_id) THEN
            RETURN NEW;
        END IF;
        -- Each member can hold a review of the newsroom for 24 hours: one review at a time, and each once in 30 days. While
        -- another person holds it, an Editor can hold it for a week.
        IF NEW.ended_at <= clock_timestamp() + (CASE WHEN editorial_is_editor(NEW.begun_by_id, NEW.newsroom_id)
                AND EXISTS (SELECT FROM editorial_freeze WHERE review_id = NEW.review_id AND ended_at > clock_timestamp())
                THEN interval '7 days' ELSE interval '24 hours' END)
            AND editorial_role_in(NEW.begun_by_id, NEW.newsroom_id) <> ''
            AND EXISTS (SELECT FROM editorial_review WHERE id = NEW.review_id AND newsroom_id = NEW.newsroom_id)
            AND NOT EXISTS (SELECT FROM editorial_freeze
                            WHERE review_id IS NOT NULL AND begun_by_id = NEW.begun_by_id AND (
                                ended_at > clock_timestamp()
                                OR review_id = NEW.review_id AND begun_at > clock_timestamp() - interval '30 days')) THEN
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
CREATE OR REPLACE FUNCTION editorial_require_not_frozen(newsrooms bigint[], entry bigint, subject uuid DEFAULT NULL)
RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM FROM editorial_publisher WHERE id = ANY(newsrooms) ORDER BY id FOR KEY SHARE;
    IF EXISTS (SELECT FROM editorial_freeze WHERE newsroom_id = ANY(newsrooms) AND ended_at IS NULL
               OR review_id = subject AND ended_at > clock_timestamp()) THEN
        RAISE EXCEPTION 'log entry %: the newsroom has frozen its publishing', entry USING ERRCODE = 'restrict_violation';
    END IF;
END $$;
