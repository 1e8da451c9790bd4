"""What the database holds against everybody who writes: a superuser of Django, the shell, SQL."""

from django.db import migrations

from factcheck.database.sql_files import RunSQLFiles


class Migration(migrations.Migration):
    dependencies = [("record", "0002_initial")]

    operations = [
        RunSQLFiles(
            "record",
            "refusal",
            "log_entries",
            "documents",
            "rotations",
            "merges",
            "tiles",
            "checkpoints",
            "read_model",
            "search_indexes",
            "vectors",
        ),
    ]
