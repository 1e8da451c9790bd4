-- Counts the rows of reviews and claims by facet, so that totals never have to read all rows. The triggers run once per
-- statement, because a publication can write many rows. They see every write, so the totals can't miss one.

-- The date of a review: the publisher's date, or else the day of the first publication on this site, in UTC.
CREATE OR REPLACE FUNCTION record_reviewed_on(reviewed date, published timestamptz) RETURNS date
LANGUAGE sql STABLE AS $$ SELECT coalesce(reviewed, (published AT TIME ZONE 'UTC')::date) $$;

-- The facets of a row. An empty value means that the row has no value. Only live rows count, except in `status`.
-- Dates are in UTC.
CREATE OR REPLACE FUNCTION record_facets(
    status text, language text, verdicts text[], originals text[], publishers text[], topics text[],
    published timestamptz
) RETURNS TABLE (facet text, value text, other text) LANGUAGE sql STABLE AS $$
    SELECT 'status', status, ''
    UNION ALL SELECT named.facet, coalesce(found.value, ''), '' FROM (VALUES
        ('language', ARRAY[language]),
        ('verdict', verdicts),
        ('original_verdict', originals),
        ('publisher', publishers),
        ('topic', topics),
        ('month', ARRAY[to_char(published AT TIME ZONE 'UTC', 'YYYY-MM')])
    ) named (facet, vals), LATERAL unnest(CASE WHEN vals = '{}' THEN '{NULL}' ELSE vals END) found (value)
    WHERE status = 'live'
$$;

-- The facets that only live reviews have: dates, and pairs of facets. `value` and `other` are the values of a pair.
CREATE OR REPLACE FUNCTION record_review_facets(
    language text, verdict text, publisher text, topics text[], published timestamptz, reviewed date, claimed date
) RETURNS TABLE (facet text, value text, other text) LANGUAGE sql STABLE AS $$
    SELECT found.* FROM (
        SELECT
            to_char(published AT TIME ZONE 'UTC', 'YYYY-MM') AS month,
            to_char(record_reviewed_on(reviewed, published), 'YYYY-MM') AS reviewed_month,
            coalesce(verdict, '') AS verdict
    ) own, LATERAL (
        SELECT * FROM (VALUES
            ('reviewed_month', own.reviewed_month, ''),
            ('days', coalesce((record_reviewed_on(reviewed, published) - claimed)::text, ''), ''),
            ('language,month', language, own.month),
            ('language,publisher', language, publisher),
            ('language,verdict', language, own.verdict),
            ('month,publisher', own.month, publisher),
            ('month,verdict', own.month, own.verdict),
            ('publisher,verdict', publisher, own.verdict),
            ('reviewed_month,verdict', own.reviewed_month, own.verdict)
        ) one (facet, value, other)
        UNION ALL SELECT paired.facet, paired.value, coalesce(topic.slug, '') FROM (VALUES
            ('language,topic', language),
            ('month,topic', own.month),
            ('publisher,topic', publisher)
        ) paired (facet, value), unnest(CASE WHEN topics = '{}' THEN '{NULL}' ELSE topics END) topic (slug)
        UNION ALL SELECT 'topic,verdict', coalesce(topic.slug, ''), own.verdict
        FROM unnest(CASE WHEN topics = '{}' THEN '{NULL}' ELSE topics END) topic (slug)
    ) found (facet, value, other)
$$;

-- Adds the rows with these facets to the totals of `counted`, or with `sign` -1 subtracts the rows. A total of zero is
-- deleted, so that no value of erased content is left.
CREATE OR REPLACE FUNCTION record_change_totals(counted text, sign int, facets text[], vals text[], others text[])
RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    WITH changed AS (
        SELECT f.facet, f.value, f.other, count(*) AS number
        FROM unnest(facets, vals, others) f (facet, value, other) GROUP BY 1, 2, 3
    ), emptied AS (
        DELETE FROM record_publishedtotal mine USING changed
        WHERE sign < 0 AND mine.number <= changed.number AND (mine.rows, mine.facet, mine.value, mine.other)
            = (counted, changed.facet, changed.value, changed.other)
    ), updated AS (
        UPDATE record_publishedtotal mine SET number = mine.number + sign * changed.number FROM changed
        WHERE (sign > 0 OR mine.number > changed.number) AND (mine.rows, mine.facet, mine.value, mine.other)
            = (counted, changed.facet, changed.value, changed.other)
        RETURNING mine.facet, mine.value, mine.other
    )
    INSERT INTO record_publishedtotal (rows, facet, value, other, number)
    SELECT counted, changed.facet, changed.value, changed.other, changed.number FROM changed
    WHERE sign > 0 AND (changed.facet, changed.value, changed.other)
        NOT IN (SELECT updated.facet, updated.value, updated.other FROM updated);
END $$;

CREATE OR REPLACE FUNCTION record_review_totals() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    facets text[];
    vals text[];
    others text[];
BEGIN
    IF TG_OP <> 'INSERT' THEN
        SELECT array_agg(f.facet), array_agg(f.value), array_agg(f.other) INTO facets, vals, others
        FROM removed r, LATERAL (
            SELECT * FROM record_facets(r.status, r.language, ARRAY[r.verdict], ARRAY[r.original_verdict],
                                        ARRAY[r.publisher], r.topics, r.published_at)
            UNION ALL SELECT mine.* FROM record_review_facets(
                r.language, r.verdict, r.publisher, r.topics, r.published_at, r.reviewed_on, r.claimed_on) mine
            WHERE r.status = 'live'
        ) f;
        PERFORM record_change_totals('reviews', -1, facets, vals, others);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        SELECT array_agg(f.facet), array_agg(f.value), array_agg(f.other) INTO facets, vals, others
        FROM added r, LATERAL (
            SELECT * FROM record_facets(r.status, r.language, ARRAY[r.verdict], ARRAY[r.original_verdict],
                                        ARRAY[r.publisher], r.topics, r.published_at)
            UNION ALL SELECT mine.* FROM record_review_facets(
                r.language, r.verdict, r.publisher, r.topics, r.published_at, r.reviewed_on, r.claimed_on) mine
            WHERE r.status = 'live'
        ) f;
        PERFORM record_change_totals('reviews', 1, facets, vals, others);
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION record_claim_totals() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    facets text[];
    vals text[];
    others text[];
BEGIN
    IF TG_OP <> 'INSERT' THEN
        SELECT array_agg(f.facet), array_agg(f.value), array_agg(f.other) INTO facets, vals, others
        FROM removed c, LATERAL record_facets(
            c.status, c.language, c.verdicts, c.original_verdicts, c.publishers, c.topics, c.published_at) f;
        PERFORM record_change_totals('claims', -1, facets, vals, others);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        SELECT array_agg(f.facet), array_agg(f.value), array_agg(f.other) INTO facets, vals, others
        FROM added c, LATERAL record_facets(
            c.status, c.language, c.verdicts, c.original_verdicts, c.publishers, c.topics, c.published_at) f;
        PERFORM record_change_totals('claims', 1, facets, vals, others);
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER totals_of_added AFTER INSERT ON record_publishedreview
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION record_review_totals();
CREATE OR REPLACE TRIGGER totals_of_changed AFTER UPDATE ON record_publishedreview
    REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION record_review_totals();
CREATE OR REPLACE TRIGGER totals_of_removed AFTER DELETE ON record_publishedreview
    REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION record_review_totals();

CREATE OR REPLACE TRIGGER totals_of_added AFTER INSERT ON record_publishedclaim
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION record_claim_totals();
CREATE OR REPLACE TRIGGER totals_of_changed AFTER UPDATE ON record_publishedclaim
    REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION record_claim_totals();
CREATE OR REPLACE TRIGGER totals_of_removed AFTER DELETE ON record_publishedclaim
    REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION record_claim_totals();
