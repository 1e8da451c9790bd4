"""Search and matching find similar words by their letters, so words need no index of trigrams."""

from django.contrib.postgres.operations import RemoveIndexConcurrently
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("record", "0002_longer_vectors"),
    ]

    operations = [
        RemoveIndexConcurrently(model_name="word", name="word_similar"),
    ]
