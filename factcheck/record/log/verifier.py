"""Checks a public log from outside: `python3 -m factcheck.record.log.verifier URL [--state FILE] [--witness KEY…]`.

This file needs the standard library and `cryptography` alone and shares no code with the server, so
that it can be read, copied and run by people who trust neither. docs/reference/log.md says what is checked.
Exit code 0 when everything holds; 1 with the first thing that is wrong, in one sentence; 2 when it
could not look (no answer, wrong arguments, a state file that it cannot use).
"""

import argparse
import base64
import hashlib
import http.client
import io
import json
import os
import re
import socket
import sys
import time
from collections import deque
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

API = "/api/v1"
LEAF_KEYS = ["at", "digest", "kind", "number", "sequence", "subject", "v"]
LEAF_NUMBERS = ("number", "sequence", "v")
LEAF_TEXTS = {
    "at": re.compile(
        r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{6}Z"
    ),
    "digest": re.compile(r"[0-9a-f]{64}"),
    "kind": re.compile(r"[a-z]+\.[a-z]+"),
    "subject": re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"),
}
SAVE_EVERY = 20  # seconds between savings of the state
MOST = 64 * 2**20  # bytes of an answer; no document comes near
KEPT = 2.5  # seconds after which no cache has a former checkpoint any more, which may be kept for 2
READ = 30  # seconds for which a site may be silent
WHOLE = 60  # seconds within which an answer has come to its end, however steadily it comes
HASH = re.compile(r"[0-9a-f]{64}")  # of a salt as well, which is as long
# What may stand before each kind in the history of one subject (None: nothing).
BEFORE: dict[str, set[str | None]] = {
    "review.original": {None},
    "review.update": {"review.original", "review.update", "review.correction", "review.reinstatement"},
    "review.correction": {
        "review.original", "review.update", "review.correction", "review.reinstatement", "review.erasure",
    },
    "review.withdrawal": {"review.original", "review.update", "review.correction", "review.reinstatement"},
    "review.reinstatement": {"review.withdrawal"},
    "review.erasure": {
        "review.original", "review.update", "review.correction", "review.withdrawal", "review.reinstatement",
    },
    "demand.published": {None},
    "demand.updated": {"demand.published", "demand.updated"},
    "claim.merge": {None, "claim.split"},
    "claim.split": {"claim.merge"},
    "key.rotation": {None},
}  # fmt: skip


class Wrong(Exception):
    """Something does not hold; the text is one sentence."""


class Uncosigned(Wrong):
    """A witness has not signed a checkpoint."""


class NoAnswer(Exception):
    """The server could not be asked."""


class Patience(io.RawIOBase):
    """What comes through a socket, for WHOLE seconds. Raises TimeoutError."""

    def __init__(self, sock: socket.socket, coming: io.RawIOBase) -> None:
        self.sock, self.coming, self.end = sock, coming, time.monotonic() + WHOLE

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if (left := self.end - time.monotonic()) <= 0:
            raise TimeoutError("timed out")
        self.sock.settimeout(min(left, READ))
        return self.coming.readinto(buffer)

    def close(self) -> None:
        self.coming.close()
        super().close()


class Answer(http.client.HTTPResponse):
    """Its head as well comes within WHOLE seconds: the timeout of a socket begins anew with every byte."""

    def __init__(self, sock: socket.socket, **options: Any) -> None:
        super().__init__(sock, **options)
        self.fp = io.BufferedReader(Patience(sock, self.fp.detach()))


class Site:
    """GET over one connection, asked again a few times when it breaks."""

    def __init__(self, url: str) -> None:
        try:
            self.parts = urlsplit(url if "://" in url else f"https://{url}")
            known = self.parts.scheme in ("http", "https") and (self.parts.hostname or "").encode("idna")
            self.port = self.parts.port
        except ValueError:
            known = False
        if not known:
            raise NoAnswer(f"{url} is not an http or https address.")
        self.connection: http.client.HTTPConnection | None = None

    def get(self, path: str) -> tuple[int, dict[str, str], bytes]:
        """Status, headers (lower case) and body."""
        for attempt in range(4):
            try:
                if self.connection is None:
                    kind = http.client.HTTPSConnection if self.parts.scheme == "https" else http.client.HTTPConnection
                    self.connection = kind(str(self.parts.hostname), self.port, timeout=READ)
                    self.connection.response_class = Answer
                self.connection.request("GET", quote(self.parts.path.rstrip("/") + path), headers={"Accept": "*/*"})
                answer = self.connection.getresponse()
                body = answer.read(MOST + 1)
                if len(body) > MOST:
                    self.connection = None
                    raise NoAnswer(f"{self.parts.scheme}://{self.parts.netloc}{path} sends more than {MOST} bytes.")
                if answer.length:
                    raise http.client.IncompleteRead(body, answer.length)
            except (OSError, ValueError, http.client.HTTPException) as problem:  # a chunk's length may be negative
                if self.connection:
                    self.connection.close()
                self.connection = None
                failure = str(problem) or type(problem).__name__
            else:
                if answer.status < 500 and answer.status != 429:
                    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, body
                failure = f"status {answer.status}"
            time.sleep(2**attempt * 0.1)
        raise NoAnswer(f"{self.parts.scheme}://{self.parts.netloc}{path} does not answer: {failure}.")

    def need(self, path: str, what: str) -> tuple[dict[str, str], bytes]:
        status, headers, body = self.get(path)
        if status != 200:
            raise Wrong(f"{what} is not served: {path} answers {status}.")
        return headers, body

    def need_text(self, path: str, what: str) -> str:
        try:
            return self.need(path, what)[1].decode()
        except UnicodeDecodeError:
            raise Wrong(f"{what} is not text.") from None


def leaf_hash(leaf: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """The tree so far: for every level the hashes of the tile that is not full yet."""

    def __init__(self, size: int = 0, tiles: list[list[bytes]] | None = None) -> None:
        self.size = size
        self.tiles = tiles or []

    def add(self, leaf: bytes) -> list[tuple[int, int, bytes]]:
        """Takes a leaf in; returns the tiles that became full: (level, index, hashes)."""
        full: list[tuple[int, int, bytes]] = []
        level, value = 0, leaf_hash(leaf)
        self.size += 1
        while True:
            if level == len(self.tiles):
                self.tiles.append([])
            self.tiles[level].append(value)
            if len(self.tiles[level]) < 256:
                return full
            tile, self.tiles[level] = self.tiles[level], []
            full.append((level, (self.size >> 8 * (level + 1)) - 1, b"".join(tile)))
            level, value = level + 1, perfect(tile)

    def root(self) -> bytes:
        """The root hash: complete subtrees from large to small, joined from the right."""
        parts: list[bytes] = []
        for tile in reversed(self.tiles):
            start = 0
            for bit in reversed(range(8)):
                if len(tile) & 1 << bit:
                    parts.append(perfect(tile[start : start + (1 << bit)]))
                    start += 1 << bit
        if not parts:
            return hashlib.sha256(b"").digest()
        value = parts.pop()
        while parts:
            value = node_hash(parts.pop(), value)
        return value


def perfect(hashes: list[bytes]) -> bytes:
    while len(hashes) > 1:
        hashes = [node_hash(hashes[i], hashes[i + 1]) for i in range(0, len(hashes), 2)]
    return hashes[0]


def tile_path(level: int | str, index: int, width: int) -> str:
    groups = [f"{index % 1000:03d}"]
    while index := index // 1000:
        groups.insert(0, f"x{index % 1000:03d}")
    return f"{API}/log/tile/{level}/{'/'.join(groups)}" + ("" if width == 256 else f".p/{width}")


class Key:
    """A verifier key `<name>+<id>+<base64(type || public key)>`; type 1 signs, type 4 cosigns with a time."""

    def __init__(self, text: str) -> None:
        self.text = text.strip()
        try:
            self.name, self.id, data = self.text.split("+", 2)
            raw = base64.b64decode(data, validate=True)
            self.type, self.public = raw[0], raw[1:]
        except (ValueError, IndexError):
            raise NoAnswer(f"{self.text!r} is not a verifier key.") from None
        expected = hashlib.sha256(self.name.encode() + b"\n" + raw).hexdigest()[:8]
        if len(self.public) != 32 or self.type not in (1, 4) or self.id != expected:
            raise NoAnswer(f"{self.text!r} is not a verifier key.")

    def signed(self, note: str) -> bool:
        text, _, block = note.rpartition("\n\n")
        for line in block.splitlines():
            dash, _, rest = line.partition(" ")
            name, _, data = rest.partition(" ")
            try:
                raw = base64.b64decode(data, validate=True)
            except ValueError:
                continue
            if dash != "\N{EM DASH}" or name != self.name or raw[:4].hex() != self.id:
                continue
            message, signature = f"{text}\n".encode(), raw[4:]
            if self.type == 4:
                message = b"cosignature/v1\ntime %d\n" % int.from_bytes(signature[:8], "big") + message
                signature = signature[8:]
            try:
                Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
            except (InvalidSignature, ValueError):
                continue
            return True
        return False


class Checkpoint:
    """Origin, size and root hash out of a signed note."""

    def __init__(self, note: str) -> None:
        lines = note.split("\n")
        try:
            self.note, self.origin, self.size, self.root = (
                note,
                lines[0],
                int(lines[1]),
                base64.b64decode(lines[2], validate=True),
            )
        except (IndexError, ValueError):
            raise Wrong("The checkpoint is malformed.") from None
        if str(self.size) != lines[1] or self.size < 0 or len(self.root) != 32 or len(lines) < 6 or lines[3] != "":
            raise Wrong("The checkpoint is malformed.")


class Progress:
    """A bar on a terminal, nothing elsewhere."""

    def __init__(self, quiet: bool) -> None:
        self.shown = not quiet and sys.stderr.isatty()
        self.last = 0.0

    def show(self, what: str, done: int, total: int) -> None:
        if self.shown and (time.monotonic() - self.last > 0.1 or done == total):
            self.last = time.monotonic()
            width = 30 * done // total if total else 30
            end = "\n" if done == total else ""
            sys.stderr.write(f"\r{what} [{'#' * width}{'.' * (30 - width)}] {done}/{total}{end}")
            sys.stderr.flush()


class Verifier:
    """One pass over the log. What it has seen is kept in the state file, also when it is stopped."""

    def __init__(self, site: Site, state: Path | None, key: Key | None, witnesses: list[Key], quiet: bool) -> None:
        self.site, self.state_file, self.witnesses, self.progress = site, state, witnesses, Progress(quiet)
        self.saved_at = time.monotonic()
        self.state: dict[str, Any] = {}
        # The key that this pass began with; a rotation in the log may lead it to another.
        self.began: str | None = None
        if state:
            self.state = read_state(state)
        self.go_on(key)

    def run(self) -> str:
        """Checks everything; returns the sentence that says what holds. Raises Wrong or NoAnswer."""
        served, checkpoint = self.ask_checkpoint()
        self.key = self.pinned or served
        if checkpoint.origin != self.key.name:
            raise Wrong(f"The checkpoint is of {checkpoint.origin}, not of {self.key.name}.")
        self.began = self.began or self.key.text
        self.check_entries(served, checkpoint)
        self.check_readers_view()
        size, root = self.tree.size, self.tree.root().hex()
        self.save({"key": self.key.text, "seen": {"size": size, "root": root}})
        return f"{size} entries about {len(self.subjects)} subjects hold; root {root}."

    def ask_checkpoint(self) -> tuple[Key, Checkpoint]:
        """The served key and the checkpoint, which it has signed."""
        served = Key(self.site.need_text(f"{API}/log/key", "The verifier key"))
        checkpoint = Checkpoint(self.site.need_text(f"{API}/log/checkpoint", "The checkpoint"))
        self.require_signature(served, checkpoint)
        return served, checkpoint

    def require_signature(self, served: Key, checkpoint: Checkpoint) -> None:
        # After a rotation the served key is another than the pinned one; the log itself has to lead to it.
        if not served.signed(checkpoint.note):
            raise Wrong(f"The checkpoint of {checkpoint.size} entries does not carry the signature of {served.text}.")
        for witness in self.witnesses:
            if not witness.signed(checkpoint.note):
                raise Uncosigned(
                    f"The witness {witness.name} has not cosigned the checkpoint of {checkpoint.size} entries."
                )

    def go_on(self, key: Key | None) -> None:
        """Takes up what was kept of a pass that was stopped, if it began with the key that is asked for now."""
        kept = Key(self.state["key"]) if "key" in self.state else None
        if key and kept and key.name != kept.name:
            raise NoAnswer(f"{self.state_file} remembers the log {kept.name}, not {key.name}.")
        part = self.state.get("part", {})
        if "began" not in part or (key and part["began"] != key.text):
            part = self.state["part"] = {}
        self.pinned = key if key and not part else kept
        self.began = part.get("began")
        # size -> root hash of the checkpoints that the log has to contain: that of the last pass that came to its end,
        # and those that were shown since
        self.shown = {int(size): bytes.fromhex(root) for size, root in self.state.get("shown", {}).items()}
        if seen := self.state.get("seen"):
            self.shown[int(seen["size"])] = bytes.fromhex(seen["root"])
        self.tree = Tree(int(part.get("size", 0)), [[bytes.fromhex(h) for h in tile] for tile in part.get("tiles", [])])
        # subject -> [number, kind, sequence, digest] of its newest entry
        self.subjects: dict[str, list[Any]] = part.get("subjects", {})
        # subject -> sequence of its newest entry whose document is gone and that no erasure has followed
        self.missing: dict[str, int] = part.get("missing", {})
        self.last_at: str = part.get("at", "")
        # The key to which the last rotation handed the log; None before the first.
        self.holder: str | None = part.get("holder")

    def check_entries(self, served: Key, checkpoint: Checkpoint) -> None:
        self.remember(served, checkpoint)
        while self.tree.size < checkpoint.size:
            self.check_bundle(checkpoint)
            if time.monotonic() - self.saved_at > SAVE_EVERY:
                self.save_part()
        if self.tree.root() != checkpoint.root:
            raise Wrong(f"The entries do not give the root hash of the checkpoint of {checkpoint.size} entries.")
        for level, tile in enumerate(self.tree.tiles):
            if tile:
                self.check_tile(level, checkpoint.size >> 8 * (level + 1), b"".join(tile))
        # The key that we hold to leads to the served one, and so does the log, whose rotations may be of other keys.
        for key in (self.key.text, self.holder or served.text):
            if served.text != key:
                raise Wrong(f"The key {served.text} is served, but the log was handed to {key}.")
        if not self.missing:
            self.save_part()

    def remember(self, served: Key, checkpoint: Checkpoint) -> None:
        """Holds the log to this checkpoint from now on, also when this pass does not come to its end."""
        size, largest = checkpoint.size, max([self.tree.size, *self.shown])
        if size < largest:
            raise Wrong(f"The log has {size} entries; {largest} were seen before: its end was cut off.")
        self.require_same(size, checkpoint.root)
        if served.text == self.key.text:  # what another key signs the log did not promise
            self.shown[size] = checkpoint.root
            shown = {str(size): root.hex() for size, root in self.shown.items()}
            self.save({**self.state, "key": self.key.text, "shown": shown})

    def require_same(self, size: int, root: bytes) -> None:
        if self.shown.get(size, root) != root:
            raise Wrong(f"The first {size} entries are not those that were seen before: history was changed.")

    def grow(self) -> set[str]:
        """Takes in what was published since the checkpoint; returns the subjects that it is about."""
        time.sleep(KEPT)
        size = self.tree.size
        try:
            served, checkpoint = self.ask_checkpoint()
        except Uncosigned as early:  # witnesses are asked every few minutes
            raise NoAnswer(f"Something was published meanwhile. {early} Run again in some minutes.") from early
        if checkpoint.size <= size:
            return set()
        self.check_entries(served, checkpoint)
        return {subject for subject, last in self.subjects.items() if last[2] >= size}

    def check_bundle(self, checkpoint: Checkpoint) -> None:
        index, done = divmod(self.tree.size, 256)
        width = min(256, checkpoint.size - 256 * index)
        data = self.site.need(tile_path("entries", index, width), f"Entry bundle {index}")[1]
        leaves: list[bytes] = []
        while data and len(leaves) <= width:
            length = int.from_bytes(data[:2], "big")
            if len(data) < 2 + length:
                raise Wrong(f"Entry bundle {index} ends within an entry.")
            leaves.append(data[2 : 2 + length])
            data = data[2 + length :]
        if len(leaves) != width:
            raise Wrong(f"Entry bundle {index} does not have {width} entries.")
        for leaf in leaves[done:]:
            entry = self.check_leaf(leaf)
            self.check_document(entry)
            for level, number, hashes in self.tree.add(leaf):
                self.check_tile(level, number, hashes)
            if self.tree.size in self.shown and self.tree.size < checkpoint.size:
                self.require_same(self.tree.size, self.tree.root())
            self.progress.show("entries", self.tree.size, checkpoint.size)

    def check_leaf(self, leaf: bytes) -> dict[str, Any]:
        here = f"Entry {self.tree.size}"
        entry = parse(leaf, here)
        # The type itself: true and 1.0 are equal to 1, but are other bytes.
        if (
            len(leaf) > 1024
            or sorted(entry) != LEAF_KEYS
            or any(type(entry[key]) is not int for key in LEAF_NUMBERS)
            or any(not fits(form, entry[key]) for key, form in LEAF_TEXTS.items())
            or entry["v"] != 1
        ):
            raise Wrong(f"{here} is not a leaf of version 1.")
        if entry["kind"] not in BEFORE:
            raise Wrong(f"{here} is of the unknown kind {entry['kind']}.")
        if entry["sequence"] != self.tree.size:
            raise Wrong(f"{here} says that it is entry {entry['sequence']}.")
        if entry["at"] < self.last_at:
            raise Wrong(f"{here} is dated {entry['at']}, before the one that it follows.")
        self.last_at = entry["at"]
        number, kind, *_ = self.subjects.get(entry["subject"], [0, None])
        if entry["number"] != number + 1:
            raise Wrong(f"{here} is revision {entry['number']} of {entry['subject']} and follows revision {number}.")
        if kind not in BEFORE[entry["kind"]]:
            raise Wrong(f"{here} is {entry['kind']} of {entry['subject']} and follows {kind}.")
        if entry["kind"] == "review.erasure":
            self.missing.pop(entry["subject"], None)
        self.subjects[entry["subject"]] = [entry["number"], entry["kind"], entry["sequence"], entry["digest"]]
        return entry

    def check_document(self, entry: dict[str, Any]) -> None:
        sequence = entry["sequence"]
        status, headers, data = self.site.get(f"{API}/log/documents/{sequence}")
        if status == 410 and entry["kind"].startswith("review."):
            # Until an erasure says why: the notice of one as well, when what followed it was erased in its turn.
            self.missing[entry["subject"]] = sequence
            return
        if status != 200:
            raise Wrong(f"The document of entry {sequence} is not served: status {status}.")
        require_digest(entry["digest"], sequence, headers, data)
        document = parse(data, f"The document of entry {sequence}")
        revision = document.get("revision")
        if (
            not isinstance(revision, dict)
            or document.get("id") != entry["subject"]
            or not same_number(revision.get("number"), entry["number"])
            or revision.get("kind") != entry["kind"].partition(".")[2]
        ):
            raise Wrong(f"The document of entry {sequence} is of another revision.")
        if entry["kind"] == "claim.merge":
            target(document, sequence)
        elif entry["kind"] == "key.rotation":
            self.follow_rotation(entry, document)

    def follow_rotation(self, entry: dict[str, Any], document: dict[str, Any]) -> None:
        named = [document.get(key) for key in ("old_key", "new_key", "signature")]
        try:
            old, new = Key(str(named[0])), Key(str(named[1]))
        except NoAnswer:
            raise Wrong(f"The rotation in entry {entry['sequence']} is malformed.") from None
        if [old.text, new.text] != named[:2] or not old.signed(f"{old.text}\n{new.text}\n\n{named[2]}"):
            raise Wrong(f"The rotation in entry {entry['sequence']} is not signed by the key that it replaces.")
        if new.name != self.key.name:
            raise Wrong(f"The rotation in entry {entry['sequence']} changes the log's name.")
        if self.holder not in (None, old.text):
            raise Wrong(
                f"The rotation in entry {entry['sequence']} replaces {old.text}, but the log has {self.holder}."
            )
        self.holder = new.text
        if self.key.text == old.text:
            self.key = new

    def check_tile(self, level: int, index: int, hashes: bytes) -> None:
        path = tile_path(level, index, len(hashes) // 32)
        if self.site.need(path, f"Tile {level}/{index}")[1] != hashes:
            raise Wrong(f"Tile {level}/{index} is not what the entries give.")

    def check_readers_view(self) -> None:
        """What readers get now is what the log says of every subject.

        The site may publish meanwhile, and what it then serves is newer than the checkpoint. So what does not
        hold is looked at once more when the log has grown by something about it, and is wrong when it has not.
        """
        waiting = deque(self.subjects)
        total = len(waiting)
        while waiting or self.missing:
            grown = self.find_erasures() if self.missing else self.check_subject(waiting.popleft())
            waiting += grown
            total += len(grown)
            self.progress.show("what readers get", total - len(waiting), total)

    def find_erasures(self) -> set[str]:
        """Documents are gone; the log has to say why. Returns the subjects of what it had to take in for that."""
        gone = dict(self.missing)
        grown = self.grow()
        for subject, sequence in gone.items():
            if self.missing.get(subject) == sequence:
                self.save({**self.state, "part": {}})  # next time it is asked for again
                raise Wrong(
                    f"The document of entry {sequence} ({subject}) is gone, and no erasure in the log says why."
                )
        return grown

    def check_subject(self, subject: str) -> set[str]:
        """Returns the subjects of what was taken in because this one was served newer, itself among them."""
        try:
            self.check_served(subject)
        except Wrong:
            grown = self.grow()
            concerned = {subject} & grown
            if self.subjects[subject][1].startswith("claim."):
                # Its address leads to where the claim was merged into which it was merged itself.
                concerned |= {other for other in grown if self.subjects[other][1].startswith("claim.")}
            if not concerned:
                raise
            return grown | {subject}
        return set()

    def check_served(self, subject: str) -> None:
        """A review or demand is served as its last document; a merged claim leads where it went."""
        number, kind, sequence, digest = self.subjects[subject]
        if kind == "key.rotation":
            return
        what = kind.partition(".")[0]
        status, headers, data = self.site.get(f"{API}/{what}s/{subject}/")
        if what == "claim":
            self.check_claim(subject, status, headers.get("location", ""))
        elif kind == "review.erasure":
            if status != 410:
                raise Wrong(f"The review {subject} was erased, but its address answers {status}.")
        elif status != 200:
            raise Wrong(f"The {what} {subject} is in the log, but its address answers {status}.")
        else:
            document = self.last_document(subject)
            body = parse(data, f"What readers of the {what} {subject} get", exact=False)
            revision = body.get("revision")
            if (
                not isinstance(revision, dict)
                or not same_number(revision.pop("sequence", None), sequence)
                or not same_number(revision.get("number"), number)
                or revision.pop("digest", None) != digest
            ):
                raise Wrong(f"Readers of the {what} {subject} get another revision than the last one.")
            body.pop("url", None)
            if canonical(body) != document:
                raise Wrong(f"Readers of the {what} {subject} get something else than its last document.")

    def last_document(self, subject: str) -> bytes:
        """The newest about the subject, which is not kept and has to be the same when it is asked for again."""
        sequence, digest = self.subjects[subject][2:]
        headers, data = self.site.need(f"{API}/log/documents/{sequence}", f"The document of entry {sequence}")
        require_digest(digest, sequence, headers, data)
        return data

    def check_claim(self, subject: str, status: int, location: str) -> None:
        home = subject
        for _ in self.subjects:
            _, kind, sequence, _ = self.subjects.get(home, [0, None, None, None])
            if kind != "claim.merge":
                break
            home = target(parse(self.last_document(home), f"The document of entry {sequence}"), sequence)
        else:
            raise Wrong(f"The claim {subject} is merged in a circle.")
        if home == subject and status in (301, 308):
            raise Wrong(f"The claim {subject} stands by itself, but its address leads to {location}.")
        if home != subject and (
            status not in (301, 308) or not re.split("[?#]", location)[0].endswith(f"/claims/{home}/")
        ):
            raise Wrong(f"The claim {subject} is merged into {home}, but its address answers {status} {location}.")

    def save_part(self) -> None:
        tiles = [[value.hex() for value in tile] for tile in self.tree.tiles]
        part = {"size": self.tree.size, "tiles": tiles, "subjects": self.subjects, "missing": self.missing}
        part |= {"at": self.last_at, "holder": self.holder, "began": self.began}
        self.save({**self.state, "key": self.key.text, "part": part})

    def save(self, state: dict[str, Any]) -> None:
        self.saved_at = time.monotonic()
        if self.state_file:
            self.state = state
            unfinished = self.state_file.with_name(f"{self.state_file.name}.{os.getpid()}")
            try:
                unfinished.write_text(json.dumps(state))
                unfinished.replace(self.state_file)
            except OSError as problem:
                raise NoAnswer(f"{self.state_file} cannot be written: {problem.strerror}.") from problem


def read_state(file: Path) -> dict[str, Any]:
    """What `save` has written, or {} where nothing is yet. Raises NoAnswer for what it cannot have written."""
    try:
        state: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
        fit = state_fits(state)
    except (OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError, NoAnswer) as problem:
        said = str(problem).rstrip(".")
        raise NoAnswer(f"{file} is not a state file, or cannot be read: {said}.") from problem
    if not fit:
        raise NoAnswer(f"{file} is not a state file, or cannot be read: something in it has another form.")
    return state


def state_fits(state: dict[str, Any]) -> bool:
    """Whether all is of the form in which it is kept; what is not may raise, as it does where it is used."""
    part = state.get("part", {})
    seen = state.get("seen", {"size": 0, "root": "0" * 64})
    shown = [(int(size), root) for size, root in state.get("shown", {}).items()] + [(seen["size"], seen["root"])]
    if "key" in state:
        Key(state["key"])
    fit = isinstance(part, dict) and all(is_count(size) and fits(HASH, root) for size, root in shown)
    return fit and ("began" not in part or part_fits(part))


def part_fits(part: dict[str, Any]) -> bool:
    """The same of what is kept of a pass that was stopped."""
    size, tiles, subjects, missing = part["size"], part["tiles"], part["subjects"], part["missing"]
    Key(part["began"])
    if part["holder"] is not None:
        Key(part["holder"])
    return (
        is_count(size)
        and size == sum(len(tile) << 8 * level for level, tile in enumerate(tiles))
        and all(len(tile) < 256 and all(fits(HASH, value) for value in tile) for tile in tiles)
        and all(
            is_count(number) and kind in BEFORE and is_count(sequence) and fits(HASH, digest)
            for number, kind, sequence, digest in subjects.values()
        )
        and all(subject in subjects and is_count(sequence) for subject, sequence in missing.items())
        and (part["at"] == "" or fits(LEAF_TEXTS["at"], part["at"]))
    )


def is_count(value: Any) -> bool:
    return type(value) is int and value >= 0


def canonical(value: Any) -> bytes:
    """RFC 8785 for what occurs here: ASCII keys, strings, integers, booleans, null."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")).encode()


def parse(data: bytes, what: str, exact: bool = True) -> dict[str, Any]:
    """The object of which these are the canonical bytes, or with `exact` off any bytes. Raises Wrong."""
    try:
        value = json.loads(data.decode())  # of bytes it would take a byte-order mark and UTF-16 as well
        spelled = canonical(value)
    except (ValueError, RecursionError):
        raise Wrong(f"{what} is not JSON.") from None
    if not isinstance(value, dict) or (exact and spelled != data):
        raise Wrong(f"{what} is not an object in canonical JSON." if exact else f"{what} is not a JSON object.")
    return value


def fits(form: re.Pattern[str], value: Any) -> bool:
    return isinstance(value, str) and form.fullmatch(value) is not None


def require_digest(digest: str, sequence: int, headers: dict[str, str], data: bytes) -> None:
    salt = headers.get("factcheck-salt", "")
    if not fits(HASH, salt) or hashlib.sha256(bytes.fromhex(salt) + data).hexdigest() != digest:
        raise Wrong(f"The document of entry {sequence} has not the digest that the log gives.")


def same_number(value: Any, number: int) -> bool:
    return type(value) is int and value == number


def target(document: dict[str, Any], sequence: int) -> str:
    """The id of the claim into which a merge's document says that it went. Raises Wrong."""
    into = document.get("into")
    home = into.get("id") if isinstance(into, dict) else None
    if not isinstance(home, str) or not fits(LEAF_TEXTS["subject"], home):
        raise Wrong(f"The document of entry {sequence} merges its claim into none.")
    return home


def plain(problem: Exception) -> str:
    """The sentence, without what a site may have put into it to steer a terminal."""
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in str(problem))


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python3 -m factcheck.record.log.verifier", description="Checks a public log."
    )
    parser.add_argument("url", help="the site's address, such as https://factcheck.example")
    parser.add_argument("--state", type=Path, help="remembers what was seen, so that a changed history is found")
    parser.add_argument("--key", help="the log's verifier key, from somewhere else than the site itself")
    parser.add_argument(
        "--witness", action="append", default=[], help="a witness's verifier key that must have cosigned"
    )
    parser.add_argument("--quiet", action="store_true", help="no progress bar")
    options = parser.parse_args(arguments)
    try:
        verifier = Verifier(
            Site(options.url),
            options.state,
            Key(options.key) if options.key else None,
            [Key(text) for text in options.witness],
            options.quiet,
        )
        print(verifier.run())
    except Wrong as wrong:
        print(plain(wrong), file=sys.stderr)
        return 1
    except NoAnswer as problem:
        print(plain(problem), file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
