-- A submitted review stays as it was, and so does the decision on it. After an erasure the earlier approvals
-- of that review can be emptied. The digest goes with the statement: it has no salt and would confirm a guess.
-- An unchanged statement isn't hashed again on updates: it keeps the digest that was checked when it was inserted.
CREATE OR REPLACE FUNCTION editorial_approval_rules() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    emptied boolean := TG_OP = 'UPDATE' AND NEW.statement = '' AND NEW.note = '' AND NEW.digest = repeat('0', 64)
        AND EXISTS (
            SELECT 1 FROM editorial_approval later JOIN record_logentry e ON e.sequence = later.sequence
            WHERE later.review_id = NEW.review_id AND later.id > NEW.id AND e.kind = 'review.erasure');
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF (NEW.id, NEW.review_id, NEW.action, NEW.change_class, NEW.batch_id, NEW.submitted_by_id, NEW.submitted_at)
           IS DISTINCT FROM
           (OLD.id, OLD.review_id, OLD.action, OLD.change_class, OLD.batch_id, OLD.submitted_by_id, OLD.submitted_at)
           OR (NEW.statement, NEW.note, NEW.digest) IS DISTINCT FROM (OLD.statement, OLD.note, OLD.digest)
              AND NOT emptied
           OR OLD.sequence IS NOT NULL AND NEW.sequence IS DISTINCT FROM OLD.sequence
           OR OLD.decision = 'returned' AND NEW.decision <> 'returned'
           OR OLD.decision = 'approved' AND NEW.decision = ''
           OR OLD.sequence IS NOT NULL AND (NEW.decision, NEW.decided_by_id, NEW.decided_at)
              IS DISTINCT FROM (OLD.decision, OLD.decided_by_id, OLD.decided_at) THEN
            RAISE EXCEPTION 'approval %: what was submitted or decided cannot be changed', OLD.id
                USING ERRCODE = 'restrict_violation';
        END IF;
    ELSIF NEW.sequence IS NOT NULL THEN
        RAISE EXCEPTION 'an approval begins before the publication' USING ERRCODE = 'restrict_violation';
    ELSIF NEW.digest <> encode(sha256(convert_to(NEW.statement, 'UTF8')), 'hex') THEN
        RAISE EXCEPTION 'the statement has not the digest of its approval' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER approval_rules BEFORE INSERT OR UPDATE ON editorial_approval
    FOR EACH ROW EXECUTE FUNCTION editorial_approval_rules();
ALTER TABLE editorial_approval ENABLE ALWAYS TRIGGER approval_rules;

CREATE OR REPLACE TRIGGER approval_fixed BEFORE DELETE ON editorial_approval
    FOR EACH ROW EXECUTE FUNCTION editorial_refuse();
ALTER TABLE editorial_approval ENABLE ALWAYS TRIGGER approval_fixed;
CREATE OR REPLACE TRIGGER approval_kept BEFORE TRUNCATE ON editorial_approval
    FOR EACH STATEMENT EXECUTE FUNCTION editorial_refuse();
ALTER TABLE editorial_approval ENABLE ALWAYS TRIGGER approval_kept;

-- The person who decides is an Editor of the newsroom, and neither an author of the review nor the one who began it.
-- The list of authors can be changed by anyone who writes the draft. Who began it never changes (reviews.sql).
-- An imported review was begun by its importer, who wrote nothing of it.
-- A decision on a whole import counts for its members, because importbatch_rules has checked who made it.
-- An import takes nothing more once its digest is fixed. FOR SHARE makes a submission and the fixing of the digest
-- wait for each other.
-- Runs once for all rows of a statement, because one import publishes a million rows.
CREATE OR REPLACE FUNCTION editorial_approvals_decided() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    decided bigint[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM FROM editorial_importbatch WHERE id IN (SELECT batch_id FROM fresh) FOR SHARE;
        IF EXISTS (
            SELECT FROM fresh LEFT JOIN editorial_importbatch b ON b.id = fresh.batch_id
            WHERE fresh.batch_id IS NOT NULL AND b.digest IS DISTINCT FROM ''
        ) THEN
            RAISE EXCEPTION 'a finished import takes nothing more' USING ERRCODE = 'restrict_violation';
        END IF;
        decided := ARRAY(SELECT id FROM fresh WHERE decision = 'approved');
    ELSE
        decided := ARRAY(
            SELECT n.id FROM fresh n JOIN former o ON o.id = n.id WHERE n.decision = 'approved'
            AND (n.decision, n.decided_by_id) IS DISTINCT FROM (o.decision, o.decided_by_id));
    END IF;
    IF EXISTS (
        SELECT FROM editorial_approval a JOIN editorial_authorship s ON s.review_id = a.review_id
        WHERE a.id = ANY(decided) AND s.user_id = a.decided_by_id
    ) THEN
        RAISE EXCEPTION 'an author cannot approve' USING ERRCODE = 'restrict_violation';
    END IF;
    IF EXISTS (
        SELECT FROM editorial_approval a JOIN editorial_review r ON r.id = a.review_id
        WHERE a.id = ANY(decided) AND r.import_key IS NULL AND r.created_by_id = a.decided_by_id
    ) THEN
        RAISE EXCEPTION 'who began it cannot approve' USING ERRCODE = 'restrict_violation';
    END IF;
    IF EXISTS (
        SELECT FROM editorial_approval a JOIN editorial_review r ON r.id = a.review_id
        LEFT JOIN editorial_importbatch b ON b.id = a.batch_id AND b.newsroom_id = r.newsroom_id
            AND b.decision = 'approved' AND b.decided_by_id = a.decided_by_id AND b.decided_at = a.decided_at
        WHERE a.id = ANY(decided) AND b.id IS NULL AND NOT EXISTS (
            SELECT FROM editorial_membership m JOIN editorial_user u ON u.id = m.user_id AND u.is_active
            WHERE m.publisher_id = r.newsroom_id AND m.user_id = a.decided_by_id
            AND m.role IN ('editor', 'chief_editor'))
    ) THEN
        RAISE EXCEPTION 'only an Editor of the newsroom approves' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER approvals_added AFTER INSERT ON editorial_approval
    REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION editorial_approvals_decided();
ALTER TABLE editorial_approval ENABLE ALWAYS TRIGGER approvals_added;
CREATE OR REPLACE TRIGGER approvals_decided AFTER UPDATE ON editorial_approval
    REFERENCING OLD TABLE AS former NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION editorial_approvals_decided();
ALTER TABLE editorial_approval ENABLE ALWAYS TRIGGER approvals_decided;

-- Every entry about a review has an approval of exactly what its document says.
-- A document without a page of another publisher is the newsroom's own, whatever the draft's row says by now.
-- Runs at commit, because the approval learns its sequence number after the entry is inserted.
CREATE OR REPLACE FUNCTION editorial_published_was_approved() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    approval editorial_approval%ROWTYPE;
    review editorial_review%ROWTYPE;
    document jsonb;
BEGIN
    SELECT * INTO approval FROM editorial_approval WHERE sequence = NEW.sequence;
    SELECT * INTO review FROM editorial_review WHERE id = NEW.subject;
    SELECT convert_from(d.document, 'UTF8')::jsonb INTO document
        FROM record_revisiondocument d WHERE d.sequence = NEW.sequence;
    IF approval.id IS NULL OR approval.decision <> 'approved' OR approval.review_id <> NEW.subject
        OR approval.action <> (CASE WHEN NEW.kind IN ('review.withdrawal', 'review.reinstatement', 'review.erasure')
                                    THEN split_part(NEW.kind, '.', 2) ELSE 'publication' END)
        OR document ->> 'id' IS DISTINCT FROM NEW.subject::text
        OR document - ARRAY['published_at', 'updated_at', 'revision', 'corrections']
           IS DISTINCT FROM approval.statement::jsonb
        OR document #>> '{revision,class}' IS DISTINCT FROM nullif(approval.change_class, '')
        OR document #>> '{revision,note}' IS DISTINCT FROM nullif(approval.note, '') THEN
        RAISE EXCEPTION 'log entry %: nobody approved what it publishes', NEW.sequence
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF EXISTS (SELECT 1 FROM editorial_authorship
               WHERE review_id = NEW.subject AND user_id = approval.decided_by_id) THEN
        RAISE EXCEPTION 'log entry %: an author approved it', NEW.sequence USING ERRCODE = 'restrict_violation';
    END IF;
    -- Other publishers answer for their own pages. The rules below are for what a newsroom says itself.
    IF approval.action <> 'publication' OR document ->> 'original_url' IS NOT NULL THEN
        RETURN NULL;
    END IF;
    IF document #>> '{publisher,site}' IS DISTINCT FROM
            (SELECT p.site FROM editorial_publisher p WHERE p.id = review.newsroom_id) THEN
        RAISE EXCEPTION 'log entry %: it speaks for another newsroom', NEW.sequence
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF document #>> '{verdict,slug}' IS NULL
        OR coalesce(document ->> 'summary', '') = ''
        OR jsonb_array_length(document -> 'sources') < 2
        OR NOT jsonb_path_exists(document, '$.sources[*] ? (@.stance == "supports" || @.stance == "refutes")') THEN
        RAISE EXCEPTION 'log entry %: verdict, summary or sources are missing', NEW.sequence
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
DROP TRIGGER IF EXISTS published_was_approved ON record_logentry;
CREATE CONSTRAINT TRIGGER published_was_approved AFTER INSERT ON record_logentry DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.kind <> 'key.rotation' AND NEW.kind NOT LIKE 'demand.%' AND NEW.kind NOT LIKE 'claim.%')
    EXECUTE FUNCTION editorial_published_was_approved();
ALTER TABLE record_logentry ENABLE ALWAYS TRIGGER published_was_approved;

-- A withdrawal names the publisher whose review was public, and a reinstatement says the same as was public.
-- So neither needs a verdict or sources of its own. Runs at commit, when the document exists.
CREATE OR REPLACE FUNCTION editorial_repeats_what_was_published() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    added text[] := ARRAY['published_at', 'updated_at', 'revision', 'corrections'];
    said jsonb := (SELECT convert_from(d.document, 'UTF8')::jsonb - added
                   FROM record_revisiondocument d WHERE d.sequence = NEW.sequence);
    published jsonb := (SELECT convert_from(d.document, 'UTF8')::jsonb - added
                        FROM record_logentry e JOIN record_revisiondocument d ON d.sequence = e.sequence
                        WHERE e.subject = NEW.subject AND e.number < NEW.number
                        AND e.kind NOT IN ('review.withdrawal', 'review.erasure') ORDER BY e.number DESC LIMIT 1);
BEGIN
    IF NEW.kind = 'review.reinstatement' AND said IS DISTINCT FROM published
        OR said -> 'publisher' IS DISTINCT FROM published -> 'publisher' THEN
        RAISE EXCEPTION 'log entry %: it says something else than what was published', NEW.sequence
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
DROP TRIGGER IF EXISTS repeats_what_was_published ON record_logentry;
CREATE CONSTRAINT TRIGGER repeats_what_was_published AFTER INSERT ON record_logentry DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.kind IN ('review.withdrawal', 'review.reinstatement'))
    EXECUTE FUNCTION editorial_repeats_what_was_published();
ALTER TABLE record_logentry ENABLE ALWAYS TRIGGER repeats_what_was_published;

-- The application adds approvals and deletes none.
REVOKE DELETE, TRUNCATE ON editorial_approval FROM :"application";
