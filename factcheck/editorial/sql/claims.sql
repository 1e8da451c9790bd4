-- The newsrooms of two claims decide who may approve their merge (proposals.sql), and the person who logged a claim may
-- exchange it for another one. So a claim's newsroom and that person never change.
CREATE OR REPLACE TRIGGER claim_begun BEFORE UPDATE ON editorial_claim
    FOR EACH ROW WHEN ((NEW.newsroom_id, NEW.logged_by_id) IS DISTINCT FROM (OLD.newsroom_id, OLD.logged_by_id))
    EXECUTE FUNCTION editorial_refuse();
ALTER TABLE editorial_claim ENABLE ALWAYS TRIGGER claim_begun;
