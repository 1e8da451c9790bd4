"""What the database holds against everybody who writes: a superuser of Django, the shell, SQL."""

from django.db import migrations

from factcheck.database.sql_files import RunSQLFiles


class Migration(migrations.Migration):
    dependencies = [("record", "0002_initial")]

    operations = [
        RunSQLFiles(
            "record",
            refusal="973c27fbd01d",
            log_entries="da00c6595322",
            documents="14354aed0909",
            rotations="c8457f990383",
            merges="3b072ec8f03c",
            tiles="7b64251a497b",
            checkpoints="658b8588c4e2",
            read_model="970a04ac0ad5",
            search_indexes="2038c654934e",
            vectors="a449f439f932",
        ),
    ]
