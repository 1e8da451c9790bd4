"""What the database holds against everybody who writes: a superuser of Django, the shell, SQL."""

from django.db import migrations

from factcheck.database.sql_files import RunSQLFiles


class Migration(migrations.Migration):
    dependencies = [
        ("editorial", "0001_initial"),
        ("record", "0003_rules"),
        ("webhooks", "0001_initial"),
    ]

    operations = [
        RunSQLFiles(
            "editorial",
            refusal="cb105beb360d",
            approvals="a17eb7b2eb34",
            erasures="569424961db7",
            demands="d1e30855f393",
            merges="8e5114e24886",
            demands_and_merges="7688e3c2864d",
            imports="a66db1cbc77c",
            reviews="10b12be215df",
            memberships="6be460450228",
            events="f9a88edc830d",
            tokens="6e4c22907493",
        ),
    ]
