"""`manage.py make_dumps`: files of everything that is public, for whoever wants all of it (docs/reference/dumps.md)."""

from typing import Any

import orjson
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from api.dumps.making import make


class Command(BaseCommand):
    help = "Writes bulk dumps of what is public as of the newest log entry; earlier ones stay until it is finished."

    def handle(self, *args: Any, **options: Any) -> None:
        with tqdm(unit=" rows", disable=None) as progress:

            def begin(total: int) -> Any:
                progress.reset(total)
                return progress.update

            try:
                dump = make(begin)
            except BlockingIOError:
                raise CommandError("Dumps are being made by another process: wait for it to end.") from None
            except OSError as problem:
                raise CommandError(f"The dump was not made; earlier ones stay. {problem}") from problem
        if dump is None:
            self.stdout.write("Nothing has been published since the newest dump; it stays.")
            return
        files = orjson.loads(dump.manifest)["files"]
        size = sum(file["bytes"] for file in files) / 2**20
        self.stdout.write(f"Dump {dump.sequence}: {len(files)} files, {size:.1f} MiB, in {dump.folder}.")
