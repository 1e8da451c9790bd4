"""What is published says of itself which review it is, and a newsroom's own review that it is that newsroom's.

That it is a newsroom's own is what the document says, which has no page of another publisher then; the row can be changed.
"""

from importlib import import_module

from django.db import migrations

earlier = import_module("factcheck.editorial.migrations.0018_imports_decided_as_whole").earlier

FORWARDS = """
-- Replaces the function of 0002.
CREATE OR REPLACE FUNCTION editorial_published_was_approved() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    approval editorial_approval%ROWTYPE;
    review editorial_review%ROWTYPE;
    document jsonb;
BEGIN
    SELECT * INTO approval FROM editorial_approval WHERE sequence = NEW.sequence;
    SELECT * INTO review FROM editorial_review WHERE id = NEW.subject;
    SELECT convert_from(d.document, 'UTF8')::jsonb INTO document
        FROM record_revisiondocument d WHERE d.sequence = NEW.sequence;
    IF approval.id IS NULL OR approval.decision <> 'approved' OR approval.review_id <> NEW.subject
        OR approval.action <> (CASE WHEN NEW.kind IN ('review.withdrawal', 'review.reinstatement', 'review.erasure')
                                    THEN split_part(NEW.kind, '.', 2) ELSE 'publication' END)
        OR document ->> 'id' IS DISTINCT FROM NEW.subject::text
        OR document - ARRAY['published_at', 'updated_at', 'revision', 'corrections']
           IS DISTINCT FROM approval.statement::jsonb
        OR document #>> '{revision,class}' IS DISTINCT FROM nullif(approval.change_class, '')
        OR document #>> '{revision,note}' IS DISTINCT FROM nullif(approval.note, '') THEN
        RAISE EXCEPTION 'log entry %: nobody approved what it publishes', NEW.sequence
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF EXISTS (SELECT 1 FROM editorial_authorship
               WHERE review_id = NEW.subject AND user_id = approval.decided_by_id) THEN
        RAISE EXCEPTION 'log entry %: an author approved it', NEW.sequence USING ERRCODE = 'restrict_violation';
    END IF;
    -- Others answer for what they published; these rules are for what a newsroom says itself, without a page of another.
    IF approval.action <> 'publication' OR document ->> 'original_url' IS NOT NULL THEN
        RETURN NULL;
    END IF;
    IF document #>> '{publisher,site}' IS DISTINCT FROM
            (SELECT p.site FROM editorial_publisher p WHERE p.id = review.newsroom_id) THEN
        RAISE EXCEPTION 'log entry %: it speaks for another newsroom', NEW.sequence
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF document #>> '{verdict,slug}' IS NULL
        OR coalesce(document ->> 'summary', '') = ''
        OR jsonb_array_length(document -> 'sources') < 2
        OR NOT jsonb_path_exists(document, '$.sources[*] ? (@.stance == "supports" || @.stance == "refutes")') THEN
        RAISE EXCEPTION 'log entry %: verdict, summary or sources are missing', NEW.sequence
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
"""

BACKWARDS = (
    earlier("0002_defences", "FUNCTIONS", "CREATE FUNCTION editorial_published_was_approved", "END $$;")
    .replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
    .replace("LANGUAGE plpgsql AS", "LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS")
)


class Migration(migrations.Migration):
    dependencies = [("editorial", "0026_who_began_it")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
