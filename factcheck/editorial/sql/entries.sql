-- Every log entry except key rotations (record/sql/rotations.sql) has an approved proposal with exactly the content of
-- its document. The approver isn't an author, even if somebody was added as an author later. The document's publisher
-- is the newsroom that proposed it, except for reviews that have a page of another publisher.
-- This trigger runs at commit, because the proposal receives its sequence number after the entry is inserted.
CREATE OR REPLACE FUNCTION editorial_entry_was_approved() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    proposal editorial_proposal%ROWTYPE;
    document jsonb;
    of text := split_part(NEW.kind, '.', 1);
    what text := split_part(NEW.kind, '.', 2);
    added text[] := ARRAY['published_at', 'updated_at', 'revision', 'approval'];
BEGIN
    SELECT * INTO proposal FROM editorial_proposal WHERE sequence = NEW.sequence;
    SELECT convert_from(d.document, 'UTF8')::jsonb INTO document
        FROM record_revisiondocument d WHERE d.sequence = NEW.sequence;
    IF of = 'review' THEN
        added := added || 'corrections'::text;
    END IF;
    IF proposal.id IS NULL OR proposal.decision <> 'approved'
        OR of <> (CASE proposal.kind WHEN 'merge' THEN 'claim' ELSE proposal.kind END)
        OR NEW.subject IS DISTINCT FROM coalesce(
            proposal.review_id, proposal.demand_id, proposal.claim_id, (proposal.statement::jsonb ->> 'id')::uuid)
        OR proposal.action <> (CASE WHEN what IN ('original', 'update', 'correction', 'published', 'updated')
                                    THEN 'publication' ELSE what END)
        OR document ->> 'id' IS DISTINCT FROM NEW.subject::text
        OR document - added IS DISTINCT FROM proposal.statement::jsonb
        OR document #>> '{revision,class}' IS DISTINCT FROM nullif(proposal.change_class, '')
        OR document #>> '{revision,note}' IS DISTINCT FROM nullif(proposal.note, '')
        OR of = 'claim' AND document #>> ARRAY[CASE what WHEN 'merge' THEN 'into' ELSE 'from' END, 'id']
           IS DISTINCT FROM proposal.into_id::text THEN
        RAISE EXCEPTION 'log entry %: nobody approved what it publishes', NEW.sequence
            USING ERRCODE = 'restrict_violation';
    END IF;
    -- The clock is asked too, because the time of an entry can be later than the clock.
    IF proposal.hold_until > least(NEW.at, clock_timestamp()) AND proposal.released_by_id IS NULL THEN
        RAISE EXCEPTION 'log entry %: it is held until %', NEW.sequence, proposal.hold_until
            USING ERRCODE = 'restrict_violation';
    END IF;
    -- A newsroom that was attacked freezes its publishing first, and disowns entries during the freeze.
    IF of <> 'disowning' THEN
        PERFORM editorial_require_not_frozen(ARRAY[proposal.newsroom_id, proposal.deciding_id], NEW.sequence, NEW.subject);
    ELSIF EXISTS (
        SELECT FROM jsonb_array_elements(document -> 'entries') AS disowned
        LEFT JOIN editorial_proposal p ON p.sequence = disowned::bigint AND p.newsroom_id = proposal.newsroom_id
        WHERE p.id IS NULL OR p.sequence >= NEW.sequence) THEN
        RAISE EXCEPTION 'log entry %: it disowns entries of another newsroom', NEW.sequence
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF of = 'review' AND editorial_is_author(proposal.decided_by_id, NEW.subject) THEN
        RAISE EXCEPTION 'log entry %: an author approved it', NEW.sequence USING ERRCODE = 'restrict_violation';
    END IF;
    -- Other publishers are responsible for their reviews. A withdrawal or reinstatement repeats the published content
    -- (reviews.sql).
    IF of = 'review' AND (what IN ('withdrawal', 'reinstatement') OR document ->> 'original_url' IS NOT NULL) THEN
        RETURN NULL;
    END IF;
    -- The notice of an erasure has a separate field for the newsroom.
    IF document #>> (CASE what WHEN 'erasure' THEN '{notice,newsroom,site}'::text[] ELSE '{publisher,site}' END)
            IS DISTINCT FROM (SELECT p.site FROM editorial_publisher p WHERE p.id = proposal.newsroom_id) THEN
        RAISE EXCEPTION 'log entry %: it speaks for another newsroom', NEW.sequence
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF of = 'review' AND what <> 'erasure' THEN
        PERFORM editorial_require_complete_review(NEW, document);
    ELSIF of = 'demand' THEN
        PERFORM editorial_require_register_rules(NEW, document);
    END IF;
    RETURN NULL;
END $$;
DROP TRIGGER IF EXISTS entry_was_approved ON record_logentry;
CREATE CONSTRAINT TRIGGER entry_was_approved AFTER INSERT ON record_logentry DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.kind <> 'key.rotation') EXECUTE FUNCTION editorial_entry_was_approved();
