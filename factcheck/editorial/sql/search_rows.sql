-- The words of drafts for the desk's search (`search/draft_rows.py`). A change of a row only empties its words, because a
-- draft and its sources change together. The next search of the newsroom computes them, or else the worker. A text that
-- is erased or deleted therefore loses its words in the same transaction. A change also updates rows that are empty
-- already: the lock keeps a search from computing the words of the old text until the change is committed.

-- The words of a row, by the same functions as the words of published reviews. Another newsroom's claim isn't searched
-- in its draft. The function is volatile, so that it reads what was committed while the row was being locked.
CREATE OR REPLACE FUNCTION editorial_words_of(kind text, searched uuid) RETURNS tsvector LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN CASE kind
    WHEN 'claim' THEN (
        SELECT record_search(c.language, c.text, to_jsonb(who), '', concat_ws(E'\n', c.location, (
            SELECT string_agg(concat_ws(E'\n', url, archive_url), E'\n') FROM editorial_appearance WHERE claim_id = c.id)))
        FROM editorial_claim c LEFT JOIN editorial_claimant who ON who.id = c.claimant_id WHERE c.id = searched)
    WHEN 'review' THEN (
        SELECT record_search(r.language, concat_ws(E'\n', r.headline, r.claim_wording, c.text), to_jsonb(who), r.summary,
            concat_ws(E'\n', (
                SELECT string_agg(concat_ws(E'\n', title, url, archive_url, quote, quote_translation), E'\n')
                FROM editorial_source WHERE review_id = r.id), (
                SELECT string_agg(concat_ws(E'\n', name, description, answer, answer_translation), E'\n')
                FROM editorial_reply WHERE review_id = r.id), r.original_url, r.verdict_explanation, r.body))
        FROM editorial_review r LEFT JOIN editorial_claim c ON c.id = r.claim_id AND c.newsroom_id = r.newsroom_id
        LEFT JOIN editorial_claimant who ON who.id = c.claimant_id WHERE r.id = searched)
    WHEN 'claimant' THEN (
        SELECT record_search('und', concat_ws(E'\n', name, description), NULL, job_title, same_as::text)
        FROM editorial_claimant WHERE id = searched)
    WHEN 'capture' THEN (
        SELECT record_search(coalesce(nullif(language, ''), 'und'), title, NULL, concat_ws(E'\n', url, final_url), text)
        FROM editorial_capture WHERE id = searched)
    WHEN 'demand' THEN (
        SELECT record_search(language, concat_ws(E'\n', from_name, from_description), NULL, asked,
            concat_ws(E'\n', legal_basis, law_act, law_article, done, withheld_reason))
        FROM editorial_demand WHERE id = searched)
    END;
END $$;

CREATE OR REPLACE FUNCTION editorial_words_changed() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        DELETE FROM editorial_searchrow WHERE id = OLD.id;
        RETURN NULL;
    END IF;
    INSERT INTO editorial_searchrow (id, kind, newsroom_id) VALUES (NEW.id, TG_ARGV[0], NEW.newsroom_id)
    ON CONFLICT (id) DO UPDATE SET search = NULL, embedding = NULL, sequence = DEFAULT;
    -- The text of a claim is also in the meaning of its reviews, so a vector that is being computed is dropped.
    IF TG_OP = 'UPDATE' AND TG_ARGV[0] = 'claim' THEN
        UPDATE editorial_searchrow SET search = NULL, embedding = NULL, sequence = DEFAULT WHERE id = ANY (ARRAY(
            SELECT id FROM editorial_review WHERE claim_id = NEW.id));
    ELSIF TG_OP = 'UPDATE' AND TG_ARGV[0] = 'claimant' THEN
        UPDATE editorial_searchrow SET search = NULL WHERE id = ANY (ARRAY(
            SELECT id FROM editorial_claim WHERE claimant_id = NEW.id
            UNION ALL SELECT r.id FROM editorial_review r JOIN editorial_claim c ON c.id = claim_id AND claimant_id = NEW.id));
    END IF;
    RETURN NULL;
END $$;

-- A source or a reply belongs to a review and an appearance to a claim, by the column that the trigger names.
-- An import inserts many of them after their rows, so an insertion writes nothing to a row that is empty already.
CREATE OR REPLACE FUNCTION editorial_words_of_owner_changed() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE editorial_searchrow SET search = NULL WHERE (search IS NOT NULL OR TG_OP <> 'INSERT') AND id IN (
        (to_jsonb(OLD) ->> TG_ARGV[0])::uuid, (to_jsonb(NEW) ->> TG_ARGV[0])::uuid);
    RETURN NULL;
END $$;

DO $$
DECLARE
    searched text;
BEGIN
    FOREACH searched IN ARRAY ARRAY['claim', 'review', 'claimant', 'capture', 'demand'] LOOP
        EXECUTE format('CREATE OR REPLACE TRIGGER words_added AFTER INSERT OR DELETE ON %I FOR EACH ROW
            EXECUTE FUNCTION editorial_words_changed(%L)', 'editorial_' || searched, searched);
        EXECUTE format('CREATE OR REPLACE TRIGGER words_changed AFTER UPDATE ON %I FOR EACH ROW
            WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION editorial_words_changed(%L)',
            'editorial_' || searched, searched);
    END LOOP;
END $$;
CREATE OR REPLACE TRIGGER words_changed AFTER INSERT OR UPDATE OR DELETE ON editorial_source
    FOR EACH ROW EXECUTE FUNCTION editorial_words_of_owner_changed('review_id');
CREATE OR REPLACE TRIGGER words_changed AFTER INSERT OR UPDATE OR DELETE ON editorial_reply
    FOR EACH ROW EXECUTE FUNCTION editorial_words_of_owner_changed('review_id');
CREATE OR REPLACE TRIGGER words_changed AFTER INSERT OR UPDATE OR DELETE ON editorial_appearance
    FOR EACH ROW EXECUTE FUNCTION editorial_words_of_owner_changed('claim_id');

-- A search vector is stored in its row if it fits, so that ranking doesn't have to fetch it separately.
ALTER TABLE editorial_searchrow ALTER COLUMN search SET STORAGE MAIN;
-- Rows are indexed at once. Otherwise, every search would read the list of rows that wait for it.
ALTER INDEX searchrow_words SET (fastupdate = off);

-- Computes the words of rows that have changed, the newest first, and returns their number. Rows that somebody is
-- changing now are skipped.
CREATE OR REPLACE FUNCTION editorial_compute_words(newsrooms bigint[], most integer) RETURNS integer LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    computed integer;
BEGIN
    UPDATE editorial_searchrow SET search = coalesce(editorial_words_of(kind, id), '') WHERE id = ANY (ARRAY(
        SELECT id FROM editorial_searchrow
        WHERE search IS NULL AND (newsrooms IS NULL OR newsroom_id = ANY (newsrooms))
        ORDER BY sequence DESC LIMIT most FOR UPDATE SKIP LOCKED));
    GET DIAGNOSTICS computed = ROW_COUNT;
    RETURN computed;
END $$;

-- The newsrooms' rows of a kind that mean nearly the same. Only the 5,000 rows that changed last are compared, so that a
-- large newsroom doesn't slow the search.
CREATE OR REPLACE FUNCTION editorial_near_rows(newsrooms bigint[], wanted text, query halfvec, alike float8)
RETURNS TABLE (id uuid, cosine float8) LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT * FROM (
        SELECT id, 1 - (embedding <=> query) AS cosine FROM editorial_searchrow
        WHERE embedding IS NOT NULL AND newsroom_id = ANY (newsrooms) AND kind = wanted ORDER BY sequence DESC LIMIT 5000
    ) newest WHERE cosine >= alike ORDER BY cosine DESC LIMIT 50
$$;

-- The claims and drafts that aren't public and have no vector, among the 2,000 that changed last, with their numbers and
-- texts. Published reviews are compared by the vectors of the public record.
CREATE OR REPLACE FUNCTION editorial_rows_without_vector(most integer)
RETURNS TABLE (id uuid, sequence bigint, said text) LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT newest.id, newest.sequence, left(concat_ws(' ', c.text, r.headline, r.summary), 1000) FROM (
        SELECT * FROM editorial_searchrow WHERE kind IN ('claim', 'review') ORDER BY sequence DESC LIMIT 2000
    ) newest
    LEFT JOIN editorial_review r ON r.id = newest.id
    JOIN editorial_claim c ON c.id = coalesce(r.claim_id, newest.id) AND c.newsroom_id = newest.newsroom_id
    WHERE newest.embedding IS NULL AND (r.state IN ('draft', 'submitted', 'approved') OR r.id IS NULL AND NOT EXISTS (
        SELECT FROM record_publishedclaim p WHERE p.id = newest.id AND p.status = 'live'))
    ORDER BY newest.sequence DESC LIMIT most
$$;

CREATE OR REPLACE FUNCTION editorial_save_vectors(ids uuid[], numbers bigint[], vectors halfvec[]) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE editorial_searchrow mine SET embedding = made.vector FROM unnest(ids, numbers, vectors) made (id, number, vector)
    WHERE mine.id = made.id AND mine.sequence = made.number
$$;
