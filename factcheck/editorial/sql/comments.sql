-- A comment belongs to the newsroom of its subject, and a member of this newsroom writes it. A tip to every newsroom can
-- have comments of several newsrooms. An answer has the subject and the newsroom of its thread.
-- The text changes only if a passage of the draft is forgotten. A thread can be resolved, and its claim can be replaced
-- with another claim of the newsroom. A comment is deleted only with its subject, by the trigger below, or with the text
-- of its subject: by an erasure, or when the draft was thrown away long ago.
CREATE OR REPLACE FUNCTION editorial_comment_rules() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    free text[] := ARRAY['text', 'claim_id', 'resolved_by_id'];
    about public.editorial_comment := CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    draft uuid := coalesce(about.review_id, (SELECT review_id FROM editorial_source WHERE id = about.source_id));
    person bigint;
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF pg_trigger_depth() > 1 OR editorial_erases_claim(OLD.claim_id, date_trunc('second', OLD.at))
            OR EXISTS (SELECT FROM record_logentry WHERE subject = draft AND kind = 'review.erasure'
                       AND at >= date_trunc('second', OLD.at))
            OR EXISTS (SELECT FROM editorial_review WHERE id = draft AND state = 'discarded'
                       AND coalesce(discarded_at < now() - interval :'drafts_kept', true)) THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION 'comment %: it goes with its subject', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'INSERT' THEN
        person := NEW.author_id;
    ELSIF NEW.resolved_by_id IS DISTINCT FROM OLD.resolved_by_id THEN
        person := NEW.resolved_by_id;
    END IF;
    IF TG_OP = 'UPDATE' AND (to_jsonb(NEW) - free IS DISTINCT FROM to_jsonb(OLD) - free
            OR NEW.text <> OLD.text AND NOT editorial_forgets(coalesce(draft, OLD.claim_id))) THEN
        RAISE EXCEPTION 'comment %: it is kept as it was', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    IF person IS NOT NULL AND editorial_role_in(person, NEW.newsroom_id) = '' OR NOT EXISTS (
            SELECT FROM editorial_claim WHERE id = NEW.claim_id AND newsroom_id = NEW.newsroom_id
            UNION ALL SELECT FROM editorial_review WHERE id = draft AND newsroom_id = NEW.newsroom_id
            UNION ALL SELECT FROM editorial_readermessage
                      WHERE id = NEW.message_id AND coalesce(newsroom_id, NEW.newsroom_id) = NEW.newsroom_id)
        OR NEW.thread_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM editorial_comment t WHERE t.id = NEW.thread_id AND t.thread_id IS NULL
            AND (t.newsroom_id, t.claim_id, t.review_id, t.source_id, t.message_id) IS NOT DISTINCT FROM
                (NEW.newsroom_id, NEW.claim_id, NEW.review_id, NEW.source_id, NEW.message_id)) THEN
        RAISE EXCEPTION 'a comment is written in the newsroom of its subject, by a member'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER comment_rules BEFORE INSERT OR UPDATE OR DELETE ON editorial_comment
    FOR EACH ROW EXECUTE FUNCTION editorial_comment_rules();

-- At commit, rows that refer to a deleted row are deleted too. A saved state that is restored deletes the sources of its
-- draft and makes them again, so the comments on these sources stay. The arguments are the table and the column.
CREATE OR REPLACE FUNCTION editorial_goes_along() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    EXECUTE format('DELETE FROM %I WHERE %I = $1 AND NOT EXISTS (SELECT FROM %I WHERE id = $1)',
                   TG_ARGV[0], TG_ARGV[1], TG_TABLE_NAME) USING OLD.id;
    RETURN NULL;
END $$;
DO $$
DECLARE
    subject record;
BEGIN
    FOR subject IN SELECT * FROM (VALUES ('claim', 'claim_id'), ('review', 'review_id'), ('source', 'source_id'),
                                         ('readermessage', 'message_id')) AS named (name, reference) LOOP
        EXECUTE format('DROP TRIGGER IF EXISTS comments_go_along ON editorial_%s', subject.name);
        EXECUTE format('CREATE CONSTRAINT TRIGGER comments_go_along AFTER DELETE ON editorial_%s
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION editorial_goes_along(%L, %L)',
            subject.name, 'editorial_comment', subject.reference);
    END LOOP;
END $$;
