"""The checks of `/readyz`.

Each check returns a sentence, or raises Failed with a sentence that says what to do.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from django.conf import settings
from django.db import Error, connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone, translation

from factcheck.clean_room.door import decode
from factcheck.database.roles import LOG_WITHOUT_VALUES
from factcheck.monitoring import numbers
from factcheck.monitoring.time_limits import TimeLimited
from factcheck.record.errors import SetupError
from factcheck.record.log import checkpoints, tree
from factcheck.record.log.models import LogEntry
from factcheck.record.log.notes import NoteError
from factcheck.record.log.witnesses import newest_cosignatures
from factcheck.record.readmodel.address import require_address
from factcheck.record.readmodel.public_state import is_right
from factcheck.tools.metrics import wrong_entry

SECONDS = 3.0  # for all checks together, because a database that hangs never answers
# Scheduled commands of one kind wait for each other, so a wait of a few minutes is normal.
MAX_LAG = timedelta(minutes=10)
# A publication first commits its entries, and then has the entries signed.
MAX_UNSIGNED = timedelta(minutes=2)
# The worker asks the witnesses every five minutes.
MAX_UNCOSIGNED = timedelta(minutes=30)
# Backups are made every night. The site can publish without a new backup, so an old backup is only a warning.
MAX_BACKUP_AGE = timedelta(hours=36)


_RIGHTS = "Run the SQL that python -m factcheck.database rights prints, as an administrator of PostgreSQL."


class Failed(Exception):
    pass


@dataclass(frozen=True, slots=True)
class Result:
    """The result of a check. A check that fails makes the site not ready, unless it only warns."""

    name: str
    ok: bool
    detail: str

    @property
    def warns(self) -> bool:
        return self.name in (backup.__name__, roles.__name__, witnesses.__name__)


def run_checks() -> list[Result]:
    """Return the results of all checks within SECONDS, even if the database never answers."""
    try:
        return all_checks.run()
    except TimeoutError:
        detail = f"The database, the signer or the clean room didn't answer within {SECONDS:g} seconds. Check them."
        return [Result("database", False, detail)]


def _run() -> list[Result]:
    with translation.override("en"):
        first = _result(database)
        everywhere = (address, checkpoint, witnesses, rows)
        rest = (
            (migrations, *everywhere, log_key, queue, clean_room, backup, roles) if numbers.sees_queue() else everywhere
        )
        return [first, *(map(_result, rest) if first.ok else ())]


def _result(check: Callable[[], str]) -> Result:
    try:
        return Result(check.__name__, True, check())
    except Failed as failure:
        return Result(check.__name__, False, str(failure))
    except Error as problem:
        return Result(check.__name__, False, f"The database can't answer ({type(problem).__name__}). Check PostgreSQL.")


def database() -> str:
    for alias in ("default", "public") if numbers.sees_queue() else ("public",):
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT 1")  # `is_usable` would hide the error
    return "The database answers."


def migrations() -> str:
    missing = sorted(_known_migrations() - set(MigrationRecorder(connections["default"]).applied_migrations()))
    if missing:
        raise Failed(f"Missing migrations: {len(missing)}. Run manage.py migrate --database owner.")
    return "All migrations are applied."


def address() -> str:
    try:
        require_address("public")
    except SetupError as problem:
        raise Failed(str(problem)) from None
    return "The site has the record's address."


def log_key() -> str:
    try:
        newest = tree.newest_checkpoint()
        checkpoints.require_identity(newest)
    except SetupError as problem:
        raise Failed(str(problem)) from None
    return "The key has signed the newest checkpoint." if newest else "The log is empty."


def checkpoint() -> str:
    log = numbers.read_log()
    if log.checkpoint_size != log.entries and log.newest_at and timezone.now() - log.newest_at > MAX_UNSIGNED:
        reason = _why_unsigned(log.checkpoint_size)
        raise Failed(f"The newest checkpoint covers {log.checkpoint_size} of {log.entries} entries. {reason}")
    if log.checkpoint_at is None:
        return "The log is empty."
    age = _age(timezone.now() - log.checkpoint_at)
    return f"The newest checkpoint covers {log.checkpoint_size} of {log.entries} entries. It is {age} old."


def witnesses() -> str:
    try:
        found = newest_cosignatures()
    except NoteError as problem:
        raise Failed(f"LOG_WITNESSES can't be used, because {problem}.") from None
    if len({witness.key.name for witness, _row in found}) < 2:
        raise Failed(f"Witnesses in LOG_WITNESSES: {len(found)}. Name two, as docs/how-to/run-a-witness.md describes.")
    log, sizes = numbers.read_log(), {witness.key.name: row.checkpoint_id if row else 0 for witness, row in found}
    late = [name for name, size in sizes.items() if size < log.checkpoint_size]
    if late and log.checkpoint_at and timezone.now() - log.checkpoint_at > MAX_UNCOSIGNED:
        raise Failed(f"Witnesses that haven't cosigned the newest checkpoint: {', '.join(late)}. Ask their operators.")
    return f"Entries that witnesses have cosigned: {', '.join(f'{size} by {name}' for name, size in sizes.items())}."


def _why_unsigned(size: int) -> str:
    """Return why the signer refuses the next entries, if this process can ask the signer."""
    try:
        if numbers.sees_queue():
            checkpoints.require_approved(list(LogEntry.objects.filter(sequence=size)))
    except SetupError as problem:
        return str(problem)
    return "Check the signer."


def rows() -> str:
    sequence = wrong_entry()
    if sequence is not None and not is_right(sequence):
        raise Failed(f"The row or the document of log entry {sequence} was changed. Run manage.py verify_record.")
    return "The reviews and demands that were read match the log."


def queue() -> str:
    waiting = numbers.read_queue()
    since = timezone.now() - waiting.oldest if waiting.oldest else timedelta()
    if since > MAX_LAG:
        raise Failed(f"A job has been waiting for {_age(since)}. Check factcheck-worker.")
    return f"Waiting jobs: {waiting.count}."


def clean_room() -> str:
    try:
        if settings.CLEAN_ROOM:
            decode("upload", b"")
    except OSError as problem:
        raise Failed(f"Files can't be decoded ({problem}). Check factcheck-clean-room.") from None
    return "Files can be decoded."


def backup() -> str:
    made_at = numbers.read_backup()
    if made_at is None:
        raise Failed("No backup is known. Check BACKUP_FOLDER, BACKUP_RECIPIENT and factcheck-backup.")
    age = timezone.now() - made_at
    if age > MAX_BACKUP_AGE:
        raise Failed(f"The newest backup is {_age(age)} old. Check factcheck-backup.")
    return f"The newest backup is {_age(age)} old."


def roles() -> str:
    """Report what only an administrator of the server can mend, because every role can change its own settings."""
    application, reading = (settings.DATABASES[alias]["USER"] for alias in ("default", "public"))
    expected = [f"{name}={value}" for name, value in LOG_WITHOUT_VALUES.items()]
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT FROM pg_db_role_setting JOIN pg_roles r ON r.oid = setrole, unnest(setconfig) AS setting"
            " WHERE rolname IN (%s, %s) AND setting <> ALL(%s)",
            [application, reading, expected],
        )
        if cursor.fetchone() is not None:
            raise Failed(f"A role of the database has changed its own settings. {_RIGHTS}")
        cursor.execute(
            "SELECT has_function_privilege(%s, 'pg_advisory_lock(bigint)', 'EXECUTE')"
            " OR has_function_privilege(%s, 'pg_cancel_backend(integer)', 'EXECUTE')",
            [reading, application],
        )
        if cursor.fetchone() != (False,):
            raise Failed(f"The roles of the database have rights that they don't need. {_RIGHTS}")
    return "The roles of the database have only the rights that they need."


@cache
def _known_migrations() -> set[tuple[str, str]]:
    return set(MigrationLoader(None).disk_migrations)


def _age(age: timedelta) -> str:
    minutes = int(age.total_seconds()) // 60
    if minutes < 120:
        return f"{minutes} minutes"
    return f"{minutes // 60} hours" if minutes < 48 * 60 else f"{minutes // (24 * 60)} days"


all_checks = TimeLimited(_run, SECONDS)
