"""The log's tree, stored in the database as tiles, and the log's keys."""

from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _

from factcheck.record.errors import SetupError
from factcheck.record.log import merkle
from factcheck.record.log.models import LogCheckpoint, LogEntry, LogTile
from factcheck.record.log.notes import NoteError, SigningKey
from factcheck.tools.private_files import write_private_file

LEVELS = 64 // merkle.TILE_HEIGHT


def default_origin() -> str:
    """Return LOG_ORIGIN, or the log's URL without its scheme."""
    return settings.LOG_ORIGIN or f"{settings.SITE_URL.partition('://')[2]}/api/v1/log"


def make_signing_key(file: Path) -> SigningKey:
    """Write a new key for this log to a new file with mode 0600. Raises FileExistsError."""
    key = SigningKey.generate(default_origin())
    write_private_file(file, f"{key}\n")
    return key


def add_next_key(file: Path) -> SigningKey:
    """Add the next key to a file with one key. Raises OSError, or NoteError if the file has two keys or none."""
    keys = SigningKey.parse_all(file.read_text())
    if len(keys) > 1:
        raise NoteError("it already contains the next key")
    key, changed = SigningKey.generate(keys[0].name), file.with_name(f"{file.name}.next")
    write_private_file(changed, f"{keys[0]}\n{key}\n")
    changed.replace(file)
    return key


@cache
def signing_key() -> SigningKey:
    """Return the first key in LOG_SIGNING_KEY. Raises SetupError."""
    return signing_keys()[0]


def signing_keys() -> list[SigningKey]:
    """Return the keys in LOG_SIGNING_KEY, whose value is the path of a file or the keys themselves. Raises SetupError.

    An error message shows the value only if it is certainly a path, and only such a file is created. Otherwise the
    value could be a damaged key or a key in quotation marks.
    """
    value = settings.LOG_SIGNING_KEY
    file = Path(value)
    try:
        if "+KEY+" in value.upper():
            return SigningKey.parse_all(value)
        if settings.LOCAL and file.is_absolute() and not file.exists():
            with suppress(FileExistsError):  # another process has already created the file
                make_signing_key(file)
        return SigningKey.parse_all(file.read_text())
    except OSError as problem:
        if file.is_absolute():
            raise SetupError(
                _(
                    "LOG_SIGNING_KEY refers to %(file)s, which can't be read (%(reason)s). To create a key, run"
                    " manage.py make_log_key."
                )
                % {"file": file, "reason": problem.strerror}
            ) from problem
    except ValueError:  # NoteError or UnicodeDecodeError
        pass
    raise SetupError(
        _(
            "LOG_SIGNING_KEY is not a valid signing key (PRIVATE+KEY+<name>+<id>+<base64>). To create a key,"
            " run manage.py make_log_key."
        )
    )


def newest_checkpoint(using: str | None = None) -> LogCheckpoint | None:
    return LogCheckpoint.objects.using(using).order_by("-size").first()


def tile_reader(using: str | None = None) -> merkle.TileReader:
    """Return a function that reads stored tiles for proofs. The function reads each tile only once."""
    cache: dict[tuple[int, int], bytes] = {}

    def read(level: int, index: int) -> bytes:
        if (level, index) not in cache:
            tile = LogTile.objects.using(using).filter(level=level, index=index).first()
            cache[level, index] = bytes(tile.hashes) if tile else b""
        return cache[level, index]

    return read


def bundle(entries: Iterable[LogEntry]) -> bytes:
    """Return an entry bundle: each leaf, preceded by its length as a big-endian uint16."""
    leaves = [entry.leaf() for entry in entries]
    return b"".join(len(leaf).to_bytes(2, "big") + leaf for leaf in leaves)


def right_edge(size: int) -> dict[tuple[int, int], bytes]:
    """Return the tiles at the right edge of a tree of this size. Its root and its growth depend only on these tiles."""
    condition = Q()
    for level in range(LEVELS):
        condition |= Q(level=level, index=(size >> merkle.TILE_HEIGHT * level) // merkle.TILE_WIDTH)
    return {(tile.level, tile.index): bytes(tile.hashes) for tile in LogTile.objects.filter(condition)}


def require_signed_tiles(newest: LogCheckpoint | None, tiles: dict[tuple[int, int], bytes]) -> None:
    """Raise SetupError if the tiles don't match the newest checkpoint. Otherwise the log would fork its history."""
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
                "Nothing can be published, because the log's tiles don't match its newest checkpoint (%(size)s"
                " entries). Run manage.py verify_record, and read /docs/how-to/when-something-is-wrong/."
            )
            % {"size": size}
        )


def append_to_tiles(gained: dict[tuple[int, int], bytes]) -> None:
    """Append hashes to tiles. The trigger tile_grows refuses any other change to a tile.

    SQL is needed, because Django's `bulk_create` can replace a value after a conflict, but can't append to it.
    """
    rows = [(level, index, hashes) for (level, index), hashes in gained.items()]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO record_logtile (level, index, hashes)"
            " SELECT * FROM unnest(%s::smallint[], %s::bigint[], %s::bytea[])"
            " ON CONFLICT (level, index) DO UPDATE SET hashes = record_logtile.hashes || excluded.hashes",
            [[row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows]],
        )
