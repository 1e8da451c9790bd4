-- The newest document in which a newsroom disowns this entry of the log, with the `sequence` of its own entry, or NULL.
CREATE OR REPLACE FUNCTION record_disowning(disowned bigint) RETURNS jsonb LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT said || jsonb_build_object('sequence', found.sequence) FROM (
        SELECT e.sequence, convert_from(d.document, 'UTF8')::jsonb AS said
        FROM record_logentry e JOIN record_revisiondocument d ON d.sequence = e.sequence
        WHERE e.kind = 'disowning.published') AS found
    WHERE said -> 'entries' @> to_jsonb(disowned) ORDER BY found.sequence DESC LIMIT 1
$$;
