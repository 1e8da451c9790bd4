"""`manage.py make_dumps`: files of everything public (docs/reference/dumps.md)."""

from typing import Any

import orjson
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from api.dumps.making import make


class Command(BaseCommand):
    help = "Writes bulk dumps of everything public, as of the newest log entry. Earlier dumps stay until then."

    def handle(self, *args: Any, **options: Any) -> None:
        with tqdm(unit=" rows", disable=None) as progress:

            def begin(total: int) -> Any:
                progress.reset(total)
                return progress.update

            try:
                dump = make(begin)
            except BlockingIOError:
                raise CommandError("Another process is making dumps. Wait until that process has ended.") from None
            except OSError as problem:
                raise CommandError(f"The dump was not made. Earlier dumps stay. {problem}") from problem
        if dump is None:
            self.stdout.write("Nothing has been published since the newest dump. That dump stays.")
            return
        files = orjson.loads(dump.manifest)["files"]
        size = sum(file["bytes"] for file in files) / 2**20
        self.stdout.write(f"Dump {dump.sequence}: {len(files)} files, {size:.1f} MiB, in {dump.folder}.")
