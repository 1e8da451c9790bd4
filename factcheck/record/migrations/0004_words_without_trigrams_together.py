"""The removal of the index of trigrams, for databases that still have the index.

The replaced migration runs alone, after all others. Later migrations would have to wait for the next release.
"""

from django.db import migrations

_DROP = """
-- Dropping an index takes milliseconds, and no statement uses this index.
-- squawk-ignore require-concurrent-index-deletion
DROP INDEX word_similar
"""


class Migration(migrations.Migration):
    replaces = [
        ("record", "0003_words_without_trigrams"),
    ]

    dependencies = [
        ("record", "0002_longer_vectors"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(_DROP)],
            state_operations=[migrations.RemoveIndex(model_name="word", name="word_similar")],
        ),
    ]
