"""When a claim and a claimant were changed last, so that a form that was opened before does not overwrite it."""

import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("editorial", "0018_imports_decided_as_whole"),
    ]

    operations = [
        migrations.AddField(
            model_name="claim",
            name="changed_at",
            field=models.DateTimeField(auto_now=True, default=django.utils.timezone.now, verbose_name="changed at"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="claimant",
            name="changed_at",
            field=models.DateTimeField(auto_now=True, default=django.utils.timezone.now, verbose_name="changed at"),
            preserve_default=False,
        ),
    ]
