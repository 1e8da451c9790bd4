-- Only a draft that was never published and isn't waiting for a decision can be thrown away. An opened correction goes
-- back to its published content instead. The database sets the time, because DRAFTS_DAYS later the texts can be deleted.
CREATE OR REPLACE FUNCTION editorial_may_be_discarded() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF OLD.state <> 'draft' OR EXISTS (SELECT FROM record_logentry WHERE subject = OLD.id)
        OR EXISTS (SELECT FROM editorial_proposal WHERE OLD.id IN (review_id, demand_id)
                   AND (decision = '' OR decision = 'approved')) THEN
        RAISE EXCEPTION '% %: only an unpublished draft can be thrown away', TG_TABLE_NAME, OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    NEW.discarded_at := now();
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER may_be_discarded BEFORE UPDATE ON editorial_review
    FOR EACH ROW WHEN (NEW.state = 'discarded' AND OLD.state <> 'discarded')
    EXECUTE FUNCTION editorial_may_be_discarded();
CREATE OR REPLACE TRIGGER may_be_discarded BEFORE UPDATE ON editorial_demand
    FOR EACH ROW WHEN (NEW.state = 'discarded' AND OLD.state <> 'discarded')
    EXECUTE FUNCTION editorial_may_be_discarded();

-- An import that was undone can be imported again.
CREATE OR REPLACE FUNCTION editorial_no_longer_discarded() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    NEW.discarded_at := NULL;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER no_longer_discarded BEFORE UPDATE ON editorial_review
    FOR EACH ROW WHEN (OLD.state = 'discarded' AND NEW.state <> 'discarded')
    EXECUTE FUNCTION editorial_no_longer_discarded();

-- The time is removed when the draft is restored, or when its texts have been deleted.
CREATE OR REPLACE TRIGGER discarded_at_fixed BEFORE UPDATE ON editorial_review
    FOR EACH ROW WHEN (NEW.state = OLD.state AND NEW.discarded_at IS DISTINCT FROM OLD.discarded_at
                       AND NEW.discarded_at IS NOT NULL)
    EXECUTE FUNCTION editorial_refuse();
CREATE OR REPLACE TRIGGER discarded_at_fixed BEFORE UPDATE ON editorial_demand
    FOR EACH ROW WHEN (NEW.state = OLD.state AND NEW.discarded_at IS DISTINCT FROM OLD.discarded_at
                       AND NEW.discarded_at IS NOT NULL)
    EXECUTE FUNCTION editorial_refuse();

-- The receipts of requests that led to an opened correction name the revision that follows. If the correction is thrown away,
-- a later correction has another reason.
CREATE OR REPLACE FUNCTION editorial_correction_given_up() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE editorial_readermessage SET corrects_revision = NULL WHERE review_id = NEW.id
        AND corrects_revision = (SELECT count(*) FROM record_logentry WHERE subject = NEW.id);
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER correction_given_up AFTER UPDATE ON editorial_review
    FOR EACH ROW WHEN (OLD.state = 'draft' AND NEW.state IN ('published', 'withdrawn'))
    EXECUTE FUNCTION editorial_correction_given_up();
