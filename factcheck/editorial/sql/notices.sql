-- The zone, or UTC if this machine has no zone with this name. The view pg_timezone_names would read all files of zones.
CREATE OR REPLACE FUNCTION editorial_known_zone(name text) RETURNS text LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT CASE WHEN $1 <> '' AND pg_input_is_valid('2000-01-01 00:00 ' || $1, 'timestamptz') THEN $1 ELSE 'UTC' END
$$;

-- Notices of a person, for the desk and for e-mails. Notices aren't stored: they derive from comments, cards and proposals, so a
-- notice ends with what it is about, with the person's role, or with the decision. They contain no text. `subject` is the
-- table of what the notice is about, and `key` is its row.
CREATE OR REPLACE FUNCTION editorial_notices(person bigint)
RETURNS TABLE (kind text, at timestamptz, subject text, key bigint) LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
    WITH room AS MATERIALIZED (
        SELECT m.publisher_id AS newsroom, m.role <> 'reporter' AS decides,
               (now() AT TIME ZONE place.zone)::date AS today, place.zone
        FROM editorial_membership m JOIN editorial_user u ON u.id = m.user_id AND u.is_active
        JOIN editorial_publisher p ON p.id = m.publisher_id
        CROSS JOIN LATERAL editorial_known_zone(p.time_zone) AS place (zone) WHERE m.user_id = $1),
    card AS MATERIALIZED (
        SELECT c.*, room.today, room.zone FROM editorial_card c JOIN room ON room.newsroom = c.newsroom_id
        WHERE c.owner_id = $1 AND c.stage <> 'off')
    SELECT CASE WHEN $1 = ANY (c.mentioned) THEN 'mentioned' ELSE 'answered' END, c.at, 'comment', c.id
        FROM editorial_comment c JOIN room ON room.newsroom = c.newsroom_id AND (room.decides OR c.message_id IS NULL)
        WHERE c.at > now() - interval '30 days' AND c.author_id <> $1 AND ($1 = ANY (c.mentioned)
            OR EXISTS (SELECT FROM editorial_comment t WHERE t.author_id = $1 AND c.thread_id IN (t.id, t.thread_id))
            OR EXISTS (SELECT FROM editorial_review r WHERE r.created_by_id = $1 AND r.id IN (
                c.review_id, (SELECT s.review_id FROM editorial_source s WHERE s.id = c.source_id))))
    UNION ALL SELECT 'assigned', given.at, 'card', card.id FROM card CROSS JOIN LATERAL (
        SELECT e.at FROM editorial_editorialevent e
        WHERE e.subject = card.claim_id::text AND e.action = 'card.changed' AND e.newsroom_id = card.newsroom_id
        AND e.actor_id <> $1 AND e.detail ->> 'owner' = $1::text ORDER BY e.id DESC LIMIT 1) AS given
    UNION ALL SELECT 'due', (CASE WHEN card.due_on < card.today THEN card.due_on + 1 ELSE card.due_on - 1 END)::timestamp
            AT TIME ZONE card.zone, 'card', card.id
        FROM card WHERE card.due_on <= card.today + 1
    UNION ALL SELECT 'returned', p.decided_at, 'proposal', p.id FROM editorial_proposal p
        JOIN room ON room.newsroom = p.newsroom_id
        WHERE p.submitted_by_id = $1 AND p.decision = 'returned' AND p.decided_by_id <> $1
        AND NOT (p.kind = 'review' AND p.batch_id IS NOT NULL) AND p.decided_at > now() - interval '30 days'
        AND NOT EXISTS (SELECT FROM editorial_proposal n WHERE n.id > p.id AND n.review_id = p.review_id)
        AND NOT EXISTS (SELECT FROM editorial_proposal n WHERE n.id > p.id AND n.demand_id = p.demand_id)
    UNION ALL SELECT 'waiting', p.submitted_at, 'proposal', p.id FROM editorial_proposal p
        WHERE p.decision = '' AND NOT (p.kind = 'review' AND p.batch_id IS NOT NULL)
        AND editorial_may_decide($1, p.id)
    ORDER BY 2 DESC LIMIT 100
$$;

CREATE OR REPLACE FUNCTION editorial_unseen_notices(person bigint) RETURNS bigint LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT count(*) FROM editorial_notices($1) n
    WHERE n.at > coalesce((SELECT seen_at FROM editorial_noticechoice WHERE person_id = $1), '-infinity')
$$;

-- Take the e-mails that are due now, and count what they tell. The new `mailed_at` is committed before the e-mail is sent,
-- so two workers, or a worker that is started again, don't send it twice. A daily e-mail is due at seven o'clock in the
-- zone of the person's newsroom. Notices that the person has seen at the desk aren't told.
CREATE OR REPLACE FUNCTION editorial_take_mails()
RETURNS TABLE (person bigint, since timestamptz, language text, kinds text[], numbers bigint[]) LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    INSERT INTO editorial_noticechoice (person_id, seen_at, mailed_at, mail, kinds, language)
        SELECT id, date_trunc('day', now()), now(), 'daily', '{mentioned,answered,assigned,returned,waiting,due}', ''
        FROM editorial_user WHERE is_active AND email <> '' ON CONFLICT DO NOTHING;
    RETURN QUERY WITH due AS (
        SELECT c.person_id, c.mailed_at AS since, c.seen_at, c.kinds, c.language FROM editorial_noticechoice c
        JOIN editorial_user u ON u.id = c.person_id AND u.is_active AND u.email <> ''
        CROSS JOIN LATERAL (
            SELECT editorial_known_zone(min(p.time_zone)) AS zone FROM editorial_membership m
            JOIN editorial_publisher p ON p.id = m.publisher_id WHERE m.user_id = c.person_id) AS place
        CROSS JOIN LATERAL (
            SELECT ((now() AT TIME ZONE place.zone)::date + time '07:00') AT TIME ZONE place.zone AS at) AS seven
        WHERE c.mail = 'at_once' OR now() >= seven.at AND c.mailed_at < seven.at
        FOR UPDATE OF c SKIP LOCKED),
    taken AS (UPDATE editorial_noticechoice c SET mailed_at = now() FROM due WHERE c.person_id = due.person_id)
    SELECT due.person_id, due.since, due.language::text, array_agg(n.kind ORDER BY n.kind), array_agg(n.number ORDER BY n.kind)
    FROM due CROSS JOIN LATERAL (
        SELECT told.kind, count(*) AS number FROM editorial_notices(due.person_id) told
        WHERE told.at > greatest(due.since, due.seen_at) AND told.at <= now() AND told.kind = ANY (due.kinds)
        GROUP BY told.kind) AS n
    GROUP BY due.person_id, due.since, due.language ORDER BY due.person_id;
END $$;
