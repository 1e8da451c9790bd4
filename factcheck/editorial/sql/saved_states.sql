-- A saved state never changes. It is deleted only if its draft has been erased, or is gone for good. For the states of
-- claims, `factcheck.erased_review` names the erased review, whose draft or submissions must contain the claim.
CREATE OR REPLACE FUNCTION editorial_state_kept() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    erased uuid := nullif(current_setting('factcheck.erased_review', true), '')::uuid;
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF EXISTS (SELECT FROM record_logentry WHERE subject = OLD.draft AND kind = 'review.erasure' AND at >= OLD.saved_at)
            OR EXISTS (SELECT FROM editorial_review WHERE id = OLD.draft AND discarded_at < now() - interval '30 days')
            OR EXISTS (SELECT FROM editorial_demand WHERE id = OLD.draft AND discarded_at < now() - interval '30 days')
            OR NOT EXISTS (SELECT FROM editorial_review WHERE id = OLD.draft)
               AND NOT EXISTS (SELECT FROM editorial_demand WHERE id = OLD.draft)
               AND NOT EXISTS (SELECT FROM editorial_claim WHERE id = OLD.draft)
            OR erased IS NOT NULL
               AND EXISTS (SELECT FROM record_logentry
                           WHERE subject = erased AND kind = 'review.erasure' AND at >= OLD.saved_at)
               AND (EXISTS (SELECT FROM editorial_review WHERE id = erased AND claim_id = OLD.draft)
                    OR EXISTS (SELECT FROM editorial_proposal WHERE review_id = erased AND statement <> ''
                               AND statement::jsonb #>> '{claim,id}' = OLD.draft::text)) THEN
            RETURN OLD;
        END IF;
    END IF;
    RAISE EXCEPTION '% of % is refused: it is kept as it was', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE OR REPLACE TRIGGER state_kept BEFORE UPDATE OR DELETE ON editorial_savedstate
    FOR EACH ROW EXECUTE FUNCTION editorial_state_kept();
CREATE OR REPLACE TRIGGER states_kept BEFORE TRUNCATE ON editorial_savedstate
    FOR EACH STATEMENT EXECUTE FUNCTION editorial_refuse();
