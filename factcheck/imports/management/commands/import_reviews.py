"""The command `manage.py import_reviews`: imports other publishers' reviews for approval by a second person."""

from argparse import ArgumentParser
from contextlib import nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from tqdm import tqdm

from factcheck.editorial.errors import EditorialError
from factcheck.editorial.people.lookups import find_newsroom, find_user
from factcheck.imports.importer import batches
from factcheck.imports.importer.files import Counts, Listing, digest_of, import_files
from factcheck.imports.readers.google_fetch import FetchError, fetch_claims, is_url
from factcheck.imports.readers.normalise import language_tag


class Command(BaseCommand):
    help = (
        "Imports reviews of other publishers: schema.org ClaimReview, responses of Google's claims:search (a file or a"
        " URL), or the project's own JSON Lines or CSV (docs/reference/import-formats.md). After an interruption, run"
        " the command again to continue."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE", help="a file, or the URL of a claims:search request")
        parser.add_argument("--by", required=True, metavar="USER", help="the account that imports")
        parser.add_argument(
            "--newsroom", metavar="SITE", help="required if the account is a member of several newsrooms"
        )
        parser.add_argument(
            "--language",
            metavar="TAG",
            help="the language of records without a language, such as vi (default: detected from the text)",
        )
        parser.add_argument(
            "--refused",
            type=Path,
            metavar="FILE",
            help="where refused records are written (default: var/refused/<first file's name>.jsonl)",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="import nothing, and write what would happen to each record"
        )

    def handle(self, *args: Any, files: list[str], language: str | None, **options: Any) -> None:
        stated = language_tag(language) if language else ""
        if stated is None:
            raise CommandError(f"{language!r} isn't a language tag. Use a tag such as vi or pt-BR.")
        with TemporaryDirectory() as folder:
            try:
                fetched = {file: fetch_claims(file, Path(folder)) for file in files if is_url(file)}
            except FetchError as fault:
                raise CommandError(str(fault)) from None
            local = [fetched.get(file) or Path(file) for file in files]
            self._import(local, set(fetched.values()), stated, **options)

    def _import(
        self, files: list[Path], fetched: set[Path], language: str, *, by: str, dry_run: bool, **options: Any
    ) -> None:
        path = options["refused"] or settings.VAR / "refused" / f"{files[0].name}.jsonl"
        try:
            size = sum(file.stat().st_size for file in files)
            user = find_user(by)
            names, digest = ", ".join(file.name for file in files), digest_of(files, fetched)
            with (
                # A dry run does the whole import, and takes it back at its end.
                transaction.atomic() if dry_run else nullcontext(),
                Listing(path) as out,
                Listing(path.with_suffix(".left-out.jsonl")) as left_out,
                Listing(path.with_suffix(".dry-run.jsonl")) as rows,
                tqdm(total=size, unit="B", unit_scale=True, disable=None) as bar,
            ):
                batch = batches.begin_import(
                    newsroom=find_newsroom(user, options["newsroom"]), by=user, files=names, files_digest=digest
                )
                some = {"outcomes": rows} if dry_run else {}
                counts = import_files(files, batch, user, out, left_out, language=language, progress=bar.update, **some)
                if dry_run:
                    transaction.set_rollback(True)
            submitted = dry_run or batches.submit_import(
                batch=batch, by=user, unchanged=counts.unchanged, refused=counts.refused.total()
            )
        except EditorialError as refusal:
            raise CommandError(str(refusal)) from None
        except OSError as problem:
            raise CommandError(f"{problem.filename}: {problem.strerror}") from None
        self._report(counts, path, left_out.path)
        if submitted is True:
            self.stdout.write(f"Nothing was imported. What would happen to each record: {rows.path}")
        elif submitted is None:
            self.stdout.write("Nothing to approve.")
        else:
            self.stdout.write(
                f"Import {batch.pk} waits for a second person: manage.py approve_import {batch.pk} --by USER"
                f" --digest {submitted.digest}"
            )

    def _report(self, counts: Counts, refused: Path, left_out: Path) -> None:
        self.stdout.write(f"{counts}.")
        if counts.refused:
            self.stdout.write(f"Refused records and reasons: {refused}")
        if counts.left_out:
            self.stdout.write(f"Values of imported records that were not kept ({left_out}):")
            for place, count in counts.left_out.most_common():
                self.stdout.write(f"  {place}: {count}")
        if counts.languages:
            found = ", ".join(f"{tag} {count}" for tag, count in counts.languages.most_common())
            self.stdout.write(f"Languages that the files didn't state: {found}")
