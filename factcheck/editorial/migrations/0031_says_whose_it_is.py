"""What holds of a published review (0027) holds of what takes it back, of the register and of merges: each says whose it is.

A withdrawal and a reinstatement repeat what was published: they need no verdict and no sources of their own. That an
entry's document is of its subject, `record` holds (0020).
"""

from importlib import import_module

from django.db import migrations

earlier = import_module("factcheck.editorial.migrations.0018_imports_decided_as_whole").earlier

FORWARDS = """
-- At commit, when the document is there.
CREATE FUNCTION editorial_repeats_what_was_published() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    added text[] := ARRAY['published_at', 'updated_at', 'revision', 'corrections'];
    said jsonb := (SELECT convert_from(d.document, 'UTF8')::jsonb - added
                   FROM record_revisiondocument d WHERE d.sequence = NEW.sequence);
    published jsonb := (SELECT convert_from(d.document, 'UTF8')::jsonb - added
                        FROM record_logentry e JOIN record_revisiondocument d ON d.sequence = e.sequence
                        WHERE e.subject = NEW.subject AND e.number < NEW.number
                        AND e.kind NOT IN ('review.withdrawal', 'review.erasure') ORDER BY e.number DESC LIMIT 1);
BEGIN
    IF NEW.kind = 'review.reinstatement' AND said IS DISTINCT FROM published
        OR said -> 'publisher' IS DISTINCT FROM published -> 'publisher' THEN
        RAISE EXCEPTION 'log entry %: it says something else than what was published', NEW.sequence
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER repeats_what_was_published AFTER INSERT ON record_logentry DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.kind IN ('review.withdrawal', 'review.reinstatement'))
    EXECUTE FUNCTION editorial_repeats_what_was_published();
ALTER TABLE record_logentry ENABLE ALWAYS TRIGGER repeats_what_was_published;

CREATE FUNCTION editorial_speaks_for_its_newsroom() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM record_revisiondocument d
        JOIN editorial_publisher p ON p.site = convert_from(d.document, 'UTF8')::jsonb #>> '{publisher,site}'
        WHERE d.sequence = NEW.sequence AND p.id IN (
            SELECT newsroom_id FROM editorial_demand WHERE id = NEW.subject
            UNION ALL SELECT newsroom_id FROM editorial_claimmerge WHERE sequence = NEW.sequence)
    ) THEN
        RAISE EXCEPTION 'log entry %: it speaks for another newsroom', NEW.sequence
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER speaks_for_its_newsroom AFTER INSERT ON record_logentry DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.kind LIKE 'demand.%' OR NEW.kind LIKE 'claim.%')
    EXECUTE FUNCTION editorial_speaks_for_its_newsroom();
ALTER TABLE record_logentry ENABLE ALWAYS TRIGGER speaks_for_its_newsroom;
"""

BACKWARDS = """
DROP TRIGGER speaks_for_its_newsroom ON record_logentry;
DROP TRIGGER repeats_what_was_published ON record_logentry;
DROP FUNCTION editorial_speaks_for_its_newsroom, editorial_repeats_what_was_published;
"""


class Migration(migrations.Migration):
    dependencies = [("editorial", "0030_administrators_hold_no_role"), ("record", "0020_documents_follow")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
