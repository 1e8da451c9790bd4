-- Derives the verdicts of imported reviews from the mappings in force, for all reviews in the words of these keys, and
-- then the verdicts of their claims. Returns the verdicts that reviews had or have now. Does the same as
-- factcheck.record.readmodel.comparable_verdicts.derive_verdicts does for new rows.
-- Two statements change all rows, because one adoption can concern a hundred thousand reviews.
CREATE OR REPLACE FUNCTION record_derive_verdicts(keys text[]) RETURNS text[] LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    words CONSTANT text[] := ARRAY(SELECT substr(key, strpos(key, ' ') + 1) FROM unnest(keys) AS key);
    found text[];
BEGIN
    WITH said AS (
        SELECT mine.id, mine.verdict AS before, coalesce(own.verdict, every.verdict) AS verdict,
            coalesce(own.sequence, every.sequence) AS sequence
        FROM record_publishedreview mine
        LEFT JOIN record_publishedmapping own ON own.key = mine.publisher || ' ' || mine.original_verdict
        LEFT JOIN record_publishedmapping every ON every.key = ' ' || mine.original_verdict
        WHERE mine.original_verdict = ANY (words) AND (mine.verdict IS NULL OR mine.mapped_by IS NOT NULL)
    ), changed AS (
        UPDATE record_publishedreview review SET verdict = said.verdict, mapped_by = said.sequence FROM said
        WHERE review.id = said.id
            AND (review.verdict, review.mapped_by) IS DISTINCT FROM (said.verdict, said.sequence)
        RETURNING said.before, said.verdict
    )
    SELECT array_agg(DISTINCT each) INTO found
        FROM changed, unnest(ARRAY[changed.before, changed.verdict]) AS each WHERE each IS NOT NULL;
    -- Python writes the rows of merged claims.
    UPDATE record_publishedclaim claim SET verdicts = said.verdicts
    FROM (
        SELECT of.claim_id, coalesce(array_agg(DISTINCT of.verdict COLLATE "C" ORDER BY of.verdict COLLATE "C")
            FILTER (WHERE of.verdict IS NOT NULL), '{}') AS verdicts
        FROM record_publishedreview of WHERE of.status = 'live' AND of.claim_id IN (
            SELECT mine.claim_id FROM record_publishedreview mine WHERE mine.original_verdict = ANY (words))
        GROUP BY of.claim_id
    ) said
    WHERE claim.id = said.claim_id AND claim.verdicts IS DISTINCT FROM said.verdicts
        AND NOT EXISTS (SELECT FROM record_publishedmerge m WHERE claim.id IN (m.claim_id, m.into_id));
    RETURN coalesce(found, '{}');
END $$;
