from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("editorial", "0039_cards_off_the_board"),
    ]

    operations = [
        ValidateConstraint(model_name="reply", name="reply_person_is_public_figure"),
        ValidateConstraint(model_name="noticechoice", name="noticechoice_mail_known"),
        ValidateConstraint(model_name="noticechoice", name="noticechoice_kinds_known"),
    ]
