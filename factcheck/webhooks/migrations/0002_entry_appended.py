"""Whatever appends to the log, subscribers hear of it: the job is there when the entry is."""

from django.db import migrations

FORWARDS = """
CREATE FUNCTION webhooks_entry_appended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO procrastinate_jobs (queue_name, task_name, lock) VALUES ('webhooks', 'webhooks.derive', 'webhooks.derive');
    RETURN NULL;
END $$;
CREATE TRIGGER entry_appended AFTER INSERT ON record_logentry
    FOR EACH STATEMENT EXECUTE FUNCTION webhooks_entry_appended();
ALTER TABLE record_logentry ENABLE ALWAYS TRIGGER entry_appended;
"""
BACKWARDS = """
DROP TRIGGER entry_appended ON record_logentry;
DROP FUNCTION webhooks_entry_appended;
"""


class Migration(migrations.Migration):
    dependencies = [("webhooks", "0001_models"), ("procrastinate", "0041_post_retry_failed_job")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
