-- Whether a person has forgotten a passage of this draft in the running transaction. The event says who and when.
CREATE OR REPLACE FUNCTION editorial_forgets(draft uuid) RETURNS boolean LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM editorial_editorialevent
                   WHERE subject = $1::text AND action LIKE '%.passage\_forgotten' AND at >= transaction_timestamp())
        AND (EXISTS (SELECT FROM editorial_review WHERE id = $1) OR EXISTS (SELECT FROM editorial_demand WHERE id = $1)
             OR EXISTS (SELECT FROM editorial_claim WHERE id = $1))
$$;

-- Whether nobody may need the state any more. Its draft has been erased, is gone, or was thrown away long ago. Or
-- everything that was saved has been public for DRAFTS_DAYS, or an opened correction was closed without a publication.
CREATE OR REPLACE FUNCTION editorial_state_is_over(draft uuid, saved_at timestamptz) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM record_logentry WHERE subject = $1 AND kind = 'review.erasure' AND at >= $2)
        OR EXISTS (SELECT FROM editorial_review WHERE id = $1 AND discarded_at < now() - interval :'drafts_kept')
        OR EXISTS (SELECT FROM editorial_demand WHERE id = $1 AND discarded_at < now() - interval :'drafts_kept')
        OR NOT EXISTS (SELECT FROM editorial_review WHERE id = $1)
           AND NOT EXISTS (SELECT FROM editorial_demand WHERE id = $1)
           AND NOT EXISTS (SELECT FROM editorial_claim WHERE id = $1)
        OR EXISTS (SELECT FROM record_logentry WHERE subject = $1 AND at >= $2 AND at < now() - interval :'drafts_kept')
        -- A claim is published with a review of its own newsroom.
        OR EXISTS (SELECT FROM editorial_claim c JOIN record_publishedreview p ON p.claim_id = c.id
                   JOIN editorial_review r ON r.id = p.id AND r.newsroom_id = c.newsroom_id
                   JOIN record_logentry e ON e.subject = p.id
                   WHERE c.id = $1 AND e.at >= $2 AND e.at < now() - interval :'drafts_kept')
        OR $2 < now() - interval :'drafts_kept'
           AND NOT EXISTS (SELECT FROM record_logentry WHERE subject = $1 AND at >= now() - interval :'drafts_kept')
           AND (EXISTS (SELECT FROM editorial_review WHERE id = $1 AND state IN ('published', 'withdrawn'))
                OR EXISTS (SELECT FROM editorial_demand WHERE id = $1 AND state = 'published'))
$$;

-- Whether the running transaction erases a review whose draft or submissions contain the claim. `factcheck.erased_review`
-- names the review.
CREATE OR REPLACE FUNCTION editorial_erases_claim(claim uuid, since timestamptz) RETURNS boolean LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM record_logentry e
        WHERE e.subject = nullif(current_setting('factcheck.erased_review', true), '')::uuid
        AND e.kind = 'review.erasure' AND e.at >= $2
        AND (EXISTS (SELECT FROM editorial_review WHERE id = e.subject AND claim_id = $1)
             OR EXISTS (SELECT FROM editorial_proposal WHERE review_id = e.subject AND statement <> ''
                        AND statement::jsonb #>> '{claim,id}' = $1::text)))
$$;

-- A saved state never changes. There are two exceptions: it is marked when a page of the draft is opened, and a passage
-- that was never published is forgotten. The database doesn't compare the new text with the old. A state is deleted if it is over, or if its page has saved again within ten
-- minutes and no page was opened with it. States of claims are also deleted with a
-- review of the claim.
CREATE OR REPLACE FUNCTION editorial_state_kept() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.kind = 'saved' AND NOT OLD.was_opened AND EXISTS (
                SELECT FROM editorial_savedstate s
                WHERE s.draft = OLD.draft AND s.saved_by_id = OLD.saved_by_id AND s.kind = 'saved' AND s.id > OLD.id
                AND s.page IS NOT DISTINCT FROM OLD.page
                AND s.saved_at BETWEEN OLD.saved_at AND OLD.saved_at + interval '10 minutes')
            OR editorial_state_is_over(OLD.draft, OLD.saved_at)
            OR editorial_erases_claim(OLD.draft, OLD.saved_at) THEN
            RETURN OLD;
        END IF;
    ELSIF (NEW.id, NEW.draft, NEW.kind, NEW.saved_by_id, NEW.saved_at, NEW.version, NEW.page)
            IS NOT DISTINCT FROM (OLD.id, OLD.draft, OLD.kind, OLD.saved_by_id, OLD.saved_at, OLD.version, OLD.page)
        AND (NEW.content = OLD.content AND NEW.was_opened AND NOT OLD.was_opened
             OR NEW.was_opened = OLD.was_opened AND editorial_forgets(OLD.draft)) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% of % is refused: it is kept as it was', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE OR REPLACE TRIGGER state_kept BEFORE UPDATE OR DELETE ON editorial_savedstate
    FOR EACH ROW EXECUTE FUNCTION editorial_state_kept();
CREATE OR REPLACE TRIGGER states_kept BEFORE TRUNCATE ON editorial_savedstate
    FOR EACH STATEMENT EXECUTE FUNCTION editorial_refuse();
