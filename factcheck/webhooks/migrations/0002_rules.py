"""Adds the database's trigger for webhooks."""

from django.db import migrations

from factcheck.database.sql_files import RunSQLFiles


class Migration(migrations.Migration):
    dependencies = [("webhooks", "0001_initial"), ("procrastinate", "0041_post_retry_failed_job")]

    operations = [RunSQLFiles("webhooks", entries="3aad9e1325d5")]
