"""Who began a newsroom's own review is an author of it for ever, as who had a program begin it was already.

The list of authors can be changed by whoever writes the draft; who began it, by nobody. What an import brought in was
begun by the importer, who wrote nothing of it.
"""

from importlib import import_module

from django.db import migrations

earlier = import_module("factcheck.editorial.migrations.0018_imports_decided_as_whole").earlier

FORWARDS = """
-- Replaces the function of 0018.
CREATE OR REPLACE FUNCTION editorial_approvals_decided() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
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
        WHERE a.id = ANY(decided) AND r.import_key IS NULL AND r.created_by_id = a.decided_by_id
    ) THEN
        RAISE EXCEPTION 'who began it cannot approve' USING ERRCODE = 'restrict_violation';
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

DROP TRIGGER review_token_fixed ON editorial_review;
DROP FUNCTION editorial_review_token_fixed;
CREATE FUNCTION editorial_review_begun() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'review %: who began it, and with what, cannot be changed', OLD.id
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER review_begun BEFORE UPDATE ON editorial_review FOR EACH ROW
    WHEN ((NEW.created_by_id, NEW.token_id, NEW.import_key) IS DISTINCT FROM
          (OLD.created_by_id, OLD.token_id, OLD.import_key))
    EXECUTE FUNCTION editorial_review_begun();
ALTER TABLE editorial_review ENABLE ALWAYS TRIGGER review_begun;
"""

PATH = "LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS"
DECIDED = earlier("0018_imports_decided_as_whole", "FORWARDS", "CREATE FUNCTION editorial_approvals_decided", "END $$;")
TOKEN_FIXED = earlier(
    "0014_tokens", "FORWARDS", "CREATE FUNCTION editorial_review_token_fixed", "ALWAYS TRIGGER review_token_fixed;"
)
BACKWARDS = """
DROP TRIGGER review_begun ON editorial_review;
DROP FUNCTION editorial_review_begun;
""" + (DECIDED.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION") + TOKEN_FIXED).replace(
    "LANGUAGE plpgsql AS", PATH
)


class Migration(migrations.Migration):
    dependencies = [("editorial", "0025_words")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
