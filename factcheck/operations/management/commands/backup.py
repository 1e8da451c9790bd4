"""`manage.py backup`: write the whole site to one encrypted file (docs/how-to/back-up-and-restore.md)."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.utils import timezone
from tqdm import tqdm

from factcheck import __version__
from factcheck.database.client_programs import ProgramError
from factcheck.database.problems import DatabaseProblem
from factcheck.database.source import VARIABLES
from factcheck.operations.backup.archive import Description
from factcheck.operations.backup.encryption import parse_recipient
from factcheck.operations.backup.making import list_backups, make_backup, remove_old, snapshot
from factcheck.operations.backup.problems import BackupError
from factcheck.record.log import tree
from factcheck.record.readmodel.address import stored_address
from factcheck.tools.environment import without_secrets


class Command(BaseCommand):
    help = (
        "Writes the database, Django's storage and the environment without secrets to one file, encrypted with age. "
        "The signing key of the log isn't included."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--folder", default=settings.BACKUP_FOLDER, help="the folder for the file (default: BACKUP_FOLDER)"
        )
        parser.add_argument(
            "--recipient",
            default=settings.BACKUP_RECIPIENT,
            help="the public key age1… to encrypt the file to (default: BACKUP_RECIPIENT)",
        )

        parser.add_argument("--list", dest="listing", action="store_true", help="only list the backups in the folder")

    def handle(self, *args: Any, folder: str, recipient: str, verbosity: int, listing: bool, **options: Any) -> None:
        if listing and folder:
            for backup in list_backups(Path(folder)):
                self.stdout.write(f"{backup.name}  {backup.stat().st_size / 2**20:.1f} MiB")
            return
        for name, value in (("BACKUP_FOLDER", folder), ("BACKUP_RECIPIENT", recipient)):
            if not value:
                raise CommandError(
                    f"{name} isn't set. Set BACKUP_FOLDER to a folder, and BACKUP_RECIPIENT to a public key from "
                    "age-keygen. Keep the private key on another machine."
                )
        bar = tqdm(unit="B", unit_scale=True, disable=None if verbosity else True)
        try:
            key = parse_recipient(recipient)
            with bar, snapshot() as exported:
                file = make_backup(
                    Path(folder).absolute(), key, describe(), without_secrets(*VARIABLES), exported, bar.update
                )
            removed = remove_old(file.parent, settings.BACKUP_KEEP)
        except (BackupError, DatabaseProblem) as problem:
            raise CommandError(str(problem)) from problem
        except ProgramError as problem:
            raise CommandError(f"PostgreSQL can't dump the database: {problem}") from problem
        except KeyboardInterrupt:
            raise CommandError("Stopped. No backup was made, and earlier backups are kept.") from None
        self.stdout.write(
            f"{file} ({file.stat().st_size / 2**20:.1f} MiB). Removed {len(removed)} older backups. "
            "The signing key and other secrets aren't in the file, so keep copies of them elsewhere."
        )


def describe() -> Description:
    """Return the description of the database as it is in the snapshot."""
    checkpoint = tree.newest_checkpoint("owner")
    return Description(
        made_at=timezone.now().isoformat(),
        site=stored_address("owner") or settings.SITE_URL,
        version=__version__,
        roles=[connections.settings[alias]["USER"] for alias in ("owner", "default", "public")],
        checkpoint=checkpoint.note if checkpoint else None,
    )
