"""A restore drill: the site is backed up, dropped and restored, and then it's the same to the byte."""

import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pyrage
import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connections
from django.test import Client, override_settings

from factcheck.database import client_programs, roles
from factcheck.database.problems import DatabaseProblem
from factcheck.operations.backup import making
from factcheck.operations.management.commands.backup import describe
from factcheck.record import publish
from factcheck.record.log import tree
from tests.support.databases import point_to
from tests.support.drafts import Newsroom, make_newsroom
from tests.test_settings import manage

PAGES = ("/api/v1/reviews/", "/api/v1/changes/", "/api/v1/log/checkpoint", "/feeds/reviews.atom", "/en/")


@dataclass
class Backup:
    file: Path
    identity: Path
    folder: Path
    pages: dict[str, bytes]
    checkpoint: str


def read_pages() -> dict[str, bytes]:
    return {page: b"".join(Client().get(page)) for page in PAGES}


def run(*arguments: str, **options: object) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out, verbosity=0, **options)
    return out.getvalue()


@contextmanager
def empty_database(name: str) -> Iterator[None]:
    """A database as `python -m factcheck.database roles` creates it."""
    cluster = settings.DATABASE_SERVER
    logins = cluster.logins()
    with cluster.superuser() as superuser:
        superuser.execute(roles.create_database(name, logins))
        for line in roles.connect_rights(name, logins):
            superuser.execute(line)
        with cluster.superuser(name) as inside:
            for line in (*roles.schema_rights(logins), *roles.create_extensions()):
                inside.execute(line)
        before = point_to(name)
        try:
            yield
        finally:
            point_to(before)
            superuser.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def backup(module_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backup]:
    """A site with three reviews, one of them erased, and its backup."""
    folder = tmp_path_factory.mktemp("backup")
    identity = pyrage.x25519.Identity.generate()
    key = folder / "key"
    key.write_text(f"# created: today\n{identity}\n")
    newsroom = make_newsroom()
    reviews = [newsroom.make_review() for _ in range(3)]
    for review in reviews:
        newsroom.publish_review(review)
    newsroom.erase_review(reviews[1])
    with override_settings(MEDIA_ROOT=folder / "files", BACKUP_KEEP=2):
        default_storage.save("captures/2026/a page.html", ContentFile(b"<p>" + bytes(200_000)))
        printed = run("backup", folder=str(folder / "made"), recipient=str(identity.to_public()))
        (file,) = (folder / "made").glob("*.tar.age")
        assert str(file) in printed
        yield Backup(file, key, folder, read_pages(), tree.newest_checkpoint().note)


@pytest.fixture
def target(backup: Backup, tmp_path: Path) -> Iterator[Path]:
    """An empty database and an empty storage. Gives the storage's folder."""
    with empty_database("restored"), override_settings(MEDIA_ROOT=tmp_path / "files"):
        yield tmp_path / "files"


def refused(backup: Backup, *, file: Path | None = None, identity: Path | None = None) -> str:
    with pytest.raises(CommandError) as problem:
        run("restore", str(file or backup.file), identity=identity or backup.identity)
    return str(problem.value)


def tables() -> int:
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        return cursor.fetchone()[0]


def test_restored_site_is_the_same(backup: Backup, target: Path, tmp_path: Path):
    kept = tmp_path / "checkpoint"
    kept.write_text(backup.checkpoint)
    printed = run("restore", str(backup.file), identity=backup.identity, checkpoint=str(kept))
    assert "A backup of http://127.0.0.1:8000 from 20" in printed
    assert "4 entries and 3 reviews are correct. The log contains the 4 entries of the checkpoint in" in printed
    assert "Erase these reviews again" in printed
    assert tree.newest_checkpoint().note == backup.checkpoint
    assert read_pages() == backup.pages
    assert (target / "captures/2026/a page.html").read_bytes() == b"<p>" + bytes(200_000)
    # The restored site goes on, and the rules and rights in the database are there again.
    (newsroom := make_newsroom("other.example")).publish_review(newsroom.make_review())
    assert "5 entries and 4 reviews are correct." in run("verify_record")
    with override_settings(SITE_URL="https://other.example"):
        with pytest.raises(CommandError, match="This record was published at http://127.0.0.1:8000"):
            run("verify_record")
        assert describe().site == "http://127.0.0.1:8000"
    with connections["public"].cursor() as cursor, pytest.raises(Exception, match="permission denied"):
        cursor.execute("SELECT * FROM editorial_review")


def test_entry_without_a_signature_is_signed(newsroom: Newsroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """As when the backup is made between a publication's commit and its signature."""
    monkeypatch.setattr(publish, "sign_log", lambda: None)
    newsroom.publish_review(newsroom.make_review())
    monkeypatch.undo()
    (tmp_path / "key").write_text(str(key := pyrage.x25519.Identity.generate()))
    with override_settings(MEDIA_ROOT=tmp_path / "files"):
        run("backup", folder=str(tmp_path), recipient=str(key.to_public()))
        (file,) = tmp_path.glob("*.age")
        with empty_database("unsigned"):
            printed = run("restore", str(file), identity=tmp_path / "key")
    assert "1 entries are signed.\n1 entries and 1 reviews are correct." in printed


def test_show_prints_the_environment_without_secrets(backup: Backup, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    for name, value in {
        "SECRET_KEY": "hidden-1",
        "EMBEDDINGS_URL": "http://me:hidden-2@127.0.0.1/v1",
        "DATABASE_URL": "postgresql://app:hid%40den-3@db.example,db2.example:6/facts?password=hidden-4&sslmode=require",
    }.items():
        monkeypatch.setenv(name, value)
    key = pyrage.x25519.Identity.from_str(backup.identity.read_text().splitlines()[1])
    run("backup", folder=str(tmp_path), recipient=str(key.to_public()))
    (file,) = tmp_path.glob("*.age")
    printed = run("restore", str(file), identity=backup.identity, show=True)
    assert "EMBEDDINGS_URL=http://me@127.0.0.1/v1\n" in printed
    assert "DATABASE_URL=postgresql://app@db.example,db2.example:6/facts?password=&sslmode=require\n" in printed
    assert "SECRET_KEY=(a secret, which the backup doesn't contain)\n" in printed
    assert "hid" not in printed
    assert str(tree.signing_key()).encode() not in pyrage.decrypt(file.read_bytes(), [key])


def test_file_is_an_ordinary_age_and_tar_archive(backup: Backup, tmp_path: Path):
    """So that it can be restored without this software."""
    key = pyrage.x25519.Identity.from_str(backup.identity.read_text().splitlines()[1])
    plain = pyrage.decrypt(backup.file.read_bytes(), [key])
    listed = subprocess.run(["tar", "-t"], input=plain, capture_output=True, check=True).stdout.decode().splitlines()
    assert listed == ["backup.json", "environment", "database/00000001", "files/captures/2026/a page.html"]
    assert backup.file.stat().st_mode & 0o777 == 0o600
    assert plain not in backup.file.read_bytes()


def test_other_key_is_refused(backup: Backup, target: Path, tmp_path: Path):
    other = tmp_path / "other"
    other.write_text(str(pyrage.x25519.Identity.generate()))
    assert refused(backup, identity=other) == (
        f"The key doesn't fit {backup.file}. Use the private key of its BACKUP_RECIPIENT."
    )
    other.write_text("age1not-a-private-key")
    assert refused(backup, identity=other).startswith(f"{other} doesn't contain a private key.")
    assert refused(backup, identity=tmp_path / "none").startswith(f"The key file {tmp_path / 'none'} can't be read")
    assert tables() == 0


@pytest.mark.parametrize("share", [0.02, 0.5, 0.9999])
def test_cut_off_file_is_refused(backup: Backup, target: Path, tmp_path: Path, share: float):
    cut = tmp_path / "cut"
    data = backup.file.read_bytes()
    cut.write_bytes(data[: int(len(data) * share)])
    assert refused(backup, file=cut) == (
        f"{cut} is damaged or incomplete, so it can't be decrypted. Use another backup."
    )
    assert tables() == 0


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9999])
def test_flipped_byte_is_refused(backup: Backup, target: Path, tmp_path: Path, share: float):
    flipped = tmp_path / "flipped"
    data = bytearray(backup.file.read_bytes())
    data[int(len(data) * share)] ^= 1
    flipped.write_bytes(data)
    assert refused(backup, file=flipped) == (
        f"{flipped} is damaged or incomplete, so it can't be decrypted. Use another backup."
    )
    assert tables() == 0


def test_other_files_are_refused(backup: Backup, target: Path, tmp_path: Path):
    other = tmp_path / "other"
    other.write_bytes(b"not encrypted")
    assert refused(backup, file=other) == (f"{other} isn't an encrypted backup, or it is damaged. Use another backup.")
    key = pyrage.x25519.Identity.from_str(backup.identity.read_text().splitlines()[1])
    for content in (b"", bytes(10240), b"x" * 100_000):
        other.write_bytes(pyrage.encrypt(content, [key.to_public()]))
        assert refused(backup, file=other) == "The file can be decrypted, but it isn't a backup of this site."
    assert refused(backup, file=tmp_path / "none") == (
        f"{tmp_path / 'none'} can't be used (No such file or directory). Check the path and its permissions."
    )


def test_database_with_tables_is_refused(backup: Backup):
    name = connections["owner"].settings_dict["NAME"]
    assert refused(backup).startswith(f"The database {name} isn't empty, because it has ")
    assert read_pages() == backup.pages


def test_storage_with_files_is_refused(backup: Backup, target: Path):
    default_storage.save("a", ContentFile(b"b"))
    assert refused(backup) == "The storage isn't empty, because it has the file a. Move the files away first."


def test_other_url_and_other_roles_are_refused(backup: Backup, target: Path, monkeypatch: pytest.MonkeyPatch):
    with override_settings(SITE_URL="https://other.example"):
        assert refused(backup).startswith(
            "The backup is from http://127.0.0.1:8000, but SITE_URL is https://other.example. "
        )
    monkeypatch.setitem(connections.settings["public"], "USER", "somebody")
    assert refused(backup).startswith(
        "The backup grants rights to the roles factcheck_app and factcheck_public, but the site uses factcheck_app and somebody. "
    )
    assert tables() == 0


def test_failure_of_postgresql_leaves_an_empty_database(backup: Backup, target: Path):
    with connections["owner"].cursor() as cursor:  # what a restore to another server's leftovers would meet
        cursor.execute("CREATE FUNCTION claims_kept() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'")
        cursor.execute("CREATE TYPE procrastinate_job_status AS ENUM ('a')")
    message = refused(backup)
    assert message.startswith("PostgreSQL refused the backup, and the database is still empty: could not execute query")
    assert "already exists" in message
    assert tables() == 0


def test_full_disk_leaves_no_file(backup: Backup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    earlier = tmp_path / "factcheck-20200101T000000Z.tar.age"
    earlier.write_bytes(b"earlier")

    opened = os.open
    monkeypatch.setattr(
        os,
        "open",
        lambda file, *rest: (
            opened("/dev/full", os.O_WRONLY) if str(file).endswith(making.UNFINISHED) else opened(file, *rest)
        ),
    )
    with pytest.raises(CommandError) as problem:
        run("backup", folder=str(tmp_path), recipient=recipient(backup))
    assert str(problem.value) == f"The disk of {tmp_path} is full. Free some space and start again."
    assert sorted(file.name for file in tmp_path.iterdir()) == [earlier.name, "lock"]


def test_stopping_leaves_no_file(backup: Backup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def stopped(self: object, size: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("factcheck.operations.management.commands.backup.tqdm.update", stopped)
    with pytest.raises(CommandError, match=r"^Stopped\. No backup was made, and earlier backups are kept\.$"):
        run("backup", folder=str(tmp_path), recipient=recipient(backup))
    assert [file.name for file in tmp_path.iterdir()] == ["lock"]


def recipient(backup: Backup) -> str:
    return str(pyrage.x25519.Identity.from_str(backup.identity.read_text().splitlines()[1]).to_public())


def test_old_backups_and_leftovers_are_removed(backup: Backup, tmp_path: Path):
    for name in ("factcheck-20200101T000000Z.tar.age", "factcheck-20200102T000000Z.tar.age", "notes.txt"):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "factcheck-20200103T000000Z.tar.age.unfinished").write_bytes(b"")
    assert "Removed 1 older backups." in run("backup", folder=str(tmp_path), recipient=recipient(backup))
    left = sorted(file.name for file in tmp_path.iterdir())
    assert len(left) == 4
    assert (left[0], *left[2:]) == ("factcheck-20200102T000000Z.tar.age", "lock", "notes.txt")
    listed = run("backup", folder=str(tmp_path), listing=True).splitlines()
    assert [line.split("  ")[0] for line in listed] == left[:2]


def test_only_one_backup_at_a_time(backup: Backup, tmp_path: Path):
    with (
        open(tmp_path / "lock", "a") as lock,
        pytest.raises(CommandError, match=r"^Another process is making a backup\."),
    ):
        fcntl.flock(lock, fcntl.LOCK_EX)
        run("backup", folder=str(tmp_path), recipient=recipient(backup))


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"folder": "", "recipient": "age1"}, "BACKUP_FOLDER isn't set."),
        ({"folder": "/x", "recipient": ""}, "BACKUP_RECIPIENT isn't set."),
        ({"folder": "/x", "recipient": "age1nonsense"}, "BACKUP_RECIPIENT is 'age1nonsense'. Set the public key"),
        ({"folder": "/dev/null/x", "recipient": "?"}, "/dev/null/x can't be used (Not a directory). "),
    ],
)
def test_wrong_settings_are_a_sentence(backup: Backup, options: dict[str, str], sentence: str):
    options = {**options, "recipient": options["recipient"].replace("?", recipient(backup))}
    with pytest.raises(CommandError) as problem:
        run("backup", **options)
    assert str(problem.value).startswith(sentence)


STREAM = """
import resource, sys
from pathlib import Path
from factcheck.operations.backup import encryption
import pyrage
identity, file = pyrage.x25519.Identity.generate(), Path(sys.argv[1])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
with file.open("wb") as out:
    encryption.encrypt((bytes(2**20) for _ in range(200)), out, identity.to_public(), lambda size: None)
read = 0
with encryption.decrypted(file, identity, lambda size: None) as stream:
    while part := stream.read(2**20):
        read += len(part)
print(read // 2**20, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


@pytest.mark.prove
def test_streams_take_little_memory(tmp_path: Path):
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-c", STREAM, str(tmp_path / "file")]
    printed = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout
    read, more = map(int, printed.split())
    assert read == 200
    assert more < 20  # MiB


@pytest.mark.parametrize(("folder", "planned"), [("/backups", True), ("", False)])
def test_worker_makes_backups_if_both_variables_are_set(folder: str, planned: bool):
    code = "from factcheck.operations.tasks import SCHEDULE; print('backup' in SCHEDULE)"
    assert manage("shell", "--no-imports", "-c", code, BACKUP_FOLDER=folder, BACKUP_RECIPIENT="age1").stdout == (
        f"{planned}\n"
    )


def test_missing_program_is_a_sentence(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(client_programs, "_FOLDERS", ())
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert client_programs.find_program("pg_dump", 14).name == "pg_dump"
    with pytest.raises(DatabaseProblem) as problem:
        client_programs.find_program("pg_dump", 99)
    assert str(problem.value) == (
        "The program pg_dump of PostgreSQL 99 isn't installed. Install the client programs of this version or a later "
        "one (Debian: postgresql-client-99)."
    )


def test_log_is_compared_with_kept_checkpoints(backup: Backup, tmp_path: Path):
    size, root = tree.newest_checkpoint().size, bytes(tree.newest_checkpoint().root)
    origin = tree.signing_key().name
    kept = tmp_path / "kept"

    def verify(content: object) -> str:
        kept.write_text(content if isinstance(content, str) else json.dumps(content))
        try:
            return run("verify_record", checkpoint=str(kept))
        except CommandError as problem:
            return str(problem)

    assert size == 4
    assert f"The log contains the 4 entries of the checkpoint in {kept}, and 0 newer entries." in verify(
        backup.checkpoint
    )
    part = {"seen": {"size": 2, "root": tree.LogCheckpoint.objects.get(size=2).root.hex()}, "shown": {}}
    assert "contains the 2 entries" in verify(part)
    assert "contains the 4 entries" in verify({origin: [size, root.hex()]})
    assert verify({"seen": {"size": 6, "root": "00" * 32}}) == (
        f"2 entries are missing: the checkpoint in {kept} has 6 entries, but the log has 4. Entry 4 to 5 was published "
        "after the backup. Don't publish, because verifiers would report a second history. Restore a newer backup."
    )
    assert verify({"seen": {"size": 2, "root": "00" * 32}}).startswith(
        f"The log's first 2 entries aren't the entries of the checkpoint in {kept}. Don't publish, "
    )
    assert (
        verify(backup.checkpoint.replace("\n4\n", "\n5\n"))
        == f"The checkpoint in {kept} isn't signed by this log's key."
    )
    assert verify("hello") == verify({"other": [1, "00"]}) == f"{kept} is neither a signed checkpoint nor a state file."
