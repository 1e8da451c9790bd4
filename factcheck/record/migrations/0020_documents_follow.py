"""What a document has beyond its statement follows from its entry and from the document before it.

Nobody approves these parts, so that without a rule any text could stand among the corrections. `log._document` writes
them; a rotation's document has a rule of its own (0014).
"""

from importlib import import_module

from django.db import migrations

earlier = import_module("factcheck.record.migrations.0003_defences").FUNCTIONS

FORWARDS = """
-- Replaces the function of 0003, which let a document in that came before its entry.
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
    IF entry.number > 1 AND entry.kind IN ('review.update', 'review.correction') THEN
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
    -- As texts: 1.0 is the number 1, and other bytes.
    IF entry.number > 1 AND before IS NULL
        OR added::text IS DISTINCT FROM jsonb_build_object(
            'id', said -> 'id', 'updated_at', said -> 'updated_at', 'corrections', said -> 'corrections',
            'published_at', said -> 'published_at', 'revision', said -> 'revision')::text THEN
        RAISE EXCEPTION 'the document of log entry % does not follow from the log', NEW.sequence
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

-- As `log._verdict_named`: none of the notice that an erasure leaves.
CREATE FUNCTION record_verdict_named(said jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN said ? 'verdict' THEN jsonb_build_object(
        'scale', said #> '{verdict,scale}', 'slug', said #> '{verdict,slug}', 'label', said #> '{verdict,label}') END
$$;
"""

_begin = earlier.index("CREATE FUNCTION record_document_fits")
_end = "END $$;"
BACKWARDS = (
    earlier[_begin : earlier.index(_end, _begin) + len(_end)]
    .replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
    .replace("LANGUAGE plpgsql AS", "LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS")
) + "DROP FUNCTION record_verdict_named;"


class Migration(migrations.Migration):
    dependencies = [("record", "0019_index_corrections")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
