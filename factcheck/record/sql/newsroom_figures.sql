-- The figures of a newsroom from the first to the last day in its zone: the name of a figure, a value and its number. They
-- count the newsroom's own live reviews, at most `counted` of the newest. Sources and replies are only in the bodies, so
-- they are counted in the `opened` newest. A source is named by its title or its publisher. Corrections are read from the
-- first entry of the period on, because entries of the log have an index by time. Quantities come in their order, and other
-- values with the most frequent first.
CREATE OR REPLACE FUNCTION record_newsroom_figures(
    site text, zone text, first_day date, last_day date, counted int, opened int
) RETURNS TABLE (figure text, value text, number bigint) LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
    WITH period AS MATERIALIZED (
        SELECT first_day::timestamp AT TIME ZONE zone AS since, (last_day + 1)::timestamp AT TIME ZONE zone AS until
    ), found AS MATERIALIZED (
        SELECT id, published_at, topics FROM record_publishedreview
        WHERE publisher = site AND status = 'live' AND original_key IS NULL
            AND published_at >= (SELECT since FROM period) AND published_at < (SELECT until FROM period)
        ORDER BY published_at DESC, id DESC LIMIT counted
    ), read AS MATERIALIZED (
        SELECT cited.*, replied.* FROM (SELECT id FROM found ORDER BY published_at DESC, id DESC LIMIT opened) AS newest
        JOIN record_publishedreview AS review USING (id)
        CROSS JOIN LATERAL (SELECT review.body::json AS body OFFSET 0) AS parsed
        CROSS JOIN LATERAL (
            SELECT count(*) AS sources, count(coalesce(source ->> 'title', source ->> 'publisher')) AS named,
                count(*) FILTER (WHERE (source ->> 'primary')::boolean) AS first_hand
            FROM json_array_elements(parsed.body -> 'sources') AS source
        ) AS cited CROSS JOIN LATERAL (
            SELECT count(*) AS asked, count(reply ->> 'answer') AS answered
            FROM json_array_elements(parsed.body -> 'replies') AS reply
        ) AS replied
    ), changed AS MATERIALIZED (
        SELECT coalesce(change_class, kind) AS change, days FROM record_publishedcorrection
        WHERE publisher = site AND (change_class IS NOT NULL OR kind NOT IN ('update', 'correction'))
            AND at >= (SELECT since FROM period) AND at < (SELECT until FROM period)
            AND sequence >= (SELECT sequence FROM record_logentry WHERE at >= (SELECT since FROM period) ORDER BY at LIMIT 1)
    )
    SELECT * FROM (SELECT 'weeks', date_trunc('week', published_at AT TIME ZONE zone)::date::text, count(*) FROM found GROUP BY 2
    UNION ALL SELECT 'topics', topic, count(*) FROM found, unnest(topics) AS topic GROUP BY 2
    UNION ALL SELECT 'sources', sources::text, count(*) FROM read GROUP BY 2
    UNION ALL SELECT 'standard', (named >= 2 AND first_hand >= 1)::text, count(*) FROM read GROUP BY 2
    UNION ALL SELECT 'replies', 'asked', coalesce(sum(asked), 0)::bigint FROM read
    UNION ALL SELECT 'replies', 'answered', coalesce(sum(answered), 0)::bigint FROM read
    UNION ALL SELECT 'corrections', change, count(*) FROM changed GROUP BY 2
    UNION ALL SELECT 'days', days::text, count(*) FROM changed WHERE change = 'substantive' GROUP BY 2
    UNION ALL SELECT 'demands', from_type || ' ' || outcome, count(*) FROM record_publisheddemand
        WHERE publisher = site AND received_on BETWEEN first_day AND last_day GROUP BY 2
    ) AS every (figure, value, number)
    ORDER BY figure, CASE WHEN figure IN ('sources', 'days') THEN value::int END, number DESC, value
$$;
