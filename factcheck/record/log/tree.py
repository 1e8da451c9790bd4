"""The log's tree in the database: stored tiles and signed checkpoints.

One append reads the tiles at the right edge, adds to the few that grow and signs one checkpoint: the
same statements at ten entries and at a million.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import cache
from itertools import chain
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from factcheck.record.errors import SetupError
from factcheck.record.log import merkle
from factcheck.record.log.models import LogCheckpoint, LogEntry, LogTile
from factcheck.record.log.notes import Checkpoint, SigningKey, open_note, signed_by
from factcheck.server.private_files import write_private_file

LEVELS = 64 // merkle.TILE_HEIGHT


def default_origin() -> str:
    """LOG_ORIGIN, or else the log's URL without its scheme."""
    return settings.LOG_ORIGIN or f"{settings.SITE_URL.partition('://')[2]}/api/v1/log"


def make_signing_key(file: Path) -> SigningKey:
    """Makes a key for this log in a new file (0600). Raises FileExistsError; a key is never overwritten."""
    key = SigningKey.generate(default_origin())
    write_private_file(file, f"{key}\n")
    return key


@cache
def signing_key() -> SigningKey:
    """The key of LOG_SIGNING_KEY, which is a file's path or the key itself. Raises SetupError.

    Only what is surely a path is shown, or made into a file: not a key with quotes about it, nor a part of one.
    """
    value = settings.LOG_SIGNING_KEY
    file = Path(value)
    try:
        if "+KEY+" in value.upper():
            return SigningKey.parse(value)
        if settings.LOCAL and file.is_absolute() and not file.exists():
            with suppress(FileExistsError):  # another process was faster
                make_signing_key(file)
        return SigningKey.parse(file.read_text())
    except OSError as problem:
        if file.is_absolute():
            raise SetupError(
                _("LOG_SIGNING_KEY names %(file)s, which cannot be read (%(reason)s). Make one: manage.py make_log_key")
                % {"file": file, "reason": problem.strerror}
            ) from problem
    except ValueError:  # NoteError, or no text
        pass
    raise SetupError(
        _(
            "LOG_SIGNING_KEY is not a signing key, or a damaged one (PRIVATE+KEY+<name>+<id>+<base64>)."
            " Make one: manage.py make_log_key"
        )
    )


def newest_checkpoint(using: str | None = None) -> LogCheckpoint | None:
    return LogCheckpoint.objects.using(using).order_by("-size").first()


def require_identity() -> LogCheckpoint | None:
    """The log's newest checkpoint.

    Raises SetupError when this server's origin or key is not the one that signed it: publishing would
    make a second history under the same name.
    """
    key = signing_key()
    if settings.LOG_ORIGIN not in ("", key.name):
        raise SetupError(
            _("The signing key is of %(name)s, but LOG_ORIGIN is %(origin)s.")
            % {"name": key.name, "origin": settings.LOG_ORIGIN}
        )
    newest = newest_checkpoint()
    if newest is None:
        return None
    text, signatures = open_note(newest.note)
    origin = Checkpoint.parse(text).origin
    if origin != key.name:
        raise SetupError(
            _("The log's origin is %(origin)s, fixed with its first checkpoint; the signing key is of %(name)s.")
            % {"origin": origin, "name": key.name}
        )
    ours = key.verifier()
    # A rotation's checkpoint is signed by the old key and then by the new one, which alone goes on: an entry that a
    # process with the old key added would be signed by nobody whom the new one's servers accept.
    name, key_id, signature = signatures[-1]
    if (name, key_id) == (ours.name, ours.id) and ours.verify(text, signature):
        return newest
    if signed_by(newest.note, ours):
        raise SetupError(
            _(
                "The log was handed from the signing key %(old)s to %(new)s. Set LOG_SIGNING_KEY to the new key, and"
                " restart the server."
            )
            % {"old": ours.id.hex(), "new": key_id.hex()}
        )
    raise SetupError(
        _(
            "The signing key %(key)s did not sign the log's newest checkpoint (%(size)s entries). Set LOG_SIGNING_KEY"
            " to the key that signed it, and restart the server. If that key is lost, read"
            " /docs/how-to/rotate-the-log-key/."
        )
        % {"key": ours.id.hex(), "size": newest.size}
    )


def extend(newest: LogCheckpoint | None, entries: Sequence[LogEntry], *also: SigningKey) -> None:
    """Takes these entries into the tree of the newest checkpoint, with any before them that it lacks. Signs the next.

    The keys in `also` sign it too; the last one is the log's from then on (`require_identity`).
    """
    size, first = newest.size if newest else 0, entries[0].sequence
    lacking = LogEntry.objects.filter(sequence__range=(size, first - 1)).order_by("sequence") if size < first else ()
    leaves = [merkle.leaf_hash(entry.leaf()) for entry in chain(lacking, entries)]
    tiles = _edge(size)
    _require_signed(newest, tiles)
    gained = merkle.append(size, leaves, lambda level, index: tiles[level, index])
    _store(gained)
    for place, hashes in gained.items():
        tiles[place] = tiles.get(place, b"") + hashes
    size += len(leaves)
    checkpoint = Checkpoint(signing_key().name, size, merkle.root(size, lambda level, index: tiles[level, index]))
    text = checkpoint.text()
    note = text + "\n" + "".join(key.sign(text) for key in (signing_key(), *also))
    LogCheckpoint.objects.create(size=size, root=checkpoint.root, note=note, at=timezone.now())


def _edge(size: int) -> dict[tuple[int, int], bytes]:
    """The tiles at the right edge of a tree of that size, which are all that its root and its growth need."""
    wanted = Q()
    for level in range(LEVELS):
        wanted |= Q(level=level, index=(size >> merkle.TILE_HEIGHT * level) // merkle.TILE_WIDTH)
    return {(tile.level, tile.index): bytes(tile.hashes) for tile in LogTile.objects.filter(wanted)}


def _require_signed(newest: LogCheckpoint | None, tiles: dict[tuple[int, int], bytes]) -> None:
    """Refuses tiles that are not those of the newest checkpoint: what is signed over them would be another history."""
    size = newest.size if newest else 0
    widths = {
        (level, row // merkle.TILE_WIDTH): row % merkle.TILE_WIDTH
        for level in range(LEVELS)
        for row in [size >> merkle.TILE_HEIGHT * level]
    }
    fits = all(len(tiles.get(place, b"")) == width * merkle.HASH_SIZE for place, width in widths.items())
    if fits and newest:
        fits = bytes(newest.root) == merkle.root(size, lambda level, index: tiles[level, index])
    if not fits:
        raise SetupError(
            _(
                "The log's tiles are not those that its newest checkpoint (%(size)s entries) signs, so nothing can be"
                " published. Run manage.py verify_record, and read /docs/how-to/when-something-is-wrong/."
            )
            % {"size": size}
        )


def _store(gained: dict[tuple[int, int], bytes]) -> None:
    """Appends to tiles in one statement; the trigger tile_grows refuses anything but growth."""
    rows = [(level, index, hashes) for (level, index), hashes in gained.items()]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO record_logtile (level, index, hashes)"
            " SELECT * FROM unnest(%s::smallint[], %s::bigint[], %s::bytea[])"
            " ON CONFLICT (level, index) DO UPDATE SET hashes = record_logtile.hashes || excluded.hashes",
            [[row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows]],
        )


def reader(using: str | None = None) -> merkle.Reader:
    """Reads stored tiles for proofs, each once."""
    known: dict[tuple[int, int], bytes] = {}

    def read(level: int, index: int) -> bytes:
        if (level, index) not in known:
            tile = LogTile.objects.using(using).filter(level=level, index=index).first()
            known[level, index] = bytes(tile.hashes) if tile else b""
        return known[level, index]

    return read


def bundle(entries: Iterable[LogEntry]) -> bytes:
    """An entry bundle: each leaf with its length before it as a big-endian uint16."""
    leaves = [entry.leaf() for entry in entries]
    return b"".join(len(leaf).to_bytes(2, "big") + leaf for leaf in leaves)
