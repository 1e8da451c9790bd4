"""Prerequisites for the first tables: extensions, default privileges, and functions for generated search columns."""

from django.contrib.postgres.operations import BtreeGinExtension, CreateExtension, TrigramExtension, UnaccentExtension
from django.db import ProgrammingError, migrations

from factcheck.database.problems import DatabaseProblem
from factcheck.database.sql_files import RunSQLFiles

# With `factcheck`, "tin gia" finds "tin giả", because unaccent removes the diacritics. The configuration stems English
# words but has no stop words, because unaccented Vietnamese syllables look like English stop words ("do", "an", "no").
# `factcheck_exact` keeps exact spellings, but only for words with letters beyond ASCII.
SEARCH = """
CREATE TEXT SEARCH DICTIONARY public.factcheck_english (TEMPLATE = pg_catalog.snowball, Language = english);
CREATE TEXT SEARCH CONFIGURATION public.factcheck (COPY = pg_catalog.simple);
ALTER TEXT SEARCH CONFIGURATION public.factcheck
    ALTER MAPPING FOR asciiword, asciihword, hword_asciipart, word, hword, hword_part
    WITH public.unaccent, public.factcheck_english;
ALTER TEXT SEARCH CONFIGURATION public.factcheck
    ALTER MAPPING FOR numword WITH public.unaccent, pg_catalog.simple;
CREATE TEXT SEARCH CONFIGURATION public.factcheck_exact (COPY = pg_catalog.simple);
ALTER TEXT SEARCH CONFIGURATION public.factcheck_exact
    DROP MAPPING FOR asciiword, asciihword, hword_asciipart, numword, numhword, hword_numpart, int, uint, float, sfloat,
                     version, email, url, host, url_path, file;
"""
NO_SEARCH = """
DROP TEXT SEARCH CONFIGURATION public.factcheck_exact, public.factcheck;
DROP TEXT SEARCH DICTIONARY public.factcheck_english;
"""


class VectorExtension(CreateExtension):
    """pgvector. Only a superuser can create it, as `python -m factcheck.database roles` and the embedded server do."""

    def __init__(self) -> None:
        super().__init__("vector")

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        try:
            super().database_forwards(app_label, schema_editor, from_state, to_state)
        except ProgrammingError as error:
            raise DatabaseProblem(
                "The database lacks the extension vector, and its owner may not create it. Ask an administrator of the "
                "server to run CREATE EXTENSION vector in it, and migrate again."
            ) from error


class Migration(migrations.Migration):
    # Default privileges apply only to tables that are created later. These include Django's own tables.
    run_before = [("contenttypes", "0001_initial"), ("procrastinate", "0001_initial")]

    operations = [
        TrigramExtension(),
        UnaccentExtension(),
        BtreeGinExtension(),
        VectorExtension(),
        RunSQLFiles("record", default_rights="b1842649d645"),
        migrations.RunSQL(SEARCH, NO_SEARCH),
        RunSQLFiles("record", names="4a196fa07108", search="8f9b9300eace"),
    ]
