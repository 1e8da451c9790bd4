"""Handing the log to another key needs no approval by editors: the old key's signature in the entry is its warrant."""

from django.db import migrations

GUARD = """
DROP TRIGGER published_was_approved ON record_logentry;
CREATE CONSTRAINT TRIGGER published_was_approved AFTER INSERT ON record_logentry DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.kind <> 'key.rotation') EXECUTE FUNCTION editorial_published_was_approved();
ALTER TABLE record_logentry ENABLE ALWAYS TRIGGER published_was_approved;
"""


class Migration(migrations.Migration):
    dependencies = [("editorial", "0003_search_indexes"), ("record", "0004_log")]

    operations = [migrations.RunSQL(GUARD)]
