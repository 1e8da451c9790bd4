"""`manage.py propose_links`: looks for published claims that imported ones may be the same as."""

from typing import Any

from django.core.management.base import BaseCommand
from tqdm import tqdm

from factcheck.editorial import links


class Command(BaseCommand):
    help = (
        "Compares the claims of finished imports with what is published and proposes links, which editors accept or"
        " dismiss at the desk. Stop it whenever you like; it goes on where it was."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        proposed = 0
        for batch in links.waiting():
            with tqdm(total=links.count_waiting(batch), unit=" claims", desc=f"import {batch.pk}", disable=None) as bar:
                proposed += links.propose_links(batch, bar.update)
        self.stdout.write(f"{proposed} links proposed.")
