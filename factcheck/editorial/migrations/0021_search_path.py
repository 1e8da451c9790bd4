"""Trigger functions look into the site's own schemas, whatever temporary tables whoever writes has made.

A temporary table stands before one of the same name, and a trigger that asked it would be told what its maker likes. The
roles may make none (`factcheck.database.roles`), where the server lets their owner forbid it.
"""

from django.db import migrations

# One that runs as the owner names its path already, and keeps it.
ALTERED = """
DO $$
DECLARE
    found regprocedure;
BEGIN
    FOR found IN
        SELECT oid FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace AND prorettype = 'trigger'::regtype AND NOT prosecdef
            AND proname ~ '^(record|editorial|webhooks)_'
    LOOP
        EXECUTE format('ALTER FUNCTION %s {}', found);
    END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("editorial", "0020_constraints_in_words"),
        ("record", "0014_rotations"),
        ("webhooks", "0002_entry_appended"),
    ]

    operations = [
        migrations.RunSQL(
            ALTERED.format("SET search_path = pg_catalog, public, pg_temp"), ALTERED.format("RESET search_path")
        ),
    ]
