"""`manage.py propose_links`: proposes published claims that say the same as imported claims."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from factcheck.editorial import links
from factcheck.editorial.similar_claims import MeaningMissing


class Command(BaseCommand):
    help = (
        "Compares the claims of finished imports with what is published and proposes links, which editors accept or"
        " dismiss at the desk. You can stop it at any time. The next run goes on."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        proposed, problems = 0, list[MeaningMissing]()
        for batch in links.waiting():
            with tqdm(total=links.count_waiting(batch), unit=" claims", desc=f"import {batch.pk}", disable=None) as bar:
                try:
                    proposed += links.propose_links(batch, bar.update)
                except MeaningMissing as problem:
                    problems.append(problem)
        self.stdout.write(f"{proposed} links proposed.")
        if problems:
            raise CommandError(f"{problems[0]} The next run goes on where this one stopped.") from problems[0]
