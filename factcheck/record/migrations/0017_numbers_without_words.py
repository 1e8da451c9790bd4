"""Signs such as ½, ② and ² are no words by themselves: the search's parser has none for them, so that nothing is found by them."""

import unicodedata

from django.db import migrations


def is_word(text):
    return any(sign.isalnum() and unicodedata.category(sign) != "No" for sign in text)


def forget(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT word FROM record_word WHERE word !~ '[a-z0-9]'")
        alone = [word for (word,) in cursor if not is_word(word)]
        cursor.execute("DELETE FROM record_word WHERE word = ANY (%s)", [alone])


class Migration(migrations.Migration):
    dependencies = [
        ("record", "0016_merged_claims_searched"),
    ]

    operations = [
        # On the way back they are missing until `rebuild_record`; a search never looks for them.
        migrations.RunPython(forget, migrations.RunPython.noop),
    ]
