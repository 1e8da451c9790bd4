-- A submitted proposal and the decision on it don't change.
-- - An approved review or demand can still be returned before it is published. No other decision can change.
-- - After an erasure, the earlier proposals of the review can be cleared. Their digests are cleared too, because an
--   unsalted digest could be used to confirm a guess. A returned proposal is cleared in the same way if a person forgets
--   a passage of its draft. Proposals of other kinds are never cleared.
-- - The time until which an approved review is held doesn't change. Only its early release is added, once.
-- - Updates don't hash an unchanged statement again. The statement keeps the digest that was checked on insertion.
CREATE OR REPLACE FUNCTION editorial_proposal_rules() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    emptied boolean := TG_OP = 'UPDATE' AND NEW.kind IN ('review', 'demand')
        AND NEW.statement = '' AND NEW.note = '' AND NEW.digest = repeat('0', 64)
        AND (EXISTS (
                SELECT 1 FROM editorial_proposal later JOIN record_logentry e ON e.sequence = later.sequence
                WHERE later.review_id = NEW.review_id AND later.id > NEW.id AND e.kind = 'review.erasure')
            OR OLD.decision = 'returned' AND NEW.sequence IS NULL
               AND editorial_forgets(coalesce(NEW.review_id, NEW.demand_id)));
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF (NEW.id, NEW.kind, NEW.action, NEW.newsroom_id, NEW.deciding_id, NEW.review_id, NEW.demand_id, NEW.claim_id,
            NEW.into_id, NEW.batch_id, NEW.mapping_id, NEW.freeze_id, NEW.account_id, NEW.change_class,
            NEW.submitted_by_id, NEW.submitted_at)
           IS DISTINCT FROM
           (OLD.id, OLD.kind, OLD.action, OLD.newsroom_id, OLD.deciding_id, OLD.review_id, OLD.demand_id, OLD.claim_id,
            OLD.into_id, OLD.batch_id, OLD.mapping_id, OLD.freeze_id, OLD.account_id, OLD.change_class,
            OLD.submitted_by_id, OLD.submitted_at)
           OR (NEW.statement, NEW.note, NEW.digest) IS DISTINCT FROM (OLD.statement, OLD.note, OLD.digest)
              AND NOT emptied
           OR OLD.sequence IS NOT NULL AND (NEW.sequence, NEW.decision) IS DISTINCT FROM (OLD.sequence, OLD.decision)
           OR OLD.decision = 'returned' AND NEW.decision <> 'returned'
           OR OLD.decision = 'approved' AND NEW.decision <> 'approved' AND NOT (
              NEW.decision = 'returned' AND OLD.action = 'publication' AND OLD.kind IN ('review', 'demand'))
           OR OLD.decision <> '' AND NEW.decision = OLD.decision
              AND (NEW.decided_by_id, NEW.decided_at, NEW.hold_until)
                  IS DISTINCT FROM (OLD.decided_by_id, OLD.decided_at, OLD.hold_until)
           OR NEW.released_by_id IS DISTINCT FROM OLD.released_by_id AND NOT (
              NEW.released_by_id IS NULL AND NEW.decision <> OLD.decision
              OR OLD.released_by_id IS NULL AND NEW.decision = 'approved' AND OLD.decision = 'approved'
              AND OLD.sequence IS NULL) THEN
            RAISE EXCEPTION 'proposal %: what was submitted or decided cannot be changed', OLD.id
                USING ERRCODE = 'restrict_violation';
        END IF;
    ELSIF NEW.sequence IS NOT NULL OR NEW.released_by_id IS NOT NULL THEN
        RAISE EXCEPTION 'a proposal begins before the publication' USING ERRCODE = 'restrict_violation';
    ELSIF NEW.kind <> 'import' AND NEW.digest <> encode(sha256(convert_to(NEW.statement, 'UTF8')), 'hex') THEN
        RAISE EXCEPTION 'the statement does not have the digest of its proposal' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER proposal_rules BEFORE INSERT OR UPDATE ON editorial_proposal
    FOR EACH ROW EXECUTE FUNCTION editorial_proposal_rules();
CREATE OR REPLACE TRIGGER proposal_fixed BEFORE DELETE ON editorial_proposal
    FOR EACH ROW EXECUTE FUNCTION editorial_refuse();
CREATE OR REPLACE TRIGGER proposal_kept BEFORE TRUNCATE ON editorial_proposal
    FOR EACH STATEMENT EXECUTE FUNCTION editorial_refuse();

-- A proposal belongs to the newsroom of its subject, whose Editors decide. If the claims of two newsrooms are merged,
-- either newsroom can propose the merge, and the other newsroom decides.
-- Nothing can be added to an import once the import's own proposal exists. Locks on the import's row make the two
-- submissions wait for each other. An earlier snapshot wouldn't show which submission came first.
-- This trigger runs once per statement, because one import can add a million rows.
CREATE OR REPLACE FUNCTION editorial_proposals_added() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed'
        AND EXISTS (SELECT FROM fresh WHERE batch_id IS NOT NULL) THEN
        RAISE EXCEPTION 'an import is submitted as it is now, not as an earlier snapshot has it'
            USING ERRCODE = 'restrict_violation';
    END IF;
    PERFORM FROM editorial_importbatch WHERE id IN (SELECT batch_id FROM fresh WHERE kind = 'review') FOR SHARE;
    PERFORM FROM editorial_importbatch WHERE id IN (SELECT batch_id FROM fresh WHERE kind = 'import')
        FOR NO KEY UPDATE;
    IF EXISTS (
        SELECT FROM fresh p LEFT JOIN editorial_importbatch b ON b.id = p.batch_id
        WHERE p.kind = 'review' AND p.batch_id IS NOT NULL AND (b.id IS NULL OR EXISTS (
            SELECT FROM editorial_proposal whole WHERE whole.batch_id = p.batch_id AND whole.kind = 'import'))
    ) THEN
        RAISE EXCEPTION 'a finished import takes nothing more' USING ERRCODE = 'restrict_violation';
    END IF;
    IF EXISTS (
        SELECT FROM fresh p
        LEFT JOIN editorial_review r ON r.id = p.review_id
        LEFT JOIN editorial_demand d ON d.id = p.demand_id
        LEFT JOIN editorial_claim mine ON mine.id = p.claim_id
        LEFT JOIN editorial_claim theirs ON theirs.id = p.into_id
        LEFT JOIN editorial_importbatch b ON b.id = p.batch_id
        LEFT JOIN editorial_freeze f ON f.id = p.freeze_id
        WHERE CASE p.kind
            WHEN 'mapping' THEN false
            WHEN 'account' THEN false
            WHEN 'merge' THEN mine.id IS NULL OR theirs.id IS NULL
                OR p.newsroom_id NOT IN (mine.newsroom_id, theirs.newsroom_id)
                OR p.deciding_id <> CASE
                    WHEN p.action = 'split' THEN p.newsroom_id
                    WHEN p.newsroom_id = mine.newsroom_id THEN theirs.newsroom_id
                    ELSE mine.newsroom_id END
            ELSE p.deciding_id <> p.newsroom_id
                OR p.newsroom_id IS DISTINCT FROM coalesce(r.newsroom_id, d.newsroom_id, b.newsroom_id, f.newsroom_id)
                OR p.newsroom_id <> b.newsroom_id
                OR p.kind = 'import' AND p.submitted_by_id <> b.imported_by_id
        END
    ) THEN
        RAISE EXCEPTION 'the newsroom of a proposal is that of its subject' USING ERRCODE = 'restrict_violation';
    END IF;
    IF EXISTS (SELECT FROM fresh WHERE decision = 'approved') THEN
        PERFORM editorial_require_deciders(ARRAY(SELECT id FROM fresh WHERE decision = 'approved'));
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER proposals_added AFTER INSERT ON editorial_proposal
    REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION editorial_proposals_added();

CREATE OR REPLACE FUNCTION editorial_proposals_decided() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    decided bigint[] := ARRAY(
        SELECT n.id FROM fresh n JOIN former o ON o.id = n.id
        WHERE n.decision = 'approved' AND o.decision <> 'approved');
BEGIN
    IF decided <> '{}' THEN
        PERFORM editorial_require_deciders(decided);
    END IF;
    IF EXISTS (
        SELECT FROM fresh n JOIN former o ON o.id = n.id
        WHERE n.released_by_id IS DISTINCT FROM o.released_by_id AND n.released_by_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM editorial_membership m JOIN editorial_user u ON u.id = m.user_id AND u.is_active
            WHERE m.publisher_id = n.deciding_id AND m.user_id = n.released_by_id
            AND m.role IN ('editor', 'chief_editor'))
    ) THEN
        RAISE EXCEPTION 'only an Editor of the deciding newsroom publishes before the time'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER proposals_decided AFTER UPDATE ON editorial_proposal
    REFERENCING OLD TABLE AS former NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION editorial_proposals_decided();

-- The approver is an Editor of the deciding newsroom or, for a mapping, of any newsroom (for an account, accounts.sql). The approver isn't an author
-- of the review or of a review in the import, and didn't create the review or the demand. The constraint
-- proposal_two_people excludes the submitter. To end a freeze, one of the two people is a Chief editor, and the approver
-- can be an account administrator.
-- Anyone who can edit the draft can change the list of authors, but the creator never changes (reviews.sql,
-- demands.sql). The creator of an imported review is its importer, who isn't an author.
-- An imported review receives the decision on its import, whose approver has already been checked.
CREATE OR REPLACE FUNCTION editorial_require_deciders(decided bigint[]) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM editorial_proposal p JOIN editorial_authorship s ON s.review_id = p.review_id
        WHERE p.id = ANY(decided) AND s.user_id = p.decided_by_id
    ) THEN
        RAISE EXCEPTION 'an author cannot approve' USING ERRCODE = 'restrict_violation';
    END IF;
    IF EXISTS (
        SELECT FROM editorial_proposal p LEFT JOIN editorial_review r ON r.id = p.review_id
        LEFT JOIN editorial_demand d ON d.id = p.demand_id
        WHERE p.id = ANY(decided)
        AND (r.import_key IS NULL AND r.created_by_id = p.decided_by_id OR d.created_by_id = p.decided_by_id)
    ) THEN
        RAISE EXCEPTION 'who began it cannot approve' USING ERRCODE = 'restrict_violation';
    END IF;
    IF EXISTS (
        SELECT FROM editorial_proposal p
        LEFT JOIN editorial_proposal whole ON whole.batch_id = p.batch_id AND whole.kind = 'import' AND p.kind = 'review'
            AND whole.decision = 'approved' AND whole.decided_by_id = p.decided_by_id
            AND whole.decided_at = p.decided_at
        WHERE p.id = ANY(decided) AND p.kind <> 'account' AND whole.id IS NULL AND NOT EXISTS (
            SELECT FROM editorial_membership m JOIN editorial_user u ON u.id = m.user_id AND u.is_active
            WHERE (m.publisher_id = p.deciding_id OR p.kind = 'mapping') AND m.user_id = p.decided_by_id
            AND m.role IN ('editor', 'chief_editor'))
        AND NOT (p.kind = 'freeze' AND editorial_administers(p.decided_by_id))
    ) THEN
        RAISE EXCEPTION 'only an Editor of the deciding newsroom approves' USING ERRCODE = 'restrict_violation';
    END IF;
    IF EXISTS (
        SELECT FROM editorial_proposal p WHERE p.id = ANY(decided) AND p.kind = 'freeze' AND NOT EXISTS (
            SELECT FROM editorial_membership m JOIN editorial_user u ON u.id = m.user_id AND u.is_active
            WHERE m.publisher_id = p.newsroom_id AND m.role = 'chief_editor'
            AND m.user_id IN (p.submitted_by_id, p.decided_by_id))
    ) THEN
        RAISE EXCEPTION 'a Chief editor is one of the two who end a freeze' USING ERRCODE = 'restrict_violation';
    END IF;
    IF EXISTS (SELECT FROM editorial_proposal WHERE id = ANY(decided) AND kind = 'import') THEN
        PERFORM editorial_require_whole_imports(decided);
    END IF;
END $$;

-- The application can add proposals but can't delete them.
REVOKE DELETE, TRUNCATE ON editorial_proposal FROM :"application";
