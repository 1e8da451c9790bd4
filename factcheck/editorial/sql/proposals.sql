-- A submitted proposal and the decision on it don't change.
-- - An approved review or demand can still be returned before it is published. No other decision can change.
-- - After an erasure, the earlier proposals of the review can be cleared. Their digests are cleared too, because an
--   unsalted digest could be used to confirm a guess. So are their salts, so that no signature can confirm a guess. A
--   returned proposal is cleared in the same way if a person forgets a passage of its draft. Proposals of other kinds are
--   never cleared.
-- - The time until which an approved review is held doesn't change. Only its early release is added, once.
-- - Updates don't hash an unchanged statement again. The statement keeps the digest that was checked on insertion.
CREATE OR REPLACE FUNCTION editorial_proposal_rules() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    kept editorial_proposal := NEW;  -- with the old values of the columns that have their own rules below
    emptied boolean := TG_OP = 'UPDATE' AND NEW.kind IN ('review', 'demand')
        AND NEW.statement = '' AND NEW.note = '' AND NEW.digest = repeat('0', 64) AND NEW.salt = ''
        AND (EXISTS (
                SELECT 1 FROM editorial_proposal later JOIN record_logentry e ON e.sequence = later.sequence
                WHERE later.review_id = NEW.review_id AND later.id > NEW.id AND e.kind = 'review.erasure')
            OR OLD.decision = 'returned' AND NEW.sequence IS NULL
               AND editorial_forgets(coalesce(NEW.review_id, NEW.demand_id)));
BEGIN
    IF TG_OP = 'UPDATE' THEN
        kept.statement := OLD.statement; kept.note := OLD.note; kept.digest := OLD.digest; kept.salt := OLD.salt;
        kept.decision := OLD.decision; kept.decided_by_id := OLD.decided_by_id; kept.decided_at := OLD.decided_at;
        kept.message := OLD.message; kept.hold_until := OLD.hold_until; kept.released_by_id := OLD.released_by_id;
        kept.sequence := OLD.sequence;
        IF kept IS DISTINCT FROM OLD
           OR (NEW.statement, NEW.note, NEW.digest, NEW.salt)
              IS DISTINCT FROM (OLD.statement, OLD.note, OLD.digest, OLD.salt) AND NOT emptied
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
            WHEN 'mapping' THEN editorial_is_editor(p.submitted_by_id, p.newsroom_id) IS NOT TRUE
            WHEN 'account' THEN false
            WHEN 'merge' THEN mine.id IS NULL OR theirs.id IS NULL
                OR p.newsroom_id NOT IN (mine.newsroom_id, theirs.newsroom_id)
                OR p.deciding_id <> CASE
                    WHEN p.action = 'split' THEN p.newsroom_id
                    WHEN p.newsroom_id = mine.newsroom_id THEN theirs.newsroom_id
                    ELSE mine.newsroom_id END
            ELSE p.deciding_id <> p.newsroom_id
                OR p.newsroom_id IS DISTINCT FROM coalesce(
                    r.newsroom_id, d.newsroom_id, b.newsroom_id, f.newsroom_id, p.disowner_id, p.keys_of_id)
                OR p.newsroom_id <> b.newsroom_id
                OR p.kind = 'import' AND p.submitted_by_id <> b.imported_by_id
        END
    ) THEN
        RAISE EXCEPTION 'the newsroom of a proposal is that of its subject' USING ERRCODE = 'restrict_violation';
    END IF;
    IF EXISTS (SELECT FROM fresh WHERE kind = 'review' AND action = 'publication' AND batch_id IS NULL
               AND NOT editorial_may_write(submitted_by_id, review_id)) THEN
        RAISE EXCEPTION 'only a person who can write the review submits it' USING ERRCODE = 'restrict_violation';
    END IF;
    PERFORM editorial_require_deciders(ARRAY(SELECT id FROM fresh WHERE decision <> ''));
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER proposals_added AFTER INSERT ON editorial_proposal
    REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION editorial_proposals_added();

CREATE OR REPLACE FUNCTION editorial_proposals_decided() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM editorial_require_deciders(ARRAY(
        SELECT n.id FROM fresh n JOIN former o ON o.id = n.id
        WHERE n.decision <> '' AND n.decision <> o.decision));
    IF EXISTS (
        SELECT FROM fresh n JOIN former o ON o.id = n.id
        WHERE n.released_by_id IS DISTINCT FROM o.released_by_id AND n.released_by_id IS NOT NULL
        AND editorial_decision_refusal(n.released_by_id, n.id, false) <> ''
    ) THEN
        RAISE EXCEPTION 'only an Editor of the deciding newsroom publishes before the time'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER proposals_decided AFTER UPDATE ON editorial_proposal
    REFERENCING OLD TABLE AS former NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION editorial_proposals_decided();

-- Why a person can't decide on a proposal: a word that the policy of its kind explains (`Policy.refusals`), or ''.
-- - Editors of the deciding newsroom decide. Editors of every newsroom decide on mappings, account administrators also on
--   the end of a freeze, and accounts.sql says who decides on accounts. This is enough to return a proposal, and to publish
--   an approved one.
-- - Nobody approves what they submitted, wrote or began. One of the two people who end a freeze is a Chief editor.
CREATE OR REPLACE FUNCTION editorial_decision_refusal(person bigint, proposal bigint, approving boolean) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce((
        SELECT CASE
            WHEN p.kind = 'account' THEN editorial_account_refusal(person, p.id, approving)
            WHEN NOT CASE p.kind
                WHEN 'mapping' THEN editorial_is_editor_anywhere(person)
                WHEN 'freeze' THEN editorial_is_editor(person, p.deciding_id) OR editorial_administers(person)
                ELSE editorial_is_editor(person, p.deciding_id) END THEN 'not_editor'
            WHEN NOT approving THEN ''
            WHEN person = p.submitted_by_id THEN 'submitter'
            WHEN editorial_is_author(person, p.review_id)
                OR EXISTS (SELECT FROM editorial_demand d WHERE d.id = p.demand_id AND d.created_by_id = person)
                OR p.kind = 'import' AND EXISTS (
                    SELECT FROM editorial_authorship s JOIN editorial_proposal member ON member.review_id = s.review_id
                    WHERE s.user_id = person AND member.batch_id = p.batch_id) THEN 'author'
            WHEN p.kind = 'freeze' AND 'chief_editor' NOT IN (
                editorial_role_in(person, p.newsroom_id), editorial_role_in(p.submitted_by_id, p.newsroom_id))
                THEN 'no_chief_editor'
            ELSE '' END
        FROM editorial_proposal p WHERE p.id = proposal), 'not_editor')
$$;

CREATE OR REPLACE FUNCTION editorial_may_decide(person bigint, proposal bigint) RETURNS boolean LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT editorial_decision_refusal(person, proposal, true) = ''
$$;

-- Members of its newsrooms see a proposal, and members of every newsroom see mappings. People who can decide see what they
-- decide on, and account administrators see all changes of accounts.
CREATE OR REPLACE FUNCTION editorial_may_see(person bigint, proposal bigint) RETURNS boolean LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM editorial_proposal p WHERE p.id = proposal AND CASE p.kind
            WHEN 'account' THEN editorial_administers(person)
            WHEN 'mapping' THEN EXISTS (SELECT FROM editorial_membership m JOIN editorial_user u ON u.id = m.user_id
                                        WHERE m.user_id = person AND u.is_active)
            ELSE editorial_role_in(person, p.newsroom_id) <> '' OR editorial_role_in(person, p.deciding_id) <> '' END)
        OR editorial_decision_refusal(person, proposal, false) = ''
$$;

-- The submitter of a proposal takes it back. A change of an account is taken back only by a person who can still propose it,
-- or after 24 hours, when the worker ends it.
CREATE OR REPLACE FUNCTION editorial_may_return(person bigint, proposal bigint) RETURNS boolean LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT editorial_decision_refusal(person, proposal, false) = '' OR EXISTS (
        SELECT FROM editorial_proposal p WHERE p.id = proposal AND p.submitted_by_id = person
        AND (p.kind <> 'account' OR p.submitted_at <= now() - interval '24 hours'
            OR editorial_proposes_on_account(person, p.account_id, p.newsroom_id, p.action)))
$$;

-- Whether a person can see a proposal, return or publish it, and approve it.
CREATE OR REPLACE FUNCTION editorial_rights_on(person bigint, proposal bigint) RETURNS boolean[] LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT ARRAY[editorial_may_see(person, proposal), editorial_decision_refusal(person, proposal, false) = '',
                 editorial_may_decide(person, proposal)]
$$;

-- An imported review receives the decision on its import, whose decider has already been checked, but its authors can
-- have changed since then. Accounts have their own triggers (accounts.sql).
CREATE OR REPLACE FUNCTION editorial_require_deciders(decided bigint[]) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    refused record;
BEGIN
    SELECT * INTO refused FROM (
        SELECT p.id, p.decision, p.decided_by_id, CASE
            WHEN whole.id IS NOT NULL THEN CASE
                WHEN p.decision = 'approved' AND editorial_is_author(p.decided_by_id, p.review_id) THEN 'author'
                ELSE '' END
            WHEN p.decision = 'approved' THEN editorial_decision_refusal(p.decided_by_id, p.id, true)
            WHEN editorial_may_return(p.decided_by_id, p.id) THEN ''
            -- A person who forgets a passage also ends the submissions that contain it (saved_states.sql).
            WHEN editorial_forgets(coalesce(p.review_id, p.demand_id)) THEN ''
            ELSE 'not_editor' END AS reason
        FROM editorial_proposal p
        LEFT JOIN editorial_proposal whole ON whole.batch_id = p.batch_id AND whole.kind = 'import' AND p.kind = 'review'
            AND whole.decision = p.decision AND whole.decided_by_id = p.decided_by_id
            AND whole.decided_at = p.decided_at
        WHERE p.id = ANY(decided) AND p.kind <> 'account') asked
    WHERE reason <> '' LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'proposal %: % cannot decide this: % (%)', refused.id, refused.decided_by_id, refused.decision,
            refused.reason USING ERRCODE = 'restrict_violation';
    END IF;
    IF EXISTS (SELECT FROM editorial_proposal
               WHERE id = ANY(decided) AND kind = 'import' AND decision = 'approved') THEN
        PERFORM editorial_require_whole_imports(decided);
    END IF;
END $$;

-- The application can add proposals but can't delete them.
REVOKE DELETE, TRUNCATE ON editorial_proposal FROM :"application";
