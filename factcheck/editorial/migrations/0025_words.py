"""Help texts that name what is to be typed; nothing changes in the database."""

from django.db import migrations, models

import factcheck.editorial.fields


class Migration(migrations.Migration):
    dependencies = [
        ("editorial", "0024_short_claimant_index"),
    ]

    operations = [
        migrations.AlterField(
            model_name="appearance",
            name="archive_url",
            field=factcheck.editorial.fields.WebAddressField(
                blank=True,
                help_text="The address of an archived copy, such as at web.archive.org, in case the page disappears.",
                max_length=2000,
                verbose_name="archive link",
            ),
        ),
        migrations.AlterField(
            model_name="claimant",
            name="confirmed",
            field=models.BooleanField(
                default=True,
                editable=False,
                help_text="False while a name printed by another publisher waits for an editor to confirm it or describe the person instead.",
                verbose_name="confirmed",
            ),
        ),
    ]
