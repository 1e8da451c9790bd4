-- The public notice of an erasure has a ground and a text, but no field for content of the review.
CREATE OR REPLACE FUNCTION editorial_erasure_has_ground() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    said jsonb := NEW.statement::jsonb;
BEGIN
    IF (SELECT array_agg(key ORDER BY key) FROM jsonb_object_keys(said) AS key)
            IS DISTINCT FROM ARRAY['id', 'license', 'notice']
        OR (SELECT array_agg(key ORDER BY key) FROM jsonb_object_keys(said -> 'notice') AS key)
            IS DISTINCT FROM ARRAY['ground', 'newsroom', 'redaction', 'text']
        OR coalesce(said #>> '{notice,ground}', '') NOT IN ('court_order', 'personal_data', 'law', 'other')
        OR said #>> '{notice,text}' IS DISTINCT FROM NEW.note OR NEW.note = '' THEN
        RAISE EXCEPTION 'an erasure needs a ground, a public notice and nothing else'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER erasure_has_ground BEFORE INSERT ON editorial_proposal
    FOR EACH ROW WHEN (NEW.action = 'erasure') EXECUTE FUNCTION editorial_erasure_has_ground();

-- An erasure is refused at commit if an earlier document, statement, saved state, detail or picture remains. A message
-- about an import that contained the review can repeat its content.
CREATE OR REPLACE FUNCTION editorial_was_erased_whole() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM record_logentry e JOIN record_revisiondocument d ON d.sequence = e.sequence
               WHERE e.subject = NEW.subject AND e.sequence < NEW.sequence)
        OR EXISTS (SELECT 1 FROM editorial_savedstate s WHERE s.draft = NEW.subject AND s.saved_at <= NEW.at)
        OR EXISTS (SELECT 1 FROM editorial_proposal p
                   WHERE p.review_id = NEW.subject AND (p.statement <> '' OR p.note <> '' OR p.message <> '' OR p.salt <> ''
                        OR EXISTS (SELECT FROM editorial_signature s WHERE s.proposal_id = p.id))
                   AND p.id < (SELECT id FROM editorial_proposal WHERE sequence = NEW.sequence))
        OR EXISTS (SELECT 1 FROM editorial_proposal p JOIN editorial_proposal whole ON whole.batch_id = p.batch_id
                   WHERE p.review_id = NEW.subject AND whole.kind = 'import' AND whole.message <> '')
        OR EXISTS (SELECT 1 FROM editorial_editorialevent v
                   WHERE v.subject = NEW.subject::text AND v.at <= NEW.at AND v.action <> NEW.kind AND v.detail <> '{}')
        OR EXISTS (SELECT 1 FROM editorial_comment c LEFT JOIN editorial_source s ON s.id = c.source_id
                   JOIN editorial_review r ON r.id IN (c.review_id, s.review_id)
                        OR r.claim_id = c.claim_id AND r.newsroom_id = c.newsroom_id
                   WHERE r.id = NEW.subject AND c.at <= NEW.at)
        OR EXISTS (SELECT 1 FROM editorial_watchedsource w WHERE w.review_id = NEW.subject)
        OR EXISTS (SELECT 1 FROM editorial_picture p JOIN editorial_review r ON r.id = p.review_id
                   WHERE r.id = NEW.subject AND position(p.sha256 IN r.body) = 0)
        OR EXISTS (SELECT 1 FROM record_publiccapture c WHERE c.review_id = NEW.subject)
        -- A capture is kept if a draft, a claim or another review still uses it.
        OR EXISTS (SELECT 1 FROM editorial_capture_reviews u WHERE u.review_id = NEW.subject
                   AND NOT EXISTS (SELECT 1 FROM editorial_source s WHERE s.capture_id = u.capture_id)
                   AND NOT EXISTS (SELECT 1 FROM editorial_appearance a WHERE a.capture_id = u.capture_id)
                   AND NOT EXISTS (SELECT 1 FROM editorial_capture_claims c WHERE c.capture_id = u.capture_id)
                   AND NOT EXISTS (SELECT 1 FROM editorial_capture_reviews o JOIN editorial_review r
                                   ON r.id = o.review_id WHERE o.capture_id = u.capture_id
                                   AND o.review_id <> NEW.subject AND r.state <> 'erased')) THEN
        RAISE EXCEPTION 'log entry %: what it erases is still kept', NEW.sequence
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
DROP TRIGGER IF EXISTS was_erased_whole ON record_logentry;
CREATE CONSTRAINT TRIGGER was_erased_whole AFTER INSERT ON record_logentry DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.kind = 'review.erasure') EXECUTE FUNCTION editorial_was_erased_whole();
