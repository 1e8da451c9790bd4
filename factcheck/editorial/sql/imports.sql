-- The approval of an import is of this digest: the digests of its statements in their order, a line feed after each.
CREATE OR REPLACE FUNCTION editorial_import_digest(batch bigint) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT encode(sha256(convert_to(coalesce(string_agg(digest || E'\n', '' ORDER BY id), ''), 'UTF8')), 'hex')
        FROM editorial_approval WHERE batch_id = batch
$$;

-- A submitted import stays as it was, and so does the decision on it. The person who approves is an Editor of the
-- newsroom, is no author of any member, and names exactly the members that it has.
-- Members learn of the decision when they are published, in the statement that names their entries.
-- Runs after the row is written, so that its CHECKs answer first.
CREATE OR REPLACE FUNCTION editorial_importbatch_rules() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (
        (NEW.id, NEW.newsroom_id, NEW.submitted_by_id, NEW.submitted_at)
            IS DISTINCT FROM (OLD.id, OLD.newsroom_id, OLD.submitted_by_id, OLD.submitted_at)
        OR OLD.digest <> '' AND NEW.digest <> OLD.digest
        OR OLD.decision <> '' AND (NEW.decision, NEW.decided_by_id, NEW.decided_at)
            IS DISTINCT FROM (OLD.decision, OLD.decided_by_id, OLD.decided_at)) THEN
        RAISE EXCEPTION 'import %: what was submitted or decided cannot be changed', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.decision = 'approved' AND (TG_OP = 'INSERT' OR OLD.decision <> 'approved') THEN
        IF current_setting('transaction_isolation') <> 'read committed' THEN
            RAISE EXCEPTION 'an import is approved as it is now, not as an earlier snapshot has it'
                USING ERRCODE = 'restrict_violation';
        END IF;
        IF NEW.digest <> editorial_import_digest(NEW.id) THEN
            RAISE EXCEPTION 'import %: it has not the digest that is approved', NEW.id
                USING ERRCODE = 'restrict_violation';
        END IF;
        IF NOT EXISTS (
            SELECT 1 FROM editorial_membership m JOIN editorial_user u ON u.id = m.user_id AND u.is_active
            WHERE m.publisher_id = NEW.newsroom_id AND m.user_id = NEW.decided_by_id
            AND m.role IN ('editor', 'chief_editor')
        ) THEN
            RAISE EXCEPTION 'only an Editor of the newsroom approves' USING ERRCODE = 'restrict_violation';
        END IF;
        IF EXISTS (
            SELECT 1 FROM editorial_approval a JOIN editorial_authorship s ON s.review_id = a.review_id
            WHERE a.batch_id = NEW.id AND s.user_id = NEW.decided_by_id
        ) THEN
            RAISE EXCEPTION 'an author cannot approve' USING ERRCODE = 'restrict_violation';
        END IF;
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER importbatch_rules AFTER INSERT OR UPDATE ON editorial_importbatch
    FOR EACH ROW EXECUTE FUNCTION editorial_importbatch_rules();
ALTER TABLE editorial_importbatch ENABLE ALWAYS TRIGGER importbatch_rules;

CREATE OR REPLACE TRIGGER importbatch_kept BEFORE DELETE ON editorial_importbatch
    FOR EACH ROW WHEN (OLD.digest <> '' OR OLD.decision <> '') EXECUTE FUNCTION editorial_refuse();
ALTER TABLE editorial_importbatch ENABLE ALWAYS TRIGGER importbatch_kept;
