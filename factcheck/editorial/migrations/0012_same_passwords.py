from django.db import migrations

from factcheck.database.sql_files import RunSQLFiles


class Migration(migrations.Migration):
    dependencies = [("editorial", "0011_capture_without_room")]

    operations = [RunSQLFiles("editorial", events="1ae61cedc838")]
