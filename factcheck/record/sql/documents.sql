-- Does the same as factcheck.record.log.entries._verdict_names. The notice of an erasure has no verdict.
CREATE OR REPLACE FUNCTION record_verdict_named(said jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN said ? 'verdict' THEN jsonb_build_object(
        'scale', said #> '{verdict,scale}', 'slug', said #> '{verdict,slug}', 'label', said #> '{verdict,label}') END
$$;

-- Returns sources or appearances without the keys of EVIDENCE_KEYS in factcheck.record.statements.same_content, or
-- wordings without `by`. Only appearances have `first`, but the default doesn't change a comparison of other parts.
CREATE OR REPLACE FUNCTION record_without_evidence(said jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_agg('{"first": false}' || each - ARRAY['published_on', 'capture', 'no_capture_reason', 'by'] ORDER BY number)
    FROM jsonb_array_elements(said) WITH ORDINALITY AS e (each, number)
$$;

-- Returns the verdict, the claim and the text. Older documents lack some keys, so a missing key equals its default.
CREATE OR REPLACE FUNCTION record_content(said jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_strip_nulls(jsonb_build_object(
        'headline', said -> 'headline', 'summary', said -> 'summary', 'body', said -> 'body',
        'claim', (said -> 'claim') - ARRAY['language', 'claimed_on', 'appearances', 'claimant', 'wordings'],
        'claimant', '{"same_as": [], "confirmed": false}' || nullif(said #> '{claim,claimant}', 'null'),
        'appearances', record_without_evidence(said #> '{claim,appearances}'),
        'wordings', record_without_evidence(said #> '{claim,wordings}'),
        'sources', record_without_evidence(said -> 'sources'), 'replies', said -> 'replies',
        'scale', said #> '{verdict,scale}', 'slug', said #> '{verdict,slug}', 'original', said #> '{verdict,original}'))
$$;

-- Does the same as factcheck.record.statements.same_content.has_same_content.
CREATE OR REPLACE FUNCTION record_same_content(before jsonb, said jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT record_content(before) = record_content(said) AND (before -> 'language' <> said -> 'language'
        OR nullif(before #> '{verdict,explanation}', 'null')
            IS NOT DISTINCT FROM nullif(said #> '{verdict,explanation}', 'null'))
$$;

-- A document has the digest of its entry. Its additions to the statement must follow from the log: its dates, its
-- revision and the list of corrections. Nobody approves these parts, so without this rule the corrections could contain
-- any text. A separate rule applies to the document of a key rotation (rotations.sql).
CREATE OR REPLACE FUNCTION record_document_fits() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    entry record_logentry%ROWTYPE;
    said jsonb;
    before jsonb;
    moment text;
    corrections jsonb;
    added jsonb;
BEGIN
    SELECT * INTO entry FROM record_logentry WHERE sequence = NEW.sequence;
    IF (length(NEW.salt) = 32 AND entry.digest = encode(sha256(NEW.salt || NEW.document), 'hex')) IS NOT TRUE THEN
        RAISE EXCEPTION 'the document of log entry % has not its digest', NEW.sequence
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF EXISTS (SELECT 1 FROM record_logentry e WHERE e.subject = entry.subject
               AND e.kind = 'review.erasure' AND e.sequence > entry.sequence) THEN
        RAISE EXCEPTION 'the document of log entry % was erased', NEW.sequence
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF entry.kind = 'key.rotation' THEN
        RETURN NEW;
    END IF;
    said := convert_from(NEW.document, 'UTF8')::jsonb;
    IF entry.number > 1 THEN
        SELECT convert_from(d.document, 'UTF8')::jsonb INTO before
            FROM record_logentry e JOIN record_revisiondocument d ON d.sequence = e.sequence
            WHERE e.subject = entry.subject AND e.number = entry.number - 1;
    END IF;
    moment := to_char(entry.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');
    IF entry.kind LIKE 'review.%' THEN
        corrections := CASE WHEN entry.kind = 'review.erasure' THEN '[]'
                            ELSE coalesce(before -> 'corrections', '[]') END;
    END IF;
    -- Readers find corrections in a list. A change of metadata isn't listed, so it must not change the content.
    IF said #>> '{revision,class}' = 'metadata'
        AND (entry.kind = 'review.update' AND record_same_content(before, said)) IS NOT TRUE THEN
        RAISE EXCEPTION 'the change of metadata in log entry % changes the content', NEW.sequence
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF entry.number > 1 AND entry.kind IN ('review.update', 'review.correction')
        AND said #>> '{revision,class}' IS DISTINCT FROM 'metadata' THEN
        corrections := corrections || jsonb_build_array(jsonb_build_object(
            'revision', entry.number, 'at', moment, 'kind', split_part(entry.kind, '.', 2),
            'class', said #> '{revision,class}', 'note', said #> '{revision,note}',
            'publisher', said #> '{publisher,site}',
            'verdict_before', record_verdict_named(before), 'verdict_after', record_verdict_named(said)));
    END IF;
    added := jsonb_build_object(
        'id', entry.subject, 'updated_at', moment, 'corrections', corrections,
        'published_at', CASE WHEN entry.number = 1 THEN to_jsonb(moment) ELSE before -> 'published_at' END,
        'revision', jsonb_build_object(
            'number', entry.number, 'kind', split_part(entry.kind, '.', 2),
            'class', said #> '{revision,class}', 'note', said #> '{revision,note}'));
    -- Compared as texts, because jsonb treats 1.0 and 1 as equal although their bytes differ.
    IF entry.number > 1 AND before IS NULL
        OR added::text IS DISTINCT FROM jsonb_build_object(
            'id', said -> 'id', 'updated_at', said -> 'updated_at', 'corrections', said -> 'corrections',
            'published_at', said -> 'published_at', 'revision', said -> 'revision')::text THEN
        RAISE EXCEPTION 'the document of log entry % does not follow from the log', NEW.sequence
            USING ERRCODE = 'restrict_violation';
    END IF;
    -- Two people sign the statement, and the document commits to their signatures (approvals.sql).
    IF said ? 'approval' AND (said -> 'approval' = jsonb_build_object('commitment', said #> '{approval,commitment}')
        AND said #>> '{approval,commitment}' ~ '^[0-9a-f]{64}$') IS NOT TRUE THEN
        RAISE EXCEPTION 'the approval in log entry % is not a commitment', NEW.sequence
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER document_fits BEFORE INSERT ON record_revisiondocument
    FOR EACH ROW EXECUTE FUNCTION record_document_fits();

-- 40 is factcheck.record.log.entries.MIN_SUBSTANTIVE_NOTE.
CREATE OR REPLACE FUNCTION record_reason_given() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    revision jsonb := convert_from(NEW.document, 'UTF8')::jsonb -> 'revision';
BEGIN
    IF revision ->> 'class' = 'substantive' AND length(btrim(coalesce(revision ->> 'note', ''), E' \n\t')) < 40 THEN
        RAISE EXCEPTION 'the substantive correction of log entry % gives no reason of 40 characters', NEW.sequence
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER reason_given BEFORE INSERT ON record_revisiondocument
    FOR EACH ROW EXECUTE FUNCTION record_reason_given();

-- A document can be deleted only after its erasure has been added to the log.
CREATE OR REPLACE FUNCTION record_document_erased() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM record_logentry e JOIN record_logentry mine ON mine.sequence = OLD.sequence
                   WHERE e.subject = mine.subject AND e.kind = 'review.erasure' AND e.sequence > mine.sequence) THEN
        RAISE EXCEPTION 'DELETE of record_revisiondocument is refused: no erasure of it is in the log'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN OLD;
END $$;
CREATE OR REPLACE TRIGGER document_erased BEFORE DELETE ON record_revisiondocument
    FOR EACH ROW EXECUTE FUNCTION record_document_erased();

CREATE OR REPLACE TRIGGER document_fixed BEFORE UPDATE ON record_revisiondocument
    FOR EACH ROW EXECUTE FUNCTION record_refuse();
CREATE OR REPLACE TRIGGER document_kept BEFORE TRUNCATE ON record_revisiondocument
    FOR EACH STATEMENT EXECUTE FUNCTION record_refuse();

REVOKE ALL ON record_revisiondocument FROM :"application";
GRANT SELECT, INSERT, DELETE ON record_revisiondocument TO :"application";
GRANT SELECT ON record_revisiondocument TO :"reading";
