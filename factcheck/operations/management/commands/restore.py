"""`manage.py restore`: restore a backup into an empty database, and check it (docs/how-to/back-up-and-restore.md)."""

from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from tqdm import tqdm

from factcheck.database.problems import DatabaseProblem
from factcheck.editorial.captures.rights import restore_public_files
from factcheck.operations.backup.encryption import read_identity
from factcheck.operations.backup.problems import BackupError, disk_problem
from factcheck.operations.backup.restoring import Contents, read_backup, require_empty, restore
from factcheck.record.errors import RecordError
from factcheck.record.log import tree
from factcheck.record.log.checkpoints import has_unsigned, require_signer


class Command(BaseCommand):
    help = (
        "Restores a file from `backup` into an empty database, updates the tables, and runs verify_record. "
        "Reads the whole file before it changes anything."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="a file that `backup` wrote")
        parser.add_argument("--identity", type=Path, required=True, metavar="KEYFILE", help="the private key's file")
        parser.add_argument(
            "--checkpoint",
            metavar="FILE|URL",
            help="a checkpoint or a state file that someone else kept. The restored log must contain its entries",
        )
        parser.add_argument("--show", action="store_true", help="only check the file, and print its environment")

    def handle(
        self, *args: Any, file: Path, identity: Path, checkpoint: str | None, show: bool, verbosity: int, **options: Any
    ) -> None:
        disabled = None if verbosity else True
        try:
            key = read_identity(identity)
            if not show:
                require_empty()
                require_signer()
            with self._progress("Checking", file, disabled) as advance:
                contents = read_backup(file, key, advance)
            self._describe(contents)
            if show:
                self.stdout.write(contents.environment)
                return
            _require_this_site(contents)
            with self._progress("Restoring", file, disabled) as advance:
                restore(file, key, contents, advance)
        except (BackupError, DatabaseProblem, RecordError) as problem:
            raise CommandError(str(problem)) from problem
        except KeyboardInterrupt:
            raise CommandError("Stopped. If the database already has tables, drop it before you start again.") from None
        connections.close_all()
        call_command("migrate", database="owner", verbosity=0)
        restore_public_files()
        self.stdout.write(
            "Restored. The backup contains the texts of all reviews that were erased after it was made. "
            f"Erase these reviews again before readers can reach the site ({contents.description.made_at})."
        )
        if has_unsigned(tree.newest_checkpoint()):  # the backup was made between a publication and its signature
            call_command("sign_log", stdout=self.stdout)
        call_command("verify_record", checkpoint=checkpoint, verbosity=verbosity, stdout=self.stdout)

    @contextmanager
    def _progress(self, text: str, file: Path, disabled: bool | None) -> Iterator[Callable[[int], object]]:
        try:
            size = file.stat().st_size
        except OSError as problem:
            raise disk_problem(problem, file) from problem
        with tqdm(total=size, desc=text, unit="B", unit_scale=True, disable=disabled) as bar:
            yield bar.update

    def _describe(self, contents: Contents) -> None:
        description = contents.description
        entries = description.checkpoint.split("\n")[1] if description.checkpoint else "0"
        self.stdout.write(
            f"A backup of {description.site} from {description.made_at}, version {description.version}, "
            f"{entries} log entries."
        )


def _require_this_site(contents: Contents) -> None:
    """Refuse a backup whose URLs or roles differ from the settings, because the restored site wouldn't work."""
    description = contents.description
    if description.site != settings.SITE_URL:
        raise BackupError(
            f"The backup is from {description.site}, but SITE_URL is {settings.SITE_URL}. Set SITE_URL to the first "
            "URL. Published texts contain it."
        )
    roles = [connections.settings[alias]["USER"] for alias in ("default", "public")]
    if description.roles[1:] != roles:
        raise BackupError(
            f"The backup grants rights to the roles {' and '.join(description.roles[1:])}, but the site uses "
            f"{' and '.join(roles)}. Create roles with the first names, and set the URLs to them."
        )
