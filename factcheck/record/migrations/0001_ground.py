"""What stands before the first table: extensions, who may do what by default, the text search configuration."""

from django.apps.registry import Apps
from django.conf import settings
from django.contrib.postgres.operations import BtreeGinExtension, TrigramExtension, UnaccentExtension
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

# Filtering through unaccent makes "tin gia" find "tin giả"; stemming without a list of stop words
# keeps Vietnamese syllables that look like English ones ("do", "an", "no") once their marks are gone.
SEARCH = """
CREATE TEXT SEARCH DICTIONARY public.factcheck_english (TEMPLATE = pg_catalog.snowball, Language = english);
CREATE TEXT SEARCH CONFIGURATION public.factcheck (COPY = pg_catalog.simple);
ALTER TEXT SEARCH CONFIGURATION public.factcheck
    ALTER MAPPING FOR asciiword, asciihword, hword_asciipart, word, hword, hword_part
    WITH public.unaccent, public.factcheck_english;
"""
NO_SEARCH = """
DROP TEXT SEARCH CONFIGURATION public.factcheck;
DROP TEXT SEARCH DICTIONARY public.factcheck_english;
"""


def grant_defaults(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """The application may read and write the tables that follow; the record's own are narrowed later.

    The reading role gets nothing here: only `0003_defences` opens the record's tables to it.
    """
    connection = schema_editor.connection
    application = connection.ops.quote_name(settings.DATABASES["default"]["USER"])
    for statement in (
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {application}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO {application}",
        # Made before the first migration, read by the check for missing migrations.
        f"GRANT SELECT ON django_migrations TO {application}",
    ):
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    # Default privileges count for tables made after them, Django's own included.
    run_before = [("contenttypes", "0001_initial"), ("procrastinate", "0001_initial")]

    operations = [
        TrigramExtension(),
        UnaccentExtension(),
        BtreeGinExtension(),
        migrations.RunPython(grant_defaults, migrations.RunPython.noop),
        migrations.RunSQL(SEARCH, NO_SEARCH),
    ]
