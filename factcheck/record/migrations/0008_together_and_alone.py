"""Joins the migrations that run together with the rules, and those that run alone."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("record", "0007_index_of_disownings"),
        ("record", "0005_approvals"),
    ]
