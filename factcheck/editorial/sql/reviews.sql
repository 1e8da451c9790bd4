-- The person, token and newsroom that created a review determine who may approve it (proposals.sql), so they never
-- change.
CREATE OR REPLACE FUNCTION editorial_review_begun() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'review %: who began it, and with what, cannot be changed', OLD.id
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE OR REPLACE TRIGGER review_begun BEFORE UPDATE ON editorial_review
    FOR EACH ROW WHEN ((NEW.newsroom_id, NEW.created_by_id, NEW.token_id, NEW.import_key) IS DISTINCT FROM
                       (OLD.newsroom_id, OLD.created_by_id, OLD.token_id, OLD.import_key))
    EXECUTE FUNCTION editorial_review_begun();

-- A newsroom's own review needs a verdict, a summary and two sources. One source must support or refute the claim.
-- Every source has a title. Sources with a URL and the newsroom's own appearances have a copy or a reason why there is
-- none. Another newsroom is responsible for the appearances of its claim. Each reply is quoted, or the review states
-- that no answer came. A translation refers to a revision that was published earlier, and has the verdict of this
-- revision and the claim in its own language.
CREATE OR REPLACE FUNCTION editorial_require_complete_review(entry record_logentry, document jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    original jsonb;  -- the verdict of the revision that the review translates
BEGIN
    IF document #>> '{verdict,slug}' IS NULL
        OR coalesce(document ->> 'summary', '') = ''
        OR jsonb_array_length(document -> 'sources') < 2
        OR NOT jsonb_path_exists(document, '$.sources[*] ? (@.stance == "supports" || @.stance == "refutes")') THEN
        RAISE EXCEPTION 'log entry %: verdict, summary or sources are missing', entry.sequence
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF jsonb_path_exists(document, '$.sources[*] ? (@.title == null
            || @.url != null && @.capture == null && @.no_capture_reason == null)')
        OR jsonb_path_exists(document, '$.claim.appearances[*] ? (@.capture == null && @.no_capture_reason == null)')
        AND EXISTS (SELECT 1 FROM editorial_review r JOIN editorial_claim c ON c.newsroom_id = r.newsroom_id
                    WHERE r.id = entry.subject AND c.id = (document #>> '{claim,id}')::uuid) THEN
        RAISE EXCEPTION 'log entry %: a source has no title, or there is neither a copy nor a reason', entry.sequence
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF jsonb_path_exists(document, '$.replies[*] ? (@.answer == null && @.no_answer == false)') THEN
        RAISE EXCEPTION 'log entry %: somebody was asked, and there is neither an answer nor the statement that none came',
            entry.sequence USING ERRCODE = 'restrict_violation';
    END IF;
    IF document -> 'translation_of' <> 'null' AND NOT EXISTS (
        SELECT 1 FROM record_logentry e
        WHERE e.subject = (document #>> '{translation_of,id}')::uuid AND e.sequence < entry.sequence
        AND e.number = (document #>> '{translation_of,revision}')::bigint
        AND e.kind LIKE 'review.%' AND e.kind NOT IN ('review.withdrawal', 'review.erasure')) THEN
        RAISE EXCEPTION 'log entry %: what it translates was never published', entry.sequence
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF document -> 'translation_of' <> 'null' AND NOT document -> 'claim' ? 'wordings'
        AND split_part(lower(document #>> '{claim,language}'), '-', 1) <> split_part(lower(document ->> 'language'), '-', 1) THEN
        RAISE EXCEPTION 'log entry %: the claim is not in the language of the translation', entry.sequence
            USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT convert_from(d.document, 'UTF8')::jsonb -> 'verdict' INTO original
    FROM record_logentry e JOIN record_revisiondocument d ON d.sequence = e.sequence
    WHERE e.subject = (editorial_require_complete_review.document #>> '{translation_of,id}')::uuid
    AND e.number = (editorial_require_complete_review.document #>> '{translation_of,revision}')::bigint;
    IF original ->> 'slug' IS NOT NULL AND (original ->> 'scale', original ->> 'slug')
            IS DISTINCT FROM (document #>> '{verdict,scale}', document #>> '{verdict,slug}') THEN
        RAISE EXCEPTION 'log entry %: its verdict differs from the verdict of the review that it translates',
            entry.sequence USING ERRCODE = 'restrict_violation';
    END IF;
END $$;

-- A withdrawal contains the publisher of the withdrawn review, and a reinstatement repeats the published content. So
-- neither needs its own verdict or sources. This trigger runs at commit, when the document exists.
CREATE OR REPLACE FUNCTION editorial_repeats_what_was_published() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    added text[] := ARRAY['published_at', 'updated_at', 'revision', 'corrections'];
    said jsonb := (SELECT convert_from(d.document, 'UTF8')::jsonb - added
                   FROM record_revisiondocument d WHERE d.sequence = NEW.sequence);
    published jsonb := (SELECT convert_from(d.document, 'UTF8')::jsonb - added
                        FROM record_logentry e JOIN record_revisiondocument d ON d.sequence = e.sequence
                        WHERE e.subject = NEW.subject AND e.number < NEW.number
                        AND e.kind NOT IN ('review.withdrawal', 'review.erasure') ORDER BY e.number DESC LIMIT 1);
BEGIN
    IF NEW.kind = 'review.reinstatement' AND said IS DISTINCT FROM published
        OR said -> 'publisher' IS DISTINCT FROM published -> 'publisher' THEN
        RAISE EXCEPTION 'log entry %: it says something else than what was published', NEW.sequence
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
DROP TRIGGER IF EXISTS repeats_what_was_published ON record_logentry;
CREATE CONSTRAINT TRIGGER repeats_what_was_published AFTER INSERT ON record_logentry DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.kind IN ('review.withdrawal', 'review.reinstatement'))
    EXECUTE FUNCTION editorial_repeats_what_was_published();
