"""What becomes public is derived before what is derived already is delivered: a slow receiver holds up its own alone."""

from django.db import migrations

REPLACED = """
CREATE OR REPLACE FUNCTION webhooks_entry_appended() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO procrastinate_jobs ({columns}) VALUES ({values});
    RETURN NULL;
END $$;
"""
COLUMNS, VALUES = "queue_name, task_name, lock", "'webhooks', 'webhooks.derive', 'webhooks.derive'"


class Migration(migrations.Migration):
    dependencies = [("webhooks", "0002_entry_appended")]

    operations = [
        migrations.RunSQL(
            REPLACED.format(columns=f"{COLUMNS}, priority", values=f"{VALUES}, 1"),
            REPLACED.format(columns=COLUMNS, values=VALUES),
        )
    ]
