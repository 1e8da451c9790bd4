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
            "refusal",
            "approvals",
            "erasures",
            "demands",
            "merges",
            "demands_and_merges",
            "imports",
            "reviews",
            "memberships",
            "events",
            "tokens",
        ),
    ]
