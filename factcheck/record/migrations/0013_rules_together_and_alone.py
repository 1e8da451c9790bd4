"""Joins the table of newsrooms' rules, which runs together with the database's rules, and what runs alone."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("record", "0012_validate_adoptions"),
        ("record", "0007_rules_of_newsrooms"),
    ]
