"""Files that readers can download: pictures in published texts, and public copies of sources.

Django's storage also contains the files of drafts, so readers' processes never use it. A public file is a copy in a
separate folder. The name of the file contains the SHA-256 of its content, so a file never changes. The file is public
as long as a row of PublishedPicture or PublicCapture names it. An advisory lock for each name prevents a publication
and a deletion of the same file at the same time.
"""

import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.conf import settings
from django.core.files.storage import FileSystemStorage, Storage
from django.db import connection, transaction
from django.utils import timezone

PICTURES, CAPTURES = "pictures", "captures"  # a folder for each kind
UNUSED_FOR = timedelta(days=1)  # the transaction that names a new file may not have been committed yet


def public_file(name: str) -> Path:
    """Return the path of a public file."""
    path: Path = settings.DUMPS_FOLDER / name
    return path


def publish_file(name: str, content: Iterable[bytes]) -> bool:
    """Write the file if it is missing. Return False if the content has another SHA-256.

    A file is written completely or not at all.
    """
    lock_file(name)
    file = public_file(name)
    if file.exists():
        return True
    file.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with NamedTemporaryFile(dir=file.parent, prefix="unfinished-") as out:
        for chunk in content:
            digest.update(chunk)
            out.write(chunk)
        if digest.hexdigest() != file.name.partition(".")[0]:
            return False
        out.flush()
        os.fchmod(out.fileno(), 0o644)  # the readers' processes can have another account
        os.link(out.name, file)
    return True


def read_public_file(name: str) -> bytes | None:
    """Return the content, or None if the file is missing or its content has changed."""
    with suppress(FileNotFoundError):
        content = public_file(name).read_bytes()
        if hashlib.sha256(content).hexdigest() == name.rpartition("/")[2].partition(".")[0]:
            return content
    return None


def delete_after_commit(names: Iterable[str]) -> None:
    """Delete the files that no row names any longer, after the transaction has been committed."""
    # `robust`: the commit can't be undone. The nightly task deletes a file that can't be deleted now.
    if gone := sorted(names):
        transaction.on_commit(lambda: _delete_unused(gone), robust=True)


def delete_unused_public_files() -> None:
    """Delete the files that no row has named for a day."""
    for folder in (PICTURES, CAPTURES):
        _delete_unused(old_files(FileSystemStorage(settings.DUMPS_FOLDER), folder))


def old_files(storage: Storage, folder: str) -> Iterator[str]:
    """Yield the names of the folder's files that are older than a day."""
    with suppress(FileNotFoundError):
        for name in storage.listdir(folder)[1]:
            with suppress(FileNotFoundError):  # deleted in the meantime
                if storage.get_modified_time(f"{folder}/{name}") < timezone.now() - UNUSED_FOR:
                    yield f"{folder}/{name}"


def lock_file(name: str) -> None:
    """Lock the file's name until the transaction ends, so that nobody else writes or deletes the file."""
    key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
    with connection.cursor() as cursor:
        cursor.callproc("pg_advisory_xact_lock", [key])


def _delete_unused(names: Iterable[str]) -> None:
    for name in names:
        with transaction.atomic():
            lock_file(name)
            if not _is_named(name):
                public_file(name).unlink(missing_ok=True)


def _is_named(name: str) -> bool:
    folder, _slash, file = name.partition("/")
    picture = file.partition(".")[0] if folder == PICTURES else ""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM record_publiccapture WHERE file = %s OR picture = %s)"
            " OR EXISTS (SELECT FROM record_publishedpicture WHERE sha256 = %s AND width IS NOT NULL)",
            [name, name, picture],
        )
        (named,) = cursor.fetchone()
    return bool(named)
