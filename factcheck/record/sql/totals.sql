-- Counts the rows of reviews and claims by facet, so that totals never have to read all rows. The triggers run once per
-- statement, because a publication can write many rows. They see every write, so the totals can't miss one.

-- The facets of a row. An empty value means that the row has no value. Only live rows count, except in `status`.
-- Dates are in UTC.
CREATE OR REPLACE FUNCTION record_facets(
    status text, language text, verdicts text[], originals text[], publishers text[], topics text[],
    published timestamptz, reviewed date
) RETURNS TABLE (facet text, value text) LANGUAGE sql STABLE AS $$
    SELECT 'status', status
    UNION ALL SELECT named.facet, coalesce(found.value, '') FROM (VALUES
        ('language', ARRAY[language]),
        ('verdict', verdicts),
        ('original_verdict', originals),
        ('publisher', publishers),
        ('topic', topics),
        ('year', ARRAY[to_char(published AT TIME ZONE 'UTC', 'YYYY')]),
        ('month', ARRAY[to_char(published AT TIME ZONE 'UTC', 'YYYY-MM')]),
        ('reviewed_year', ARRAY[to_char(reviewed, 'YYYY')]),
        ('reviewed_month', ARRAY[to_char(reviewed, 'YYYY-MM')])
    ) named (facet, vals), LATERAL unnest(CASE WHEN vals = '{}' THEN '{NULL}' ELSE vals END) found (value)
    WHERE status = 'live'
$$;

-- Adds the rows with these facets to the totals of `counted`, or with `sign` -1 subtracts the rows. A total of zero is
-- deleted, so that no value of erased content is left.
CREATE OR REPLACE FUNCTION record_change_totals(counted text, sign int, facets text[], vals text[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    WITH changed AS (
        SELECT f.facet, f.value, count(*) AS number FROM unnest(facets, vals) f (facet, value) GROUP BY 1, 2
    ), emptied AS (
        DELETE FROM record_publishedtotal mine USING changed
        WHERE sign < 0 AND (mine.rows, mine.facet, mine.value) = (counted, changed.facet, changed.value)
        AND mine.number <= changed.number
    ), updated AS (
        UPDATE record_publishedtotal mine SET number = mine.number + sign * changed.number FROM changed
        WHERE (mine.rows, mine.facet, mine.value) = (counted, changed.facet, changed.value)
        AND (sign > 0 OR mine.number > changed.number)
        RETURNING mine.facet, mine.value
    )
    INSERT INTO record_publishedtotal (rows, facet, value, number)
    SELECT counted, changed.facet, changed.value, changed.number FROM changed
    WHERE sign > 0 AND (changed.facet, changed.value) NOT IN (SELECT updated.facet, updated.value FROM updated);
END $$;

CREATE OR REPLACE FUNCTION record_review_totals() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    facets text[];
    vals text[];
BEGIN
    IF TG_OP <> 'INSERT' THEN
        SELECT array_agg(f.facet), array_agg(f.value) INTO facets, vals FROM removed r, LATERAL record_facets(
            r.status, r.language, ARRAY[r.verdict], ARRAY[r.original_verdict], ARRAY[r.publisher], r.topics,
            r.published_at, r.reviewed_on) f;
        PERFORM record_change_totals('reviews', -1, facets, vals);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        SELECT array_agg(f.facet), array_agg(f.value) INTO facets, vals FROM added r, LATERAL record_facets(
            r.status, r.language, ARRAY[r.verdict], ARRAY[r.original_verdict], ARRAY[r.publisher], r.topics,
            r.published_at, r.reviewed_on) f;
        PERFORM record_change_totals('reviews', 1, facets, vals);
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION record_claim_totals() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    facets text[];
    vals text[];
BEGIN
    IF TG_OP <> 'INSERT' THEN
        SELECT array_agg(f.facet), array_agg(f.value) INTO facets, vals FROM removed c, LATERAL record_facets(
            c.status, c.language, c.verdicts, c.original_verdicts, c.publishers, c.topics, c.published_at, NULL) f;
        PERFORM record_change_totals('claims', -1, facets, vals);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        SELECT array_agg(f.facet), array_agg(f.value) INTO facets, vals FROM added c, LATERAL record_facets(
            c.status, c.language, c.verdicts, c.original_verdicts, c.publishers, c.topics, c.published_at, NULL) f;
        PERFORM record_change_totals('claims', 1, facets, vals);
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER totals_of_added AFTER INSERT ON record_publishedreview
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION record_review_totals();
CREATE OR REPLACE TRIGGER totals_of_changed AFTER UPDATE ON record_publishedreview
    REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION record_review_totals();
CREATE OR REPLACE TRIGGER totals_of_removed AFTER DELETE ON record_publishedreview
    REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION record_review_totals();
ALTER TABLE record_publishedreview ENABLE ALWAYS TRIGGER totals_of_added;
ALTER TABLE record_publishedreview ENABLE ALWAYS TRIGGER totals_of_changed;
ALTER TABLE record_publishedreview ENABLE ALWAYS TRIGGER totals_of_removed;

CREATE OR REPLACE TRIGGER totals_of_added AFTER INSERT ON record_publishedclaim
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION record_claim_totals();
CREATE OR REPLACE TRIGGER totals_of_changed AFTER UPDATE ON record_publishedclaim
    REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION record_claim_totals();
CREATE OR REPLACE TRIGGER totals_of_removed AFTER DELETE ON record_publishedclaim
    REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION record_claim_totals();
ALTER TABLE record_publishedclaim ENABLE ALWAYS TRIGGER totals_of_added;
ALTER TABLE record_publishedclaim ENABLE ALWAYS TRIGGER totals_of_changed;
ALTER TABLE record_publishedclaim ENABLE ALWAYS TRIGGER totals_of_removed;
