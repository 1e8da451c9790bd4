"""Rules that the database enforces for everyone, including Django superusers, shell users and raw SQL."""

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
            claims="aec2291b426b",
            imports="403233d2201c",
            proposals="458ba19d6711",
            subjects="dd88cb3458d3",
            erasures="546464c1c597",
            demands="75ed2f45464e",
            reviews="e43a8ad55d97",
            entries="eeb312121e25",
            memberships="6be460450228",
            events="1f97aeddf2b9",
            saved_states="466f54343877",
            discarding="477808ab2122",
            tokens="13033b99e4a9",
            captures="b1a05f11b7e8",
            versions="22f47665f564",
        ),
    ]
