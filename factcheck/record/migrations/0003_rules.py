"""Rules that the database enforces for everyone, including Django superusers, shell users and raw SQL."""

from django.db import migrations

from factcheck.database.sql_files import RunSQLFiles


class Migration(migrations.Migration):
    dependencies = [("record", "0002_initial")]

    operations = [
        RunSQLFiles(
            "record",
            refusal="973c27fbd01d",
            log_entries="31b988101125",
            documents="1133d02ff339",
            rotations="c8457f990383",
            merges="3b072ec8f03c",
            tiles="c430704fbf44",
            checkpoints="6fa79a4d583a",
            claim_search="cacbdc4c67a5",
            search_indexes="2038c654934e",
            vectors="a449f439f932",
            source_checks="6394ab74cf5b",
            pictures="6f70194c5746",
            totals="0806a5c5fa0c",
            public_captures="a5341980dab0",
        ),
    ]
