"""``python -m factcheck.record.log.signer_process``: the only process that reads the log's signing key.

Each connection to the Unix socket is one request and one response, both a line of JSON. Entries follow the request, one
in a line. Anyone who can connect can have the log continued, so only the publishers' accounts belong to the socket's
group. In a protected newsroom, the log continues only with entries that two people signed (`approvals`).
"""

import argparse
import base64
import json
import signal
import socket
import sqlite3
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from factcheck.record.approvals.assertions import ApprovalError
from factcheck.record.approvals.key_register import KeyRegister
from factcheck.record.formats.canonical import JsonObject
from factcheck.record.log import merkle
from factcheck.record.log.notes import Checkpoint, NoteError, SigningKey, VerifierKey, open_note, signed_by
from factcheck.record.log.signer import NONE, Added, FileMemory, Lines, Signer, SignerStatus, SigningError
from factcheck.tools.environment import environment

TIMEOUT = 5  # in seconds, for a request, on both sides
LOST = "Read /docs/how-to/have-two-people-sign/#keep-the-signers-memory."
MAX_LINE = 4 * 2**20  # in bytes: a document of 1 MiB in JSON, with its signatures


class RemoteSigner:
    """A signer in another process, as publishers use it. The methods are those of `Signer`.

    They raise SigningError if the signer refuses, and OSError if it doesn't answer.
    """

    def __init__(self, path: str) -> None:
        self.path = path

    def status(self) -> SignerStatus:
        answer = self.request(do="status")
        keys = tuple(map(VerifierKey.parse, answer["keys"]))
        return SignerStatus(keys, answer["size"], _bytes(answer["root"]), answer.get("newsrooms", {}))

    def rotation(self) -> tuple[VerifierKey, VerifierKey, str]:
        answer = self.request(do="rotation")
        return VerifierKey.parse(answer["old"]), VerifierKey.parse(answer["new"]), answer["signature"]

    def sign(self, size: int, root: bytes, proof: list[bytes], *, rotate: bool = False, added: Added = NONE) -> str:
        hashes = {"root": _text(root), "proof": [*map(_text, proof)], "edge": [*map(_text, added[0])]}
        lines: str = self.request(added[1], do="sign", size=size, rotate=rotate, **hashes)["lines"]
        return lines

    def request(self, entries: Lines = (), /, **request: Any) -> Any:
        """Send a request, and then the entries. Return the response."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(TIMEOUT)
            connection.connect(self.path)
            with suppress(BrokenPipeError, ConnectionResetError):  # the signer refused before the last entry
                connection.sendall(json.dumps(request).encode() + b"\n")
                for entry in entries:
                    connection.sendall(entry + b"\n")
                connection.shutdown(socket.SHUT_WR)
            with connection.makefile("rb") as lines:
                line = lines.readline(MAX_LINE)
        if not line.endswith(b"\n"):
            raise ConnectionResetError("it closed the connection")
        answer = json.loads(line)
        if "refused" in answer:
            raise SigningError(answer["refused"])
        return answer


def respond_to(signer: Signer, line: bytes, entries: Lines = ()) -> JsonObject:
    """Return the response to a request. No request raises an error, unless the memory can't be written."""
    try:
        request: Any = json.loads(line)
        match request:
            case {"do": "status", **rest} if not rest:
                status = signer.status()
                size, root, newsrooms = status.size, _text(status.root), status.newsrooms
                return {"keys": [str(key) for key in status.keys], "size": size, "root": root, "newsrooms": newsrooms}
            case {"do": "rotation", **rest} if not rest:
                old, new, signature = signer.rotation()
                return {"old": str(old), "new": str(new), "signature": signature}
            case {"do": "sign", "size": int(size), "root": str(root), "rotate": bool(rotate)}:
                proof, edge = [*map(_bytes, request["proof"])], [*map(base64.b64decode, request.get("edge", []))]
                return {"lines": signer.sign(size, _bytes(root), proof, rotate=rotate, added=(edge, entries))}
            case {"do": "check", "start": int(start)}:
                signer.check(start, entries)
                return {}
            case {"do": "order"} if signer.register:
                signer.register.carry_out(**{key: request[key] for key in request if key != "do"})
                return {}
    except (SigningError, NoteError, ApprovalError) as problem:
        return {"refused": str(problem)}
    except sqlite3.OperationalError:  # the disk is full
        raise
    except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError, sqlite3.Error):
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
                        line = lines.readline(MAX_LINE)
                        answer = respond_to(signer, line, iter(partial(lines.readline, MAX_LINE), b""))
                    connection.sendall(json.dumps(answer).encode() + b"\n")
                except (OSError, sqlite3.OperationalError):  # the client is gone, or the disk is full
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
    for option, purpose in (("--protect", "switch on"), ("--replace-keys", "replace all keys for")):
        parser.add_argument(option, type=Path, metavar="FILE", help=f"{purpose} the newsroom in FILE, and exit")
    chosen = parser.parse_args(arguments)
    try:
        keys = SigningKey.parse_all(Path(environment("LOG_SIGNING_KEY", "log-key")).read_text())
        folder = Path(environment("LOG_SIGNER_STATE", "."))
        memory, people = FileMemory(folder), folder / "approvals.sqlite3"
        if memory.read() is not None and not (people.exists() or chosen.protect):
            sys.exit(f"{people} is lost, so the signer doesn't know where two people sign. {LOST}")
        register = KeyRegister(people)
        signer = Signer(keys, memory, register)
        if chosen.begin or chosen.adopt:
            checkpoint = begin(signer, chosen.adopt.read_text() if chosen.adopt else None)
            print(f"The signer continues {checkpoint.origin} after {checkpoint.size} entries.")
            if chosen.adopt and not register.protected():
                print(f"It knows no people's keys. If two people signed until now, enter their keys. {LOST}")
            return
        if file := chosen.protect or chosen.replace_keys:
            register.protect(json.loads(file.read_text()), replace=bool(chosen.replace_keys))
            print(json.dumps(register.newsrooms(), indent=1))
            return
        require_state(signer)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        serve(signer, Path(environment("LOG_SIGNER", "socket")))
    except (OSError, NoteError, SigningError, ApprovalError, sqlite3.Error) as problem:
        sys.exit(str(problem))
    except (ValueError, LookupError, TypeError) as problem:
        sys.exit(f"The newsroom's file is malformed: {problem!r}. Download the file again.")


if __name__ == "__main__":
    main()
