"""`manage.py make_dumps`: write bulk dumps of everything public (docs/reference/dumps.md)."""

from typing import Any

import orjson
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from api.dumps.making import make
from factcheck.record.readmodel.address import require_address


class Command(BaseCommand):
    help = "Writes bulk dumps of everything public, as of the newest log entry. Earlier dumps are kept until then."

    def handle(self, *args: Any, **options: Any) -> None:
        require_address()
        with tqdm(unit=" rows", disable=None) as progress:

            def begin(total: int) -> Any:
                progress.reset(total)
                return progress.update

            try:
                dump = make(begin)
            except BlockingIOError:
                raise CommandError(
                    "Another process is making dumps. Wait until the other process has finished."
                ) from None
            except OSError as problem:
                raise CommandError(f"The dump wasn't made. Earlier dumps are kept. {problem}") from problem
        if dump is None:
            self.stdout.write("Nothing has been published since the newest dump, so the dump is still up to date.")
            return
        files = orjson.loads(dump.manifest)["files"]
        size = sum(file["bytes"] for file in files) / 2**20
        self.stdout.write(f"Dump {dump.sequence}: {len(files)} files, {size:.1f} MiB, in {dump.folder}.")
