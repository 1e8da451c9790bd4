"""What an editor reads when a constraint refuses a form; nothing changes in the database."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("editorial", "0019_claims_changed_at"),
    ]

    operations = [
        migrations.AlterConstraint(
            model_name="authorship",
            name="authorship_of_somebody",
            constraint=models.CheckConstraint(
                condition=models.Q(("user__isnull", False), models.Q(("name", ""), _negated=True), _connector="OR"),
                name="authorship_of_somebody",
                violation_error_message="Choose an account or write a name.",
            ),
        ),
        migrations.AlterConstraint(
            model_name="publisher",
            name="publisher_site_is_host",
            constraint=models.CheckConstraint(
                condition=models.Q(("site__regex", "^[^\\sA-Z/]+$")),
                name="publisher_site_is_host",
                violation_error_message=(
                    "Write the host alone, in small letters, without https:// and without /, such as example.org."
                ),
            ),
        ),
        migrations.AlterConstraint(
            model_name="ratingscale",
            name="ratingscale_worst_from_1",
            constraint=models.CheckConstraint(
                condition=models.Q(("worst__gte", 1)),
                name="ratingscale_worst_from_1",
                violation_error_message="The worst value is 1 or more.",
            ),
        ),
        migrations.AlterConstraint(
            model_name="ratingscale",
            name="ratingscale_best_above_worst",
            constraint=models.CheckConstraint(
                condition=models.Q(("best__gt", models.F("worst"))),
                name="ratingscale_best_above_worst",
                violation_error_message="The best value must be above the worst.",
            ),
        ),
        migrations.AlterConstraint(
            model_name="ratingscale",
            name="ratingscale_one_default",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_default", True)),
                fields=("is_default",),
                name="ratingscale_one_default",
                violation_error_message="Another scale is the default. Untick it there first.",
            ),
        ),
    ]
