"""A small witness for public logs (C2SP tlog-witness, tlog-cosignature): checks and cosigns checkpoints.

    python3 examples/witness.py make-key witness.example/mine   # run once, prints the key to publish
    python3 examples/witness.py serve LOGKEY [LOGKEY…] --port 8100

The witness needs the standard library and `cryptography`. One folder (--folder, default ./witness) contains its key,
and the last size and root hash that it cosigned for each log. Only one process at a time can use the folder. The
witness never cosigns a checkpoint that doesn't contain the previous checkpoint.
"""

import argparse
import base64
import fcntl
import hashlib
import json
import os
import re
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

MAX_BODY = 1 << 20


class Refused(Exception):
    """A refusal with a status, a text and a content type."""

    def __init__(self, status: int, text: str, content_type: str = "text/plain; charset=utf-8") -> None:
        super().__init__(text)
        self.status, self.text, self.content_type = status, text, content_type


def key_id(name: str, kind: int, public: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]


def parse_log_key(text: str) -> tuple[str, bytes]:
    name, _, data = text.strip().split("+", 2)
    raw = base64.b64decode(data)
    if raw[0] != 1 or len(raw) != 33:
        raise SystemExit(f"{text} isn't a log's verifier key")
    return name, raw[1:]


def consistent(old: int, old_root: bytes, new: int, new_root: bytes, proof: list[bytes]) -> bool:
    """Check a consistency proof (RFC 9162, section 2.1.4.2)."""
    if old == new:
        return not proof and old_root == new_root
    if old == 0:
        return not proof
    path = list(proof)
    if old & (old - 1) == 0:
        path.insert(0, old_root)
    if not path:
        return False
    fn, sn = old - 1, new - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for value in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr = hashlib.sha256(b"\x01" + value + fr).digest()
            sr = hashlib.sha256(b"\x01" + value + sr).digest()
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = hashlib.sha256(b"\x01" + sr + value).digest()
        fn, sn = fn >> 1, sn >> 1
    return fr == old_root and sr == new_root and sn == 0


class Witness:
    """The witness's key, the watched logs, and the last cosigned checkpoints."""

    def __init__(self, folder: Path, logs: list[str]) -> None:
        # Two processes could cosign different histories. The lock is held until this process ends.
        self.alone = (folder / "lock").open("a")
        try:
            fcntl.flock(self.alone, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SystemExit(f"another witness is running in {folder}") from None
        stored = json.loads((folder / "key.json").read_text())
        self.name: str = stored["name"]
        self.key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(stored["seed"]))
        self.logs = dict(map(parse_log_key, logs))
        self.state_file = folder / "seen.json"
        self.seen: dict[str, list] = json.loads(self.state_file.read_text()) if self.state_file.exists() else {}
        self.lock = threading.Lock()

    def add_checkpoint(self, body: str) -> str:
        """Return the cosignature line. Raises Refused."""
        request, _, note = body.partition("\n\n")
        first, *proof_lines = request.split("\n")
        text, _, signatures = note.rpartition("\n\n")
        lines = text.split("\n")
        try:
            old = int(first.removeprefix("old "))
            origin, size, root = lines[0], int(lines[1]), base64.b64decode(lines[2], validate=True)
            proof = [base64.b64decode(line, validate=True) for line in proof_lines]
        except (ValueError, IndexError):
            raise Refused(400, "the request is malformed\n") from None
        if origin not in self.logs:
            raise Refused(404, f"the log {origin} is not watched by this witness\n")
        if not self.signed(origin, f"{text}\n", signatures):
            raise Refused(403, "the checkpoint is not signed by the log's key\n")
        if old > size:
            raise Refused(400, "the old size is larger than the checkpoint's\n")
        with self.lock:
            known_size, known_root = self.seen.get(origin, [0, ""])
            if old != known_size:
                raise Refused(409, f"{known_size}\n", "text/x.tlog.size")
            if old == size and old and bytes.fromhex(known_root) != root:
                raise Refused(409, f"{known_size}\n", "text/x.tlog.size")
            if not consistent(old, bytes.fromhex(known_root), size, root, proof):
                raise Refused(422, "the proof does not show that the new log contains the old one\n")
            self.seen[origin] = [size, root.hex()]
            # The state is written to disk before the signature is sent, so that a crash can't lead to two histories.
            unfinished = self.state_file.with_suffix(".new")
            with unfinished.open("w") as out:
                json.dump(self.seen, out)
                out.flush()
                os.fsync(out.fileno())
            unfinished.replace(self.state_file)
            flush_folder(self.state_file.parent)
        return self.cosign(f"{text}\n")

    def signed(self, origin: str, text: str, signatures: str) -> bool:
        public = self.logs[origin]
        for line in signatures.splitlines():
            _, _, rest = line.partition(" ")
            name, _, data = rest.partition(" ")
            try:
                raw = base64.b64decode(data, validate=True)
                if name == origin and raw[:4] == key_id(origin, 1, public):
                    Ed25519PublicKey.from_public_bytes(public).verify(raw[4:], text.encode())
                    return True
            except (ValueError, InvalidSignature):
                continue
        return False

    def cosign(self, text: str) -> str:
        now = int(time.time())
        signature = self.key.sign(b"cosignature/v1\ntime %d\n" % now + text.encode())
        public = self.key.public_key().public_bytes_raw()
        data = base64.b64encode(key_id(self.name, 4, public) + now.to_bytes(8, "big") + signature).decode()
        return f"\N{EM DASH} {self.name} {data}\n"


def flush_folder(folder: Path) -> None:
    """Flush the folder to disk. Otherwise, a renamed file might be lost."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def verifier_key(name: str, key: Ed25519PrivateKey) -> str:
    public = key.public_key().public_bytes_raw()
    return f"{name}+{key_id(name, 4, public).hex()}+{base64.b64encode(bytes([4]) + public).decode()}"


def make_key(folder: Path, name: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    key = Ed25519PrivateKey.generate()
    with os.fdopen(os.open(folder / "key.json", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        json.dump({"name": name, "seed": key.private_bytes_raw().hex()}, out)
    print(verifier_key(name, key))


def serve(folder: Path, logs: list[str], port: int) -> None:
    witness = Witness(folder, logs)

    class Handler(BaseHTTPRequestHandler):
        timeout = 30  # seconds for which a client can keep a thread waiting

        def do_POST(self) -> None:
            status, content_type = 200, "text/plain; charset=utf-8"
            try:
                if self.path != "/add-checkpoint":
                    raise Refused(404, "POST to /add-checkpoint\n")
                length_header = self.headers.get("Content-Length", "")
                if not re.fullmatch("[0-9]{1,18}", length_header):
                    raise Refused(400, "the request does not specify its length\n")
                length = int(length_header)
                if length > MAX_BODY:
                    raise Refused(413, "the request is too large\n")
                answer = witness.add_checkpoint(self.rfile.read(length).decode("utf-8", "replace"))
            except Refused as refused:
                status, answer, content_type = refused.status, refused.text, refused.content_type
            data = answer.encode()
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    print(f"{verifier_key(witness.name, witness.key)} on http://127.0.0.1:{server.server_address[1]}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()


def main() -> None:
    parser = argparse.ArgumentParser(description="A small witness for public logs.")
    parser.add_argument("--folder", type=Path, default=Path("witness"))
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("make-key").add_argument("name", help="your own name, for example witness.example/mine")
    serving = commands.add_parser("serve")
    serving.add_argument("logs", nargs="+", help="verifier keys of the logs to watch (…/api/v1/log/key)")
    serving.add_argument("--port", type=int, default=8100)
    options = parser.parse_args()
    if options.command == "make-key":
        make_key(options.folder, options.name)
    else:
        serve(options.folder, " ".join(options.logs).split(), options.port)  # a unit gives them as one word


if __name__ == "__main__":
    sys.exit(main())
