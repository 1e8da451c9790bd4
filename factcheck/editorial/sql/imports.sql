-- The digest of an import's proposal: the digests of its members in order, each followed by a line feed.
CREATE OR REPLACE FUNCTION editorial_import_digest(batch bigint) RETURNS text LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT encode(sha256(convert_to(coalesce(string_agg(digest || E'\n', '' ORDER BY id), ''), 'UTF8')), 'hex')
        FROM editorial_proposal WHERE batch_id = batch AND kind = 'review'
$$;

-- An approved import has exactly the members that its digest covers. Members receive the decision when they are
-- published, in the SQL statement that sets their entries.
CREATE OR REPLACE FUNCTION editorial_require_whole_imports(decided bigint[]) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'an import is approved as it is now, not as an earlier snapshot has it'
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF EXISTS (
        SELECT FROM editorial_proposal p
        WHERE p.id = ANY(decided) AND p.kind = 'import' AND p.digest <> editorial_import_digest(p.batch_id)
    ) THEN
        RAISE EXCEPTION 'the import does not have the digest that is approved' USING ERRCODE = 'restrict_violation';
    END IF;
END $$;

-- The importer and the newsroom of an import determine who may approve it, so they never change.
CREATE OR REPLACE TRIGGER importbatch_begun BEFORE UPDATE ON editorial_importbatch
    FOR EACH ROW WHEN ((NEW.newsroom_id, NEW.imported_by_id, NEW.imported_at) IS DISTINCT FROM
                       (OLD.newsroom_id, OLD.imported_by_id, OLD.imported_at))
    EXECUTE FUNCTION editorial_refuse();

-- An uploaded sheet can contain anything that its newsroom erases or forgets, so the newsroom's sheets are deleted too.
CREATE OR REPLACE FUNCTION editorial_forget_sheets() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE editorial_importbatch SET sheet = NULL, outcomes = '[]', step = ''
        WHERE newsroom_id = NEW.newsroom_id AND sheet IS NOT NULL;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER sheets_forgotten AFTER INSERT ON editorial_editorialevent
    FOR EACH ROW WHEN (NEW.action = 'review.erasure' OR NEW.action LIKE '%.passage_forgotten')
    EXECUTE FUNCTION editorial_forget_sheets();

-- How far the worker is with an uploaded sheet, such as `300 20000`. Its connection has this name during its transaction,
-- which other connections can't see yet. Without such a connection, the state of the job.
CREATE OR REPLACE FUNCTION editorial_upload_progress(batch bigint, job bigint) RETURNS text LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN coalesce(
        (SELECT max(split_part(application_name, ': ', 2)) FROM pg_stat_activity
            WHERE datname = current_database() AND starts_with(application_name, format('upload %s: ', batch))),
        (SELECT status::text FROM procrastinate_jobs WHERE id = job), 'missing');
END $$;
