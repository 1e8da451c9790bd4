"""``python -m factcheck.record.log.signer_process``: the only process that reads the log's signing key.

Each connection to the Unix socket is one request and one response, both a line of JSON. Anyone who can connect can have
the log continued, so only the publishers' accounts belong to the socket's group.
"""

import argparse
import base64
import json
import signal
import socket
import sys
from pathlib import Path
from typing import Any

from factcheck.record.formats.canonical import JsonObject
from factcheck.record.log import merkle
from factcheck.record.log.notes import Checkpoint, NoteError, SigningKey, VerifierKey, open_note, signed_by
from factcheck.record.log.signer import FileMemory, Signer, SignerStatus, SigningError
from factcheck.tools.environment import environment

TIMEOUT = 5  # in seconds, for a request, on both sides
MAX_REQUEST = 16 * 1024  # in bytes, because a proof has at most 64 hashes


class RemoteSigner:
    """A signer in another process, as publishers use it. The methods are those of `Signer`.

    They raise SigningError if the signer refuses, and OSError if it doesn't answer.
    """

    def __init__(self, path: str) -> None:
        self.path = path

    def status(self) -> SignerStatus:
        answer = self._request(do="status")
        return SignerStatus(tuple(map(VerifierKey.parse, answer["keys"])), answer["size"], _bytes(answer["root"]))

    def rotation(self) -> tuple[VerifierKey, VerifierKey, str]:
        answer = self._request(do="rotation")
        return VerifierKey.parse(answer["old"]), VerifierKey.parse(answer["new"]), answer["signature"]

    def sign(self, size: int, root: bytes, proof: list[bytes], *, rotate: bool = False) -> str:
        answer = self._request(do="sign", size=size, root=_text(root), proof=list(map(_text, proof)), rotate=rotate)
        lines: str = answer["lines"]
        return lines

    def _request(self, **request: Any) -> Any:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(TIMEOUT)
            connection.connect(self.path)
            connection.sendall(json.dumps(request).encode() + b"\n")
            with connection.makefile("rb") as lines:
                line = lines.readline(MAX_REQUEST)
        if not line.endswith(b"\n"):
            raise ConnectionResetError("it closed the connection")
        answer = json.loads(line)
        if "refused" in answer:
            raise SigningError(answer["refused"])
        return answer


def respond_to(signer: Signer, line: bytes) -> JsonObject:
    """Return the response to a request. No request raises an error."""
    try:
        match json.loads(line):
            case {"do": "status", **rest} if not rest:
                status = signer.status()
                return {"keys": [str(key) for key in status.keys], "size": status.size, "root": _text(status.root)}
            case {"do": "rotation", **rest} if not rest:
                old, new, signature = signer.rotation()
                return {"old": str(old), "new": str(new), "signature": signature}
            case {"do": "sign", "size": int(size), "root": str(root), "proof": list(proof), "rotate": bool(rotate)}:
                return {"lines": signer.sign(size, _bytes(root), [_bytes(each) for each in proof], rotate=rotate)}
    except (SigningError, NoteError) as problem:
        return {"refused": str(problem)}
    except (ValueError, TypeError, RecursionError):
        pass
    return {"refused": "The request is malformed."}


def serve(signer: Signer, path: Path) -> None:
    """Answer requests, one after the other, until the process is killed. A kill is safe at any time."""
    path.unlink(missing_ok=True)  # a killed signer leaves its socket behind
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        path.chmod(0o660)
        listener.listen(64)
        while True:
            connection, _address = listener.accept()
            with connection:
                connection.settimeout(TIMEOUT)
                try:
                    with connection.makefile("rb") as lines:
                        line = lines.readline(MAX_REQUEST)
                    connection.sendall(json.dumps(respond_to(signer, line)).encode() + b"\n")
                except OSError:  # the client is gone, or the disk is full
                    continue


def begin(signer: Signer, note: str | None) -> Checkpoint:
    """Store and return the checkpoint to continue: that of the note, or of an empty log. Raises SigningError."""
    if signer.memory.read() is not None:
        raise SigningError("The signer has already signed checkpoints, and never forgets them.")
    if note is None:
        text = Checkpoint(signer.keys[0].name, 0, merkle.EMPTY_ROOT).text()
        note = f"{text}\n{signer.keys[0].sign(text)}"
    text, _signatures = open_note(note)
    # Witnesses can have cosigned the checkpoint that readers see. Only the log's own signatures are stored.
    lines = note.partition("\n\n")[2].splitlines(keepends=True)
    own = [line for line in lines if any(signed_by(f"{text}\n{line}", key.verifier()) for key in signer.keys)]
    if not own:
        raise SigningError("The checkpoint isn't signed by the log's key.")
    signer.memory.write(f"{text}\n{''.join(own)}")
    return Checkpoint.parse(text)


def require_state(signer: Signer) -> None:
    """Raise SigningError if the signer doesn't know what it has signed, or if another key signed it."""
    if signer.memory.read() is None:
        raise SigningError("The signer doesn't know what it has signed. Run it once with --begin or --adopt FILE.")
    signer.current_key()


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _bytes(text: str) -> bytes:
    value = base64.b64decode(text, validate=True)
    if len(value) != merkle.HASH_SIZE:
        raise ValueError("a hash has 32 bytes")
    return value


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m factcheck.record.log.signer_process", description=__doc__)
    parser.add_argument("--begin", action="store_true", help="prepare the signer for an empty log, and exit")
    parser.add_argument(
        "--adopt",
        type=Path,
        metavar="FILE",
        help="prepare the signer to continue after the checkpoint in FILE, and exit",
    )
    chosen = parser.parse_args(arguments)
    try:
        keys = SigningKey.parse_all(Path(environment("LOG_SIGNING_KEY", "log-key")).read_text())
        signer = Signer(keys, FileMemory(Path(environment("LOG_SIGNER_STATE", "."))))
        if chosen.begin or chosen.adopt:
            checkpoint = begin(signer, chosen.adopt.read_text() if chosen.adopt else None)
            print(f"The signer continues {checkpoint.origin} after {checkpoint.size} entries.")
            return
        require_state(signer)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        serve(signer, Path(environment("LOG_SIGNER", "socket")))
    except (OSError, NoteError, SigningError) as problem:
        sys.exit(str(problem))


if __name__ == "__main__":
    main()
