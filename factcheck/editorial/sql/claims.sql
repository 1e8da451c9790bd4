-- The newsrooms of two claims determine who may approve their merge (proposals.sql). The person who logged a claim may
-- replace it with another claim. So a claim's newsroom and this person never change.
CREATE OR REPLACE TRIGGER claim_begun BEFORE UPDATE ON editorial_claim
    FOR EACH ROW WHEN ((NEW.newsroom_id, NEW.logged_by_id) IS DISTINCT FROM (OLD.newsroom_id, OLD.logged_by_id))
    EXECUTE FUNCTION editorial_refuse();
