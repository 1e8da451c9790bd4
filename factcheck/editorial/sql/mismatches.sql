-- Readers' answers about published claims. A count only goes up, by one at a time, and only the claim's own newsroom
-- sees it. The table has no column for what a reader searched for.
CREATE OR REPLACE FUNCTION editorial_mismatch_rules() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF EXISTS (SELECT FROM record_publishedclaim WHERE id = OLD.claim_id) THEN
            RAISE EXCEPTION 'the count belongs to a published claim, and is kept' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN OLD;
    END IF;
    IF TG_OP = 'UPDATE' AND (to_jsonb(NEW) - ARRAY['count', 'last_on'] IS DISTINCT FROM to_jsonb(OLD) - ARRAY['count', 'last_on']
            OR NEW.last_on < OLD.last_on) OR NEW.count <> (CASE TG_OP WHEN 'UPDATE' THEN OLD.count + 1 ELSE 1 END) THEN
        RAISE EXCEPTION 'a count of readers goes up by one' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NOT EXISTS (SELECT FROM editorial_claim c JOIN record_publishedclaim p USING (id)
                   WHERE c.id = NEW.claim_id AND c.newsroom_id = NEW.newsroom_id AND p.status = 'live') THEN
        RAISE EXCEPTION 'readers answer about a published claim, and its newsroom counts the answers'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER mismatch_rules BEFORE INSERT OR UPDATE OR DELETE ON editorial_mismatch
    FOR EACH ROW EXECUTE FUNCTION editorial_mismatch_rules();
