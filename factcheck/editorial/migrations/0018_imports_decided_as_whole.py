"""The decision on an import is its own row, and the database holds it as it holds that on a single approval.

Approvals of an import learn of it when they are published (`publish_import`), in the same statement as their entry. Who
decided is asked once for all rows of a statement, by transition tables, and not row by row.
"""

from importlib import import_module

from django.db import migrations

FORWARDS = """
-- What an import's approval is of: the digests of its statements in their order, each followed by a line feed.
CREATE FUNCTION editorial_import_digest(batch bigint) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT encode(sha256(convert_to(coalesce(string_agg(digest || E'\\n', '' ORDER BY id), ''), 'UTF8')), 'hex')
        FROM editorial_approval WHERE batch_id = batch
$$;

-- What was put before a second person stays as it was, and so does the decision. Who approves is an Editor there, not
-- an author of any of it, and names exactly what is in it.
CREATE FUNCTION editorial_importbatch_rules() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (
        (NEW.id, NEW.newsroom_id, NEW.submitted_by_id, NEW.submitted_at)
            IS DISTINCT FROM (OLD.id, OLD.newsroom_id, OLD.submitted_by_id, OLD.submitted_at)
        OR OLD.digest <> '' AND NEW.digest <> OLD.digest
        OR OLD.decision <> '' AND (NEW.decision, NEW.decided_by_id, NEW.decided_at)
            IS DISTINCT FROM (OLD.decision, OLD.decided_by_id, OLD.decided_at)) THEN
        RAISE EXCEPTION 'import %: what was submitted or decided cannot be changed', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.decision = 'approved' AND (TG_OP = 'INSERT' OR OLD.decision <> 'approved') THEN
        IF current_setting('transaction_isolation') <> 'read committed' THEN
            RAISE EXCEPTION 'an import is approved as it is now, not as an earlier snapshot has it'
                USING ERRCODE = 'restrict_violation';
        END IF;
        IF NEW.digest <> editorial_import_digest(NEW.id) THEN
            RAISE EXCEPTION 'import %: it has not the digest that is approved', NEW.id
                USING ERRCODE = 'restrict_violation';
        END IF;
        IF NOT EXISTS (
            SELECT 1 FROM editorial_membership m JOIN editorial_user u ON u.id = m.user_id AND u.is_active
            WHERE m.publisher_id = NEW.newsroom_id AND m.user_id = NEW.decided_by_id
            AND m.role IN ('editor', 'chief_editor')
        ) THEN
            RAISE EXCEPTION 'only an Editor of the newsroom approves' USING ERRCODE = 'restrict_violation';
        END IF;
        IF EXISTS (
            SELECT 1 FROM editorial_approval a JOIN editorial_authorship s ON s.review_id = a.review_id
            WHERE a.batch_id = NEW.id AND s.user_id = NEW.decided_by_id
        ) THEN
            RAISE EXCEPTION 'an author cannot approve' USING ERRCODE = 'restrict_violation';
        END IF;
    END IF;
    RETURN NULL;
END $$;
-- After the row is there, so that its CHECKs speak first.
CREATE TRIGGER importbatch_rules AFTER INSERT OR UPDATE ON editorial_importbatch
    FOR EACH ROW EXECUTE FUNCTION editorial_importbatch_rules();
ALTER TABLE editorial_importbatch ENABLE ALWAYS TRIGGER importbatch_rules;
CREATE TRIGGER importbatch_kept BEFORE DELETE ON editorial_importbatch
    FOR EACH ROW WHEN (OLD.digest <> '' OR OLD.decision <> '') EXECUTE FUNCTION editorial_refuse();
ALTER TABLE editorial_importbatch ENABLE ALWAYS TRIGGER importbatch_kept;

-- Replaces the function of 0009, without who decides. A statement that stays as it was keeps the digest that it was
-- inserted with.
CREATE OR REPLACE FUNCTION editorial_approval_rules() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    emptied boolean := TG_OP = 'UPDATE' AND NEW.statement = '' AND NEW.note = '' AND NEW.digest = repeat('0', 64)
        AND EXISTS (
            SELECT 1 FROM editorial_approval later JOIN record_logentry e ON e.sequence = later.sequence
            WHERE later.review_id = NEW.review_id AND later.id > NEW.id AND e.kind = 'review.erasure');
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF (NEW.id, NEW.review_id, NEW.action, NEW.change_class, NEW.batch_id, NEW.submitted_by_id, NEW.submitted_at)
           IS DISTINCT FROM
           (OLD.id, OLD.review_id, OLD.action, OLD.change_class, OLD.batch_id, OLD.submitted_by_id, OLD.submitted_at)
           OR (NEW.statement, NEW.note, NEW.digest) IS DISTINCT FROM (OLD.statement, OLD.note, OLD.digest)
              AND NOT emptied
           OR OLD.sequence IS NOT NULL AND NEW.sequence IS DISTINCT FROM OLD.sequence
           OR OLD.decision = 'returned' AND NEW.decision <> 'returned'
           OR OLD.decision = 'approved' AND NEW.decision = ''
           OR OLD.sequence IS NOT NULL AND (NEW.decision, NEW.decided_by_id, NEW.decided_at)
              IS DISTINCT FROM (OLD.decision, OLD.decided_by_id, OLD.decided_at) THEN
            RAISE EXCEPTION 'approval %: what was submitted or decided cannot be changed', OLD.id
                USING ERRCODE = 'restrict_violation';
        END IF;
    ELSIF NEW.sequence IS NOT NULL THEN
        RAISE EXCEPTION 'an approval begins before the publication' USING ERRCODE = 'restrict_violation';
    ELSIF NEW.digest <> encode(sha256(convert_to(NEW.statement, 'UTF8')), 'hex') THEN
        RAISE EXCEPTION 'the statement has not the digest of its approval' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

-- Asked once for all rows of a statement. Who decides is neither an author nor who had a program draft it, and is an
-- Editor of the newsroom or decided on the import, of whom importbatch_rules asked that. An import whose digest is fixed
-- takes nothing more, and one that nobody can see yet nothing; FOR SHARE: whoever fixes it meanwhile waits, or is waited
-- for.
CREATE FUNCTION editorial_approvals_decided() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    decided bigint[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM FROM editorial_importbatch WHERE id IN (SELECT batch_id FROM fresh) FOR SHARE;
        IF EXISTS (
            SELECT FROM fresh LEFT JOIN editorial_importbatch b ON b.id = fresh.batch_id
            WHERE fresh.batch_id IS NOT NULL AND b.digest IS DISTINCT FROM ''
        ) THEN
            RAISE EXCEPTION 'a finished import takes nothing more' USING ERRCODE = 'restrict_violation';
        END IF;
        decided := ARRAY(SELECT id FROM fresh WHERE decision = 'approved');
    ELSE
        decided := ARRAY(
            SELECT n.id FROM fresh n JOIN former o ON o.id = n.id WHERE n.decision = 'approved'
            AND (n.decision, n.decided_by_id) IS DISTINCT FROM (o.decision, o.decided_by_id));
    END IF;
    IF EXISTS (
        SELECT FROM editorial_approval a JOIN editorial_authorship s ON s.review_id = a.review_id
        WHERE a.id = ANY(decided) AND s.user_id = a.decided_by_id
    ) THEN
        RAISE EXCEPTION 'an author cannot approve' USING ERRCODE = 'restrict_violation';
    END IF;
    IF EXISTS (
        SELECT FROM editorial_approval a JOIN editorial_review r ON r.id = a.review_id
        JOIN editorial_apitoken t ON t.id = r.token_id
        WHERE a.id = ANY(decided) AND t.user_id = a.decided_by_id
    ) THEN
        RAISE EXCEPTION 'who had a program draft it cannot approve' USING ERRCODE = 'restrict_violation';
    END IF;
    IF EXISTS (
        SELECT FROM editorial_approval a JOIN editorial_review r ON r.id = a.review_id
        LEFT JOIN editorial_importbatch b ON b.id = a.batch_id AND b.newsroom_id = r.newsroom_id
            AND b.decision = 'approved' AND b.decided_by_id = a.decided_by_id AND b.decided_at = a.decided_at
        WHERE a.id = ANY(decided) AND b.id IS NULL AND NOT EXISTS (
            SELECT FROM editorial_membership m JOIN editorial_user u ON u.id = m.user_id AND u.is_active
            WHERE m.publisher_id = r.newsroom_id AND m.user_id = a.decided_by_id
            AND m.role IN ('editor', 'chief_editor'))
    ) THEN
        RAISE EXCEPTION 'only an Editor of the newsroom approves' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER approvals_added AFTER INSERT ON editorial_approval
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION editorial_approvals_decided();
CREATE TRIGGER approvals_decided AFTER UPDATE ON editorial_approval
    REFERENCING OLD TABLE AS former NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION editorial_approvals_decided();
ALTER TABLE editorial_approval ENABLE ALWAYS TRIGGER approvals_added;
ALTER TABLE editorial_approval ENABLE ALWAYS TRIGGER approvals_decided;
DROP TRIGGER token_author ON editorial_approval;
DROP FUNCTION editorial_token_author;
"""


def earlier(migration: str, statements: str, first: str, last: str) -> str:
    """What an earlier migration made and this one replaces."""
    made: str = getattr(import_module(f"factcheck.editorial.migrations.{migration}"), statements)
    begin = made.index(first)
    return made[begin : made.index(last, begin) + len(last)]


# Before this migration a decision stood in each approval and review.
BACKWARDS = """
UPDATE editorial_review r SET state = 'approved' FROM editorial_approval a JOIN editorial_importbatch b ON b.id = a.batch_id
    WHERE a.review_id = r.id AND a.decision = '' AND b.decision = 'approved';
UPDATE editorial_approval a SET decision = b.decision, decided_by_id = b.decided_by_id, decided_at = b.decided_at
    FROM editorial_importbatch b WHERE b.id = a.batch_id AND a.decision = '' AND b.decision = 'approved';
SET CONSTRAINTS ALL IMMEDIATE;
DROP TRIGGER approvals_decided ON editorial_approval;
DROP TRIGGER approvals_added ON editorial_approval;
DROP TRIGGER importbatch_kept ON editorial_importbatch;
DROP TRIGGER importbatch_rules ON editorial_importbatch;
DROP FUNCTION editorial_approvals_decided, editorial_importbatch_rules, editorial_import_digest;
"""


class Migration(migrations.Migration):
    dependencies = [("editorial", "0017_nothing_decided_by_token")]

    operations = [
        migrations.RunSQL(
            FORWARDS,
            BACKWARDS
            + earlier("0009_erasure", "FUNCTIONS", "CREATE OR REPLACE FUNCTION editorial_approval_rules", "END $$;")
            + earlier(
                "0014_tokens", "FORWARDS", "CREATE FUNCTION editorial_token_author", "ALWAYS TRIGGER token_author;"
            ),
        )
    ]
