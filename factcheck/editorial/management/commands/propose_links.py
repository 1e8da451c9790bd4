"""`manage.py propose_links`: looks for published claims that are probably the same as imported claims."""

from typing import Any

from django.core.management.base import BaseCommand
from tqdm import tqdm

from factcheck.editorial import links
from factcheck.editorial.similar_claims import MeaningNotCompared


class Command(BaseCommand):
    help = (
        "Compares the claims of finished imports with published claims and proposes links. Editors accept or dismiss"
        " the links at the desk. You can stop the command at any time, and the next run continues."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        proposed, problems = 0, list[MeaningNotCompared]()
        for batch in links.uncompared_batches():
            with tqdm(total=batch.uncompared.count(), unit=" claims", desc=f"import {batch.pk}", disable=None) as bar:
                try:
                    proposed += links.propose_links(batch, bar.update)
                except MeaningNotCompared as problem:
                    problems.append(problem)
        self.stdout.write(f"{proposed} links proposed.")
        if problems:
            self.stdout.write(f"{problems[0]} The next run continues where this one stopped.")
