"""The growth of the tree, and checkpoints, which a signer signs (see `signer.py`).

Extending the tree reads the tiles at the right edge, changes a few tiles, and requests one signature. The number of SQL
statements is the same for ten entries and for a million.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from factcheck.record.errors import SetupError
from factcheck.record.formats.canonical import canonical_unchecked
from factcheck.record.log import merkle, tree
from factcheck.record.log.models import LogCheckpoint, LogEntry
from factcheck.record.log.notes import Checkpoint, VerifierKey, open_note, signed_by
from factcheck.record.log.signer import NONE, Signer, SignerStatus, SigningError
from factcheck.record.log.signer_process import RemoteSigner


@dataclass(frozen=True, slots=True)
class CheckpointMemory:
    """The memory of a signer in this process: the newest checkpoint in the database."""

    newest: LogCheckpoint | None

    def read(self) -> str | None:
        return self.newest.note if self.newest else None

    def write(self, note: str) -> None:
        """Do nothing, because the caller stores the checkpoint."""


def log_signer(newest: LogCheckpoint | None) -> Signer | RemoteSigner:
    """Return the signer at LOG_SIGNER. Raises SetupError.

    Without this setting, this process signs, and continues the log after the checkpoint `newest`.
    """
    if settings.LOG_SIGNER:
        return RemoteSigner(settings.LOG_SIGNER)
    return Signer(tree.signing_keys(), CheckpointMemory(newest))


@contextmanager
def signing_errors() -> Iterator[None]:
    """Turn the signer's errors into SetupError."""
    try:
        yield
    except SigningError as problem:
        raise SetupError(
            _("The log's signer refused: %(reason)s Read /docs/how-to/when-something-is-wrong/.") % {"reason": problem}
        ) from problem
    except OSError as problem:
        raise SetupError(
            _(
                "Nothing can be published, because the log's signer at %(socket)s doesn't answer (%(reason)s). Start"
                " the service factcheck-signer."
            )
            % {"socket": settings.LOG_SIGNER, "reason": problem.strerror or problem}
        ) from problem


def verifier_key() -> VerifierKey:
    """Return LOG_VERIFIER_KEY, or the signer's first key if the setting is empty. Raises SetupError."""
    if settings.LOG_VERIFIER_KEY:
        return VerifierKey.parse(settings.LOG_VERIFIER_KEY)
    if not settings.LOG_SIGNER:
        return tree.signing_key().verifier()
    with signing_errors():
        return RemoteSigner(settings.LOG_SIGNER).status().keys[0]


def require_signer() -> None:
    """Raise SetupError if the log's signer doesn't answer. The check doesn't need a database."""
    with signing_errors():
        log_signer(None).status()


def current_own_key() -> VerifierKey:
    """Return the signer's key that signed the newest checkpoint, or else the signer's first key. Raises SetupError."""
    newest = tree.newest_checkpoint()
    with signing_errors():
        keys = log_signer(newest).status().keys
    key_id = open_note(newest.note)[1][-1][1] if newest else b""
    return next((key for key in keys if key.id == key_id), keys[0])


def require_identity(newest: LogCheckpoint | None) -> tuple[Signer | RemoteSigner, SignerStatus]:
    """Return the signer and its status. Raises SetupError if the signer can't continue the log.

    The log continues after its newest checkpoint. Without this check, the server could publish a second history under
    the same name.
    """
    with signing_errors():
        signer = log_signer(newest)
        status = signer.status()
    name = status.keys[0].name
    if settings.LOG_ORIGIN not in ("", name):
        raise SetupError(
            _("The signing key is for %(name)s, but LOG_ORIGIN is %(origin)s.")
            % {"name": name, "origin": settings.LOG_ORIGIN}
        )
    if newest:
        _require_key(newest, status.keys)
    _require_signed_history(newest, status)
    return signer, status


def _require_key(newest: LogCheckpoint, keys: Sequence[VerifierKey]) -> None:
    """Raise SetupError if none of the keys made the last signature on the newest checkpoint."""
    text, signatures = open_note(newest.note)
    origin = Checkpoint.parse(text).origin
    if origin != keys[0].name:
        raise SetupError(
            _("The log's origin is %(origin)s and can't be changed, but the signing key is for %(name)s.")
            % {"origin": origin, "name": keys[0].name}
        )
    # Both keys sign a rotation's checkpoint, and the new key signs last. From then on, only the new key can be used,
    # and servers with the new key refuse entries from processes with the old key.
    name, key_id, signature = signatures[-1]
    if any((name, key_id) == (key.name, key.id) and key.verify(text, signature) for key in keys):
        return
    if signed_by(newest.note, keys[0]):
        raise SetupError(
            _(
                "The log's signing key was changed from %(old)s to %(new)s. Set LOG_SIGNING_KEY to the new key,"
                " and restart the server."
            )
            % {"old": keys[0].id.hex(), "new": key_id.hex()}
        )
    raise SetupError(
        _(
            "The signing key %(key)s did not sign the log's newest checkpoint (%(size)s entries). Set LOG_SIGNING_KEY"
            " to the key that signed it, and restart the server. If that key is lost, read"
            " /docs/how-to/rotate-the-log-key/."
        )
        % {"key": keys[0].id.hex(), "size": newest.size}
    )


def _require_signed_history(newest: LogCheckpoint | None, status: SignerStatus) -> None:
    """Raise SetupError if the signer has signed entries that this database doesn't have."""
    size = newest.size if newest else 0
    if status.size > size:
        # If a process was killed, the checkpoint can be missing, but the entries must exist.
        size = LogEntry.objects.count()
    if status.size > size or (newest and status.size == newest.size and status.root != bytes(newest.root)):
        raise SetupError(
            _(
                "Nothing can be published, because the log's signer has signed %(signed)s entries that aren't in this"
                " database of %(size)s entries. Read /docs/how-to/when-something-is-wrong/."
            )
            % {"signed": status.size, "size": size}
        )


def has_unsigned(newest: LogCheckpoint | None) -> bool:
    """Return whether there are entries after the newest checkpoint."""
    return LogEntry.objects.filter(sequence__gte=newest.size if newest else 0).exists()


def require_signable() -> None:
    """Raise SetupError if the next entries couldn't be signed. Sign earlier entries that aren't signed yet."""
    newest = tree.newest_checkpoint()
    if has_unsigned(newest):
        extend()
    else:
        require_identity(newest)
        tree.require_signed_tiles(newest, tree.right_edge(newest.size if newest else 0))


def extend() -> LogCheckpoint | None:
    """Add all entries without a checkpoint to the tree, and store a new checkpoint with the signer's signatures.

    The caller has locked the log and has committed the entries (see `signer.py`). Raises SetupError. After an entry for
    a rotation, the next key signs too. From then on, it's the log's key (see `require_identity`).
    """
    newest = tree.newest_checkpoint()
    size = newest.size if newest else 0
    leaves, rotated = [], False
    for entry in LogEntry.objects.filter(sequence__gte=size).order_by("sequence").iterator():
        leaves.append(merkle.leaf_hash(entry.leaf()))
        rotated |= entry.kind == LogEntry.Kind.KEY_ROTATION
    if not leaves:
        return newest
    signer, status = require_identity(newest)
    tiles = tree.right_edge(size)
    tree.require_signed_tiles(newest, tiles)
    gained = merkle.append(size, leaves, lambda *place: tiles[place])
    tree.append_to_tiles(gained)
    for place, hashes in gained.items():
        tiles[place] = tiles.get(place, b"") + hashes
    stored, size = tree.tile_reader(), size + len(leaves)

    def read(level: int, index: int) -> bytes:
        return tiles[level, index] if (level, index) in tiles else stored(level, index)

    root = merkle.root(size, read)
    with signing_errors():
        if status.size > size:
            raise SigningError(f"A checkpoint of {status.size} entries is signed, but there are {size} entries.")
        added = NONE
        if status.newsrooms:
            edge = [read(level, status.size >> merkle.TILE_HEIGHT * (level + 1)) for level in range(tree.LEVELS)]
            added = edge, entry_lines(status.size)
        lines = signer.sign(size, root, merkle.consistency_proof(status.size, size, read), rotate=rotated, added=added)
    note = f"{Checkpoint(status.keys[0].name, size, root).text()}\n{lines}"
    return LogCheckpoint.objects.create(size=size, root=root, note=note, at=timezone.now())


def entry_lines(start: int) -> Iterator[bytes]:
    """Return the entries from `start` on, each with its salt, its document and its opening, for the signer."""
    entries = LogEntry.objects.with_documents().select_related("approval").filter(sequence__gte=start)
    for entry in entries.iterator():
        row, opening = entry.revision_document, entry.approval.opening if hasattr(entry, "approval") else None
        texts = {"leaf": entry.leaf().decode(), "document": bytes(row.document).decode(), "opening": opening}
        yield canonical_unchecked({**texts, "salt": bytes(row.salt).hex()})


def require_approved(entries: Sequence[LogEntry]) -> None:
    """Raise SetupError if the signer would refuse these entries, so that they aren't committed in vain."""
    if entries and protected_newsrooms():
        start = entries[0].sequence
        with signing_errors():
            RemoteSigner(settings.LOG_SIGNER).request(entry_lines(start), do="check", start=start)


def protected_newsrooms() -> Mapping[str, Any]:
    """Return the newsrooms in which two people sign, or signed, with their keys (KeyRegister.newsrooms)."""
    with signing_errors():
        return RemoteSigner(settings.LOG_SIGNER).status().newsrooms if settings.LOG_SIGNER else {}


def send_order(**order: str) -> None:
    """Have the signer enrol or revoke a key, or switch a newsroom off (KeyRegister.carry_out). Raises SetupError."""
    with signing_errors():
        RemoteSigner(settings.LOG_SIGNER).request(do="order", **order)
