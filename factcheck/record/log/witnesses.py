"""Requests to witnesses for cosignatures of the newest checkpoint (C2SP tlog-witness).

A witness signs only checkpoints that are consistent with every checkpoint it has signed before. An operator with the
log's key and database could show different histories to two readers, but a witness never cosigns both.
"""

import base64
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from django.conf import settings

from factcheck.record.log import merkle, tree
from factcheck.record.log.models import Cosignature, LogCheckpoint
from factcheck.record.log.notes import NoteError, VerifierKey, open_note, signed_by
from factcheck.tools.http_client import FetchError, send

TIMEOUT = 10  # in seconds
MAX_RESPONSE = 64 * 1024  # in bytes
MAX_AGE = 300  # in seconds, between a cosignature's time and this server's clock
_SIZE = re.compile(r"[0-9]{1,18}")


class WitnessError(Exception):
    """The error if a witness didn't cosign. The message gives the reason."""


@dataclass(frozen=True, slots=True)
class Witness:
    """A witness's verifier key (type 4) and its base URL."""

    key: VerifierKey
    url: str


def configured_witnesses() -> list[Witness]:
    """Return the witnesses in LOG_WITNESSES, where verifier keys and URLs alternate. Raises NoteError."""
    words = settings.LOG_WITNESSES.split()
    if len(words) % 2:
        raise NoteError("LOG_WITNESSES needs a verifier key and a URL for each witness")
    return [Witness(VerifierKey.parse(key), url.rstrip("/")) for key, url in zip(words[::2], words[1::2], strict=True)]


def newest_cosignatures() -> list[tuple[Witness, Cosignature | None]]:
    """Return each witness with the newest line under its name, or with None if its key didn't sign this line."""
    found = list[tuple[Witness, Cosignature | None]]()
    for witness in configured_witnesses():
        rows = Cosignature.objects.using("public").filter(witness=witness.key.name).select_related("checkpoint")
        row, is_right = rows.order_by("-checkpoint_id").first(), False
        with suppress(NoteError):
            is_right = row is not None and signed_by(row.checkpoint.note + row.line, witness.key)
        found.append((witness, row if is_right else None))
    return found


def request_cosignatures() -> Iterator[tuple[Witness, str]]:
    """Request all missing cosignatures for the newest checkpoint. Yield each witness with the outcome."""
    checkpoint = tree.newest_checkpoint()
    for witness in configured_witnesses() if checkpoint else []:
        assert checkpoint is not None
        if checkpoint.cosignatures.filter(witness=witness.key.name).exists():
            yield witness, f"has cosigned {checkpoint.size} entries already"
            continue
        try:
            line = request_cosignature(witness, checkpoint)
        except (WitnessError, NoteError) as problem:
            yield witness, f"did not cosign {checkpoint.size} entries: {problem}"
        else:
            Cosignature.objects.get_or_create(checkpoint=checkpoint, witness=witness.key.name, defaults={"line": line})
            yield witness, f"cosigned {checkpoint.size} entries"


def request_cosignature(witness: Witness, checkpoint: LogCheckpoint) -> str:
    """Return the witness's signature line for the checkpoint. Raises WitnessError."""
    last = Cosignature.objects.filter(witness=witness.key.name).order_by("-checkpoint_id").first()
    old = last.checkpoint_id if last else 0
    status, answer = _submit(witness, checkpoint, old)
    if status == 409 and _SIZE.fullmatch(answer.strip()) and int(answer) <= checkpoint.size:
        # The witness has recorded a different size than this server, for example after a restore from a backup.
        status, answer = _submit(witness, checkpoint, int(answer))
    if status != 200:
        raise WitnessError(f"it answered {status} {' '.join(answer.split())[:200]}")
    text = open_note(checkpoint.note)[0]
    for line in answer.splitlines(keepends=True):
        _, signatures = open_note(f"{text}\n{line}")
        for name, key_id, signature in signatures:
            if (name, key_id) == (witness.key.name, witness.key.id) and witness.key.verify(text, signature):
                if abs(int.from_bytes(signature[:8], "big") - time.time()) > MAX_AGE:
                    raise WitnessError("its clock is more than five minutes from ours")
                return line
    raise WitnessError("its answer has no good signature of its key")


def _submit(witness: Witness, checkpoint: LogCheckpoint, old: int) -> tuple[int, str]:
    proof = merkle.consistency_proof(old, checkpoint.size, tree.tile_reader())
    lines = "".join(f"{base64.b64encode(value).decode()}\n" for value in proof)
    body = f"old {old}\n{lines}\n{checkpoint.note}".encode()
    try:
        url = f"{witness.url}/add-checkpoint"
        sent = send("POST", url, body, {}, seconds=TIMEOUT, max_body=MAX_RESPONSE, any_host=True)
    # A failure of one witness must not prevent requests to the other witnesses.
    except FetchError as problem:
        raise WitnessError(f"it does not answer ({problem})") from problem
    return sent.status, sent.body.decode("utf-8", "replace")
