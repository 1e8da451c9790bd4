"""The address under which the record was last published."""

from django.db import migrations, models

from factcheck.database.sql_files import RunSQLFiles

FILL = """
INSERT INTO record_recordaddress (id, url)
SELECT 1, substring(body::json ->> 'url' FROM '^https?://[^/]+')
FROM record_publishedreview ORDER BY sequence DESC LIMIT 1
"""


class Migration(migrations.Migration):
    dependencies = [("record", "0003_rules")]

    operations = [
        migrations.CreateModel(
            name="RecordAddress",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("url", models.CharField(help_text="SITE_URL of the last publication.", max_length=300)),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="recordaddress_only_one")],
            },
        ),
        migrations.RunSQL(FILL, ""),
        RunSQLFiles("record", read_model="280c69cff107"),
    ]
