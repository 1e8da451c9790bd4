from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("record", "0005_approvals"),
    ]

    operations = [
        migrations.CreateModel(
            name="PublishedMapping",
            fields=[
                (
                    "key",
                    models.CharField(
                        help_text="The site, or nothing, a space, and the folded words.",
                        max_length=456,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("sequence", models.BigIntegerField(help_text="The entry of the adoption.")),
                ("verdict", models.CharField(help_text="scale:slug", max_length=130)),
                ("body", models.TextField(help_text="JSON: the verdict, and who mapped the words.")),
            ],
        ),
        migrations.AddField(
            model_name="publishedreview",
            name="mapped_by",
            field=models.BigIntegerField(
                help_text="The adoption from which `verdict` is derived. Null if the document contains the verdict.",
                null=True,
            ),
        ),
    ]
