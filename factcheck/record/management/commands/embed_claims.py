"""`manage.py embed_claims`: computes vectors for matching by meaning. The worker does the same for new reviews."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from factcheck.record.matching.embeddings import EmbeddingError, get_embeddings
from factcheck.record.matching.missing_vectors import BusyError, compute_missing, count_missing


class Command(BaseCommand):
    help = (
        "Computes the vectors of live reviews that have none of the current model, for matching by meaning."
        " You can stop it at any time. The next run continues."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--seconds", type=float, help="Stop after this number of seconds.")

    def handle(self, *args: Any, **options: Any) -> None:
        done = 0
        try:
            embeddings = get_embeddings()
            missing = count_missing(embeddings)
            with tqdm(total=missing, unit=" reviews", disable=None if options["verbosity"] else True) as progress:
                for computed in compute_missing(embeddings, options["seconds"]):
                    done += computed
                    progress.update(computed)
        except BusyError:
            self.stdout.write("Another process is already computing vectors, probably the worker.")
        except EmbeddingError as problem:
            raise CommandError(f"{problem} {done} vectors were computed and kept.") from problem
        except KeyboardInterrupt:
            raise CommandError(f"Stopped. {done} vectors were computed and kept. The next run continues.") from None
        self.stdout.write(f"{done} vectors computed, {max(0, missing - done)} missing.")
