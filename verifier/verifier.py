"""A program that checks a public log from outside, or one proof without a network.

    python3 verifier.py URL [--state FILE] [--key KEY] [--witness KEY…]    the whole log of a site
    python3 verifier.py URL --opened FILE                                  also the signatures of two people
    python3 verifier.py --proof FILE [--key KEY] [--witness KEY…]          the proof of one revision

This file needs only Python 3.11 or later, and shares no code with the server. You can read, copy and run it without
trusting the site. docs/reference/log.md lists the checks.

The exit code tells the result:

- 0: Everything is correct.
- 1: There is a discrepancy, and one sentence describes it.
- 2: The check couldn't be completed: no response, wrong arguments, an unusable state file, or a proof without a text.
- 3: The proof is signed by a key that you haven't compared, because there was no --key.
"""

import argparse
import base64
import calendar
import email.utils
import hashlib
import http.client
import io
import json
import os
import re
import socket
import sys
import time
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias, TypedDict, TypeGuard
from urllib.parse import quote, urlsplit

API = "/api/v1"
LEAF_KEYS = ["at", "digest", "kind", "number", "sequence", "subject", "v"]
LEAF_NUMBERS = ("number", "sequence", "v")
LEAF_TEXTS = {
    "at": re.compile(
        r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{6}Z"
    ),
    "digest": re.compile(r"[0-9a-f]{64}"),
    "kind": re.compile(r"[a-z]+\.[a-z_]+"),
    "subject": re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"),
}
SAVE_EVERY = 20  # in seconds, between two saves of the state
MAX_RESPONSE = 256 * 2**20  # in bytes: 256 documents of 1 MiB
CACHE_TIME = 2.5  # in seconds, then no cache serves the previous checkpoint (max-age is 2)
READ_TIMEOUT = 30  # in seconds without receiving any data
TOTAL_TIMEOUT = 60  # in seconds, for a whole response that is small
MIN_RATE = 20_000  # in bytes a second, at which a larger response can take as long as it needs
PAUSES = (1, 2, 4)  # in seconds, after attempts that failed
PATIENCE = 900  # in seconds, the longest wait for one response because of `Retry-After`
PART_KEYS = ["document", "leaf", "proof", "salt"]
ERASURE = "review.erasure"
UNCOMPARED = 3  # the exit code if nobody has compared the key that signed a proof
TEXT = re.compile("[^\ud800-\udfff]*")  # JSON can contain lone surrogates, which documents never contain
HASH = re.compile(r"[0-9a-f]{64}")  # a salt has the same format
# For each kind of entry, the kinds that can precede it in the history of a subject. None means the first entry.
PREDECESSORS: dict[str, set[str | None]] = {
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
    "disowning.published": {None},
    "mapping.adoption": {None},
    "key.rotation": {None},
}  # fmt: skip
WITHOUT_BODY = ("disowning.published", "mapping.adoption", "key.rotation")

# The kinds of entries that two people sign, and the keys that the log adds to what they sign.
SIGNED = ("review", "demand", "claim", "disowning", "mapping")
PUBLICATIONS = ("original", "update", "correction", "published", "updated")
ADDED = ("published_at", "updated_at", "revision", "corrections", "approval")


class DiscrepancyError(Exception):
    """The error if the site or its log is wrong. The message is one sentence."""


class MissingCosignatureError(DiscrepancyError):
    """The error if a required witness hasn't cosigned the checkpoint."""


class CheckError(Exception):
    """The error if the check couldn't be completed."""


class DeadlineReader(io.RawIOBase):
    """A socket reader with a deadline: TOTAL_TIMEOUT seconds, and more time for data that arrives at MIN_RATE.

    It raises TimeoutError after the deadline.
    """

    def __init__(self, sock: socket.socket, raw: io.RawIOBase) -> None:
        self.sock, self.raw, self.end = sock, raw, time.monotonic() + TOTAL_TIMEOUT

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if (left := self.end - time.monotonic()) <= 0:
            raise TimeoutError("timed out")
        self.sock.settimeout(min(left, READ_TIMEOUT))
        count = self.raw.readinto(buffer)
        self.end += (count or 0) / MIN_RATE
        return count

    def close(self) -> None:
        self.raw.close()
        super().close()


class Response(http.client.HTTPResponse):
    """A response that must arrive in time.

    A deadline is needed, because a socket's own timeout starts again with every byte.
    """

    def __init__(self, sock: socket.socket, **options: Any) -> None:
        super().__init__(sock, **options)
        self.fp = io.BufferedReader(DeadlineReader(sock, self.fp.detach()))


class Site:
    """GET requests over one connection. Failed requests are repeated, after a pause if the site asks for one."""

    def __init__(self, url: str, quiet: bool = True) -> None:
        try:
            self.parts = urlsplit(url if "://" in url else f"https://{url}")
            valid = self.parts.scheme in ("http", "https") and (self.parts.hostname or "").encode("idna")
            self.port = self.parts.port
        except ValueError:
            valid = False
        if not valid:
            raise CheckError(f"{url} is not an http or https URL.")
        self.connection: http.client.HTTPConnection | None = None
        self.quiet = quiet

    def get(self, path: str, etag: str | None = None) -> tuple[int, dict[str, str], bytes]:
        """Return the status, the headers (names in lower case) and the body. With the right ETag, the status is 304."""
        url = f"{self.parts.scheme}://{self.parts.netloc}{path}"
        pauses, waited = list(PAUSES), 0.0
        while True:
            try:
                status, headers, body = self.send(path, etag)
            except (
                OSError,
                ValueError,
                http.client.HTTPException,
            ) as problem:  # ValueError: invalid chunk
                self.close()
                failure, pause = str(problem) or type(problem).__name__, None
            else:
                if len(body) > MAX_RESPONSE:
                    self.close()
                    raise CheckError(f"{url} sends more than {MAX_RESPONSE} bytes.")
                if status < 500 and status != 429:
                    return status, headers, body
                failure, pause = f"status {status}", retry_after(headers.get("retry-after", ""))
            if pause is None:
                if not pauses:
                    raise CheckError(f"{url} does not answer: {failure}.")
                pause = pauses.pop(0)
            else:
                waited += pause
                if waited > PATIENCE:
                    raise CheckError(f"{url} answers {failure} and asks to wait for {pause:.0f} s. Run again later.")
                if not self.quiet:
                    begin = "\n" if sys.stderr.isatty() else ""  # ends the line of the progress bar
                    print(f"{begin}{url} asks to wait for {pause:.0f} s ({failure}).", file=sys.stderr, flush=True)
            time.sleep(pause)

    def send(self, path: str, etag: str | None) -> tuple[int, dict[str, str], bytes]:
        """Try the request once.

        The body has at most one byte more than MAX_RESPONSE, so that the caller notices a body that is too large.
        """
        if self.connection is None:
            kind = http.client.HTTPSConnection if self.parts.scheme == "https" else http.client.HTTPConnection
            self.connection = kind(str(self.parts.hostname), self.port, timeout=READ_TIMEOUT)
            self.connection.response_class = Response
        headers = {"Accept": "*/*", **({"If-None-Match": etag} if etag else {})}
        self.connection.request("GET", quote(self.parts.path.rstrip("/") + path, safe="/?&="), headers=headers)
        response = self.connection.getresponse()
        body = response.read(MAX_RESPONSE + 1)
        if response.length and len(body) <= MAX_RESPONSE:
            raise http.client.IncompleteRead(body, response.length)
        return response.status, {name.lower(): value for name, value in response.getheaders()}, body

    def close(self) -> None:
        if self.connection:
            self.connection.close()
        self.connection = None

    def require(self, path: str, name: str) -> tuple[dict[str, str], bytes]:
        """Return the headers and body of a response with status 200. Raises DiscrepancyError for any other status."""
        status, headers, body = self.get(path)
        if status != 200:
            raise DiscrepancyError(f"{name} is not served: {path} answers {status}.")
        return headers, body

    def require_text(self, path: str, name: str) -> str:
        try:
            return self.require(path, name)[1].decode()
        except UnicodeDecodeError:
            raise DiscrepancyError(f"{name} is not text.") from None


def retry_after(value: str) -> float | None:
    """Return the seconds to wait, at least one, or None. The header's value is a number of seconds or a date."""
    try:
        if not (seconds := float(value) if value.isdecimal() else 0.0):
            seconds = email.utils.parsedate_to_datetime(value).timestamp() - time.time()
    except (ValueError, TypeError, OverflowError):
        return None
    return max(1.0, seconds)


def leaf_hash(leaf: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """The Merkle tree of the entries so far. `tiles` contains the hashes of the last, partial tile at each level."""

    def __init__(self, size: int = 0, tiles: list[list[bytes]] | None = None) -> None:
        self.size = size
        self.tiles = tiles or []

    def add(self, leaf: bytes) -> list[tuple[int, int, bytes]]:
        """Add a leaf. Return the tiles that are now full: (level, index, hashes)."""
        full: list[tuple[int, int, bytes]] = []
        level, value = 0, leaf_hash(leaf)
        self.size += 1
        while True:
            if level == len(self.tiles):
                self.tiles.append([])
            self.tiles[level].append(value)
            if len(self.tiles[level]) < 256:
                return full
            # The tile is full. Its root becomes a hash of the next level.
            tile, self.tiles[level] = self.tiles[level], []
            full.append((level, (self.size >> 8 * (level + 1)) - 1, b"".join(tile)))
            level, value = level + 1, perfect(tile)

    def root(self) -> bytes:
        """Return the root hash.

        The tree consists of complete subtrees, ordered from large to small. Their hashes are joined from the right.
        """
        parts: list[bytes] = []
        for tile in reversed(self.tiles):
            start = 0
            for bit in reversed(range(8)):
                # The set bits of the tile's width are the sizes of its complete subtrees.
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
    """Return the root of a complete subtree from its hashes."""
    while len(hashes) > 1:
        hashes = [node_hash(hashes[i], hashes[i + 1]) for i in range(0, len(hashes), 2)]
    return hashes[0]


def tile_path(folder: str, index: int, width: int) -> str:
    """Return the path of a tile or a bundle (C2SP tlog-tiles). The index 1234067 becomes x001/x234/067."""
    groups = [f"{index % 1000:03d}"]
    while index := index // 1000:
        groups.insert(0, f"x{index % 1000:03d}")
    return f"{API}/log/{folder}/{'/'.join(groups)}" + ("" if width == 256 else f".p/{width}")


# The formulas are those of the RFC. Nothing here is secret, so the time that a computation takes reveals nothing.
Point = tuple[int, int, int, int]
PRIME = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
CURVE = -121665 * pow(121666, -1, PRIME) % PRIME


def add_points(p: Point, q: Point) -> Point:
    a, b = (p[1] - p[0]) * (q[1] - q[0]), (p[1] + p[0]) * (q[1] + q[0])
    c, d = 2 * CURVE * p[3] * q[3], 2 * p[2] * q[2]
    e, f, g, h = (b - a) % PRIME, (d - c) % PRIME, (d + c) % PRIME, (b + a) % PRIME
    return e * f % PRIME, g * h % PRIME, f * g % PRIME, e * h % PRIME


def decode_point(data: bytes) -> Point | None:
    """Return the point with this y, or None if it doesn't exist.

    Like OpenSSL, the function accepts a y that isn't reduced.
    """
    number = int.from_bytes(data, "little")
    y = number % 2**255 % PRIME
    u, v = y * y - 1, CURVE * y * y + 1
    x = u * pow(v, 3, PRIME) * pow(u * pow(v, 7, PRIME), (PRIME - 5) // 8, PRIME) % PRIME
    if (v * x * x - u) % PRIME:
        x = x * pow(2, (PRIME - 1) // 4, PRIME) % PRIME
    if (v * x * x - u) % PRIME:
        return None
    if x & 1 != number >> 255:
        x = -x % PRIME
    return x, y, 1, x * y % PRIME


def encode_point(point: Point) -> bytes:
    inverse = pow(point[2], -1, PRIME)
    x, y = point[0] * inverse % PRIME, point[1] * inverse % PRIME
    return (y | (x & 1) << 255).to_bytes(32, "little")


BASE: Any = decode_point(b"\x58" + 31 * b"\x66")


def is_signed(public: bytes, signature: bytes, message: bytes) -> bool:
    """Return whether the Ed25519 signature is valid. Like OpenSSL, the function requires that S and R are reduced."""
    point, s = decode_point(public), int.from_bytes(signature[32:], "little")
    if point is None or len(signature) != 64 or s >= ORDER:
        return False
    # The signature is valid if s * BASE = R + k * point. The loop below adds up both products bit by bit.
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    minus = (-point[0] % PRIME, point[1], 1, -point[3] % PRIME)
    summands = {(1, 0): BASE, (0, 1): minus, (1, 1): add_points(BASE, minus)}
    total: Point = (0, 1, 1, 0)  # at the end s * BASE - k * point, which must be R
    for bit in reversed(range(253)):
        total = add_points(total, total)
        if pair := summands.get((s >> bit & 1, k >> bit & 1)):
            total = add_points(total, pair)
    return encode_point(total) == signature[:32]


P256_PRIME = 2**256 - 2**224 + 2**192 + 2**96 - 1
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
P256_BASE = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)
PlanePoint = tuple[int, int] | None  # None is the point at infinity


def add_plane_points(p: PlanePoint, q: PlanePoint) -> PlanePoint:
    if p is None or q is None:
        return p or q
    if p[0] == q[0] and (p[1] + q[1]) % P256_PRIME == 0:
        return None
    rise, run = (3 * p[0] * p[0] - 3, 2 * p[1]) if p == q else (q[1] - p[1], q[0] - p[0])
    slope = rise * pow(run, -1, P256_PRIME)
    x = (slope * slope - p[0] - q[0]) % P256_PRIME
    return x, (slope * (p[0] - x) - p[1]) % P256_PRIME


@lru_cache(maxsize=64)  # the people of an import sign once
def is_signed_p256(public: bytes, signature: bytes, message: bytes) -> bool:
    """Return whether the ECDSA signature with P-256 and SHA-256, in DER, is valid. The key is a point of the curve."""
    length = signature[3]
    r, s = int.from_bytes(signature[4 : 4 + length], "big"), int.from_bytes(signature[6 + length :], "big")
    if not (0 < r < P256_ORDER and 0 < s < P256_ORDER):
        return False
    inverse = pow(s, -1, P256_ORDER)
    first = int.from_bytes(hashlib.sha256(message).digest(), "big") * inverse % P256_ORDER
    second, total = r * inverse % P256_ORDER, None
    key = int.from_bytes(public[:32], "big"), int.from_bytes(public[32:], "big")
    for bit in reversed(range(256)):
        total = add_plane_points(total, total)
        for factor, point in ((first, P256_BASE), (second, key)):
            if factor >> bit & 1:
                total = add_plane_points(total, point)
    return total is not None and total[0] % P256_ORDER == r


class Key:
    """A verifier key `<name>+<id>+<base64(type || public key)>`. Type 1 signs. Type 4 cosigns, with a time."""

    def __init__(self, text: str) -> None:
        self.text = text.strip()
        try:
            self.name, self.id, data = self.text.split("+", 2)
            raw = base64.b64decode(data, validate=True)
            self.type, self.public = raw[0], raw[1:]
        except (ValueError, IndexError):
            raise CheckError(f"{self.text!r} is not a verifier key.") from None
        expected = hashlib.sha256(self.name.encode() + b"\n" + raw).hexdigest()[:8]
        if len(self.public) != 32 or self.type not in (1, 4) or self.id != expected:
            raise CheckError(f"{self.text!r} is not a verifier key.")

    def signed(self, note: str) -> bool:
        """Return whether the note contains a valid signature by this key."""
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
            if is_signed(self.public, signature, message):
                return True
        return False


class Checkpoint:
    """The origin, size and root hash from a signed note."""

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
            raise DiscrepancyError("The checkpoint is malformed.") from None
        if str(self.size) != lines[1] or self.size < 0 or len(self.root) != 32 or len(lines) < 6 or lines[3] != "":
            raise DiscrepancyError("The checkpoint is malformed.")


JsonObject = dict[str, "Json"]
Json: TypeAlias = "str | float | list[Json] | JsonObject | None"


class Entry(NamedTuple):
    """An entry of the log."""

    sequence: int
    at: str
    kind: str
    subject: str
    number: int
    digest: str


class Bundle(TypedDict):
    """The results for the documents and bodies of a bundle's entries."""

    entries: str
    etags: list[str]
    missing: list[int]
    hidden: list[int]


class Part(TypedDict, total=False):
    """An interrupted pass over the log."""

    size: int
    tiles: list[list[str]]
    subjects: dict[str, tuple[int, str, int, int]]
    newer: dict[str, int]
    missing: dict[str, int]
    hidden: dict[str, int]
    at: str
    holder: str | None
    began: str | None


class Seen(TypedDict):
    """The checkpoint of the last complete pass."""

    size: int
    root: str


class State(TypedDict, total=False):
    """The content of the state file."""

    key: str
    seen: Seen
    shown: dict[str, str]
    part: Part
    bundles: dict[str, Bundle]


class PartOfProof(TypedDict):
    """An entry with its inclusion proof, and with or without its document."""

    leaf: str
    document: str | None
    salt: str | None
    proof: list[str]


class Proof(PartOfProof):
    """The content of a proof file."""

    checkpoint: str
    key: str
    erasure: PartOfProof | None


class Progress:
    """A progress bar, which is shown only on a terminal."""

    def __init__(self, quiet: bool) -> None:
        self.visible = not quiet and sys.stderr.isatty()
        self.last = 0.0

    def show(self, label: str, done: int, total: int) -> None:
        if self.visible and (time.monotonic() - self.last > 0.1 or done == total):
            self.last = time.monotonic()
            width = 30 * done // total if total else 30
            end = "\n" if done == total else ""
            sys.stderr.write(f"\r{label} [{'#' * width}{'.' * (30 - width)}] {done}/{total}{end}")
            sys.stderr.flush()


class Opened:
    """A newsroom's keys, and the signatures of two people that it opened for an auditor (`manage.py open_approvals`).

    `lines` tells of each entry whether two people signed it. `wrong` counts the others.
    """

    def __init__(self, file: Path) -> None:
        try:
            data = json.loads(file.read_text(encoding="utf-8"))
            self.site, self.origin, self.since, self.off_at = (
                data[key] for key in ("site", "origin", "since", "off_at")
            )
            self.keys, self.openings = {key["id"]: key for key in data["keys"]}, dict(data["openings"])
            self.open = set(data["open"])  # sites whose entries need no signatures
        except (OSError, ValueError, TypeError, LookupError, RecursionError) as problem:
            raise CheckError(f"{file} is not a file of openings, or cannot be read: {problem}.") from None
        self.own: set[str] = set()  # reviews, demands and claims of the newsroom
        self.used: set[bytes] = set()
        self.lines: list[str] = []
        self.wrong = 0

    def read(self, entry: Entry, salt: bytes, document: Any) -> None:
        """Add a line about an entry, if the newsroom was switched on then or opens the entry."""
        try:
            said = "two people signed this." if self.is_checked(entry, salt, document) else None
        except DiscrepancyError as refusal:
            said, self.wrong = str(refusal), self.wrong + 1
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
            said, self.wrong = "malformed: The entry or a signature has another form.", self.wrong + 1
        if said:
            self.lines.append(f"Entry {entry.sequence}: {said}")

    def is_checked(self, entry: Entry, salt: bytes, document: Any) -> bool:
        """Check the signatures of an entry, and return whether it needs any. Raises DiscrepancyError.

        An entry that names another site and has a commitment can belong to another newsroom, which doesn't open it.
        """
        opening, is_of_claim = self.openings.get(str(entry.sequence)), entry.kind.startswith("claim.")
        newsrooms = [document.get("publisher"), document["notice"]["newsroom"] if entry.kind == ERASURE else None]
        named = {each["site"] for each in newsrooms if each}
        others = ("into", "from") if is_of_claim else ("claim",)
        subjects = [entry.subject, *(document[key]["id"] for key in others if document.get(key))]
        is_own = self.site in named or not self.own.isdisjoint(subjects if is_of_claim else subjects[:1])
        is_needed = is_own or not ((named and named <= self.open) or "approval" in document)
        if (is_own or opening) and not is_of_claim:
            self.own.update(subjects)
        if not opening and not (is_needed and self.since <= entry.at < (self.off_at or "9")):
            return False
        self.check(entry, salt, document, opening or {"assertions": [], "import": None})
        return True

    def check(self, entry: Entry, salt: bytes, document: Any, opening: Any) -> None:
        """Raise DiscrepancyError if two people didn't sign this entry. The rules are those of the signer."""
        statement = {key: value for key, value in document.items() if key not in ADDED}
        revision, digest = document["revision"], hashlib.sha256(canonical(statement)).hexdigest()
        noun, _, what = entry.kind.partition(".")
        require(noun in SIGNED, "no_rule: The kind of entry has no rule.")
        action = f"{noun.replace('claim', 'merge')}.{'publication' if what in PUBLICATIONS else what}"
        lines = [action, entry.subject, revision["class"] or "", revision["note"] or "", digest]
        signed = asked = challenge_of(salt, lines)
        if place := opening["import"]:
            value = leaf_hash(signed)
            for step in place["path"]:
                sibling = bytes.fromhex(step[1:])
                value = node_hash(sibling, value) if step[0] == "<" else node_hash(value, sibling)
            batch = ["import.publication", place["subject"], "", "", value.hex()]
            asked = challenge_of(bytes.fromhex(place["salt"]), batch)
        require(len(opening["assertions"]) == 2, "unsigned: Two people have to sign this with their passkeys.")
        known = [self.keys.get(each["key"]) for each in opening["assertions"]]
        # In a merge of two newsrooms' claims, the other key is of the other newsroom.
        enough = all(known) or (any(known) and entry.kind.startswith("claim."))
        require(enough, "unknown_key: The newsroom didn't name a key.")
        for key, assertion in zip(known, opening["assertions"], strict=True):
            if key:
                require(not key["revoked"] or entry.at < key["revoked"], "revoked_key: A key was revoked.")
                require(key["since"] <= entry.at, "early_key: A key was added less than 24 hours ago.")
                check_assertion(assertion, key["public_key"], asked, self.origin)
        one, two = opening["assertions"]
        require(one["key"] != two["key"], "one_key: Both signatures are by the same key.")
        people = {key["person"] if key else None for key in known}
        require(len(people) == 2, "one_person: Both signatures are by the same person.")
        decides = any(key is None or key["decides"] for key in known)
        require(decides, "nobody_decides: Neither of the two people could decide.")
        committed = {"commitment": hashlib.sha256(salt + canonical(opening)).hexdigest()}
        require(document.get("approval") == committed, "other_opening: The commitment is to other signatures.")
        require(signed not in self.used, "replayed: The signatures already belong to another entry.")
        self.used.add(signed)


def challenge_of(salt: bytes, lines: list[str]) -> bytes:
    """Return the bytes that two people sign. The fourth of the five lines is the note."""
    action, subject, change_class, note, digest = lines
    order = "\n".join([action, subject, change_class, hashlib.sha256(note.encode()).hexdigest(), digest])
    return hashlib.sha256(salt + order.encode()).digest()


def check_assertion(assertion: Any, public_key: str, challenge: bytes, origin: str) -> None:
    """Raise DiscrepancyError unless the passkey signed this challenge on a page of this origin (WebAuthn level 2)."""
    data, client_data, signature = (
        base64.urlsafe_b64decode(assertion[part] + "===") for part in ("authenticator_data", "client_data", "signature")
    )
    client = json.loads(client_data)
    require(client["type"] == "webauthn.get" and len(data) >= 37, "malformed: A signature isn't what a browser sends.")
    is_same = base64.urlsafe_b64decode(client["challenge"] + "===") == challenge
    require(is_same, "other_statement: A signature is for another statement, note or action.")
    host = hashlib.sha256((urlsplit(origin).hostname or "").encode()).digest()
    is_here = (client["origin"], client.get("crossOrigin", False), data[:32]) == (origin, False, host)
    require(is_here, "other_origin: A signature was made on another website.")
    require(data[32] & 5 == 5, "not_verified: The passkey didn't check its person by a PIN or biometrics.")
    algorithm, _, point = public_key.partition(":")
    message, verify = data + hashlib.sha256(client_data).digest(), is_signed_p256 if algorithm == "ES256" else is_signed
    valid = verify(bytes.fromhex(point), signature, message)
    require(valid, "wrong_signature: A signature isn't by the key that it names.")


def require(condition: object, refusal: str) -> None:
    if not condition:
        raise DiscrepancyError(refusal)


class Verifier:
    """One pass over the log. The progress is saved in the state file, even if the pass is interrupted."""

    def __init__(self, site: Site, state: Path | None, key: Key | None, witnesses: list[Key], quiet: bool) -> None:
        self.site, self.state_file, self.witnesses, self.progress = site, state, witnesses, Progress(quiet)
        self.saved_at = time.monotonic()
        self.opened: Opened | None = None
        self.state: State = {}
        # The key at the beginning of this pass. A rotation in the log can lead to a different key.
        self.began: str | None = None
        if state:
            self.state = read_state(state)
        self.resume(key)

    def run(self) -> str:
        """Check everything and return a one-sentence summary. Raises DiscrepancyError or CheckError."""
        served, checkpoint = self.ask_checkpoint()
        self.key = self.pinned or served
        if checkpoint.origin != self.key.name:
            raise DiscrepancyError(f"The checkpoint is of {checkpoint.origin}, not of {self.key.name}.")
        self.began = self.began or self.key.text
        self.check_entries(served, checkpoint)
        # The site can publish during the check. The new entries can then explain what is missing.
        while problem := self.find_unexplained():
            self.grow()
            if self.find_unexplained() == problem:
                self.save({**self.state, "part": {}})  # the next pass will request everything again
                raise DiscrepancyError(problem)
        size, root = self.tree.size, self.tree.root().hex()
        self.save({"key": self.key.text, "seen": {"size": size, "root": root}, "bundles": self.bundles})
        count, kinds = sum(self.newer.values()), ", ".join(self.newer)
        newer = f" {count} {'entry' if count == 1 else 'entries'} of kinds newer than this program: {kinds}."
        return f"{size} entries about {len(self.subjects)} subjects hold; root {root}.{newer if count else ''}"

    def ask_checkpoint(self) -> tuple[Key, Checkpoint]:
        """Return the served key, and the checkpoint after checking its signature."""
        served = Key(self.site.require_text(f"{API}/log/key", "The verifier key"))
        checkpoint = Checkpoint(self.site.require_text(f"{API}/log/checkpoint", "The checkpoint"))
        # After a rotation, the served key differs from the pinned key. The log must then lead from the pinned to the
        # served key.
        require_signatures(checkpoint, served, self.witnesses)
        return served, checkpoint

    def resume(self, key: Key | None) -> None:
        """Resume an interrupted pass from the state file, if this pass began with the requested key."""
        saved = Key(self.state["key"]) if "key" in self.state else None
        if key and saved and key.name != saved.name:
            raise CheckError(f"{self.state_file} remembers the log {saved.name}, not {key.name}.")
        part = self.state.get("part", {})
        if "began" not in part or (key and part["began"] != key.text):
            part = self.state["part"] = {}
        self.pinned = key if key and not part else saved
        self.began = part.get("began")
        # size -> root hash of the checkpoints that the log must contain. They are the checkpoint of the last complete
        # pass, and all checkpoints that the site has served since then.
        self.checkpoints = {int(size): bytes.fromhex(root) for size, root in self.state.get("shown", {}).items()}
        if last_pass := self.state.get("seen"):
            self.checkpoints[int(last_pass["size"])] = bytes.fromhex(last_pass["root"])
        self.tree = Tree(int(part.get("size", 0)), [[bytes.fromhex(h) for h in tile] for tile in part.get("tiles", [])])
        # subject -> [number, kind, sequence] of the newest entry, and the sequence of the last erasure or 0
        self.subjects = part.get("subjects", {})
        # subject -> sequence of its last entry without a document, or without a body for readers
        self.missing = part.get("missing", {})
        self.hidden = part.get("hidden", {})
        self.newer = part.get("newer", {})  # kind -> number of entries, if the kind is unknown
        # index of a bundle -> results for its documents and bodies. The next pass only asks whether they have changed.
        self.bundles = self.state.get("bundles", {})
        self.last_at = part.get("at", "")
        # The new key of the last rotation, or None before the first rotation.
        self.rotated_to = part.get("holder")

    def check_entries(self, served: Key, checkpoint: Checkpoint) -> None:
        """Check all entries up to the checkpoint, then its root hash, the partial tiles and the keys."""
        self.remember(served, checkpoint)
        while self.tree.size < checkpoint.size:
            self.check_bundle(checkpoint)
            if time.monotonic() - self.saved_at > SAVE_EVERY:
                self.save_part()
        if self.tree.root() != checkpoint.root:
            raise DiscrepancyError(
                f"The entries do not give the root hash of the checkpoint of {checkpoint.size} entries."
            )
        for level, tile in enumerate(self.tree.tiles):
            if tile:
                self.check_tile(level, checkpoint.size >> 8 * (level + 1), b"".join(tile))
        # Both the pinned key and the log's rotations must lead to the served key.
        for key in (self.key.text, self.rotated_to or served.text):
            if served.text != key:
                raise DiscrepancyError(f"The key {served.text} is served, but the log was handed to {key}.")
        if not self.find_unexplained():
            self.save_part()

    def remember(self, served: Key, checkpoint: Checkpoint) -> None:
        """Save the checkpoint. From now on, the log must contain this checkpoint, even if the pass is interrupted."""
        size, largest = checkpoint.size, max([self.tree.size, *self.checkpoints])
        if size < largest:
            raise DiscrepancyError(f"The log has {size} entries, but had {largest} before. Its end was cut off.")
        self.require_same(size, checkpoint.root)
        if served.text == self.key.text:  # a checkpoint with a different key doesn't bind this log
            self.checkpoints[size] = checkpoint.root
            checkpoints = {str(size): root.hex() for size, root in self.checkpoints.items()}
            self.save({**self.state, "key": self.key.text, "shown": checkpoints})

    def require_same(self, size: int, root: bytes) -> None:
        if self.checkpoints.get(size, root) != root:
            raise DiscrepancyError(f"The first {size} entries differ from those seen before. History was changed.")

    def grow(self) -> None:
        """Check the entries that have been added since the checkpoint."""
        time.sleep(CACHE_TIME)
        try:
            served, checkpoint = self.ask_checkpoint()
        except MissingCosignatureError as early:  # sites ask witnesses every few minutes
            raise CheckError(f"Something was published meanwhile. {early} Run again in some minutes.") from early
        if checkpoint.size > self.tree.size:
            self.check_entries(served, checkpoint)

    def find_unexplained(self) -> str | None:
        """Return a sentence about a missing document or body that no later entry explains, or None."""
        for subject, sequence in self.missing.items():
            if self.subjects[subject][3] <= sequence:
                return f"The document of entry {sequence} ({subject}) is gone, and no erasure in the log says why."
        for subject, sequence in self.hidden.items():
            _number, kind, last, _erased = self.subjects[subject]
            if last == sequence:
                return f"Readers of the {noun_of(kind)} {subject} don't get the last revision, entry {sequence}."
        return None

    def check_bundle(self, checkpoint: Checkpoint) -> None:
        """Check the next bundle of entries, their documents, and the tiles that these entries complete."""
        index, done = divmod(self.tree.size, 256)
        width = min(256, checkpoint.size - 256 * index)
        data = self.site.require(tile_path("tile/entries", index, width), f"Entry bundle {index}")[1]
        leaves: list[bytes] = []
        rest = data
        while rest and len(leaves) <= width:
            length = int.from_bytes(rest[:2], "big")
            if len(rest) < 2 + length:
                raise DiscrepancyError(f"Entry bundle {index} ends within an entry.")
            leaves.append(rest[2 : 2 + length])
            rest = rest[2 + length :]
        if len(leaves) != width:
            raise DiscrepancyError(f"Entry bundle {index} does not have {width} entries.")
        entries: list[Entry] = []
        tiles: list[tuple[int, int, bytes]] = []
        for leaf in leaves[done:]:
            entries.append(self.check_leaf(leaf))
            tiles += self.tree.add(leaf)
            if self.tree.size in self.checkpoints and self.tree.size < checkpoint.size:
                self.require_same(self.tree.size, self.tree.root())
        self.check_contents(index, width, hashlib.sha256(data).hexdigest(), entries)
        for level, number, hashes in tiles:
            self.check_tile(level, number, hashes)
        self.progress.show("entries", self.tree.size, checkpoint.size)

    def check_leaf(self, leaf: bytes) -> Entry:
        """Return the entry of a leaf, after checking that it can follow the previous entries."""
        here = f"Entry {self.tree.size}"
        entry = parse_leaf(leaf, here)
        subject, kind, sequence = entry.subject, entry.kind, entry.sequence
        if sequence != self.tree.size:
            raise DiscrepancyError(f"{here} says that it is entry {sequence}.")
        if entry.at < self.last_at:
            raise DiscrepancyError(f"{here} is dated {entry.at}, before the one that it follows.")
        self.last_at = entry.at
        number, previous, _, erased = self.subjects.get(subject, (0, "", 0, 0))
        if entry.number != number + 1:
            raise DiscrepancyError(f"{here} is revision {entry.number} of {subject} and follows revision {number}.")
        known = kind in PREDECESSORS and (not previous or previous in PREDECESSORS)
        if known and (previous or None) not in PREDECESSORS[kind]:
            raise DiscrepancyError(f"{here} is {kind} of {subject} and follows {previous or None}.")
        erased = sequence if kind == "review.erasure" else erased
        self.subjects[subject] = (entry.number, kind, sequence, erased)
        if kind not in PREDECESSORS:
            self.newer[kind] = self.newer.get(kind, 0) + 1
        return entry

    def check_contents(self, index: int, width: int, fingerprint: str, entries: list[Entry]) -> None:
        """Check the documents of a bundle's new entries, and the bodies that readers get.

        If the site says that neither has changed since the last pass, nothing is read again.
        """
        end = 256 * index + width
        paths = [changes_path(start, min(100, end - start)) for start in range(end - len(entries), end, 100)]
        paths.append(tile_path("document-bundles", index, width))
        is_whole, found = len(entries) == width, self.bundles.pop(str(index), None)
        if found is None or not (
            is_whole
            and found["entries"] == fingerprint
            and len(found["etags"]) == len(paths)  # another version of this program may request other pages
            and all(self.site.get(path, tag)[0] == 304 for path, tag in zip(paths, found["etags"], strict=True))
        ):
            shown: list[bytes | None] = []
            etags: list[str] = []
            for path in paths[:-1]:
                headers, data = self.site.require(path, "The changes feed")
                shown += read_bodies(data, entries[len(shown) :][:100])
                etags.append(headers.get("etag", ""))
            headers, data = self.site.require(paths[-1], f"Document bundle {index}")
            lines = split_lines(data, width, f"Document bundle {index}")[width - len(entries) :]
            missing = [self.is_missing(*each) for each in zip(entries, lines, shown, strict=True)]
            found = {
                "entries": fingerprint,
                "etags": [*etags, headers.get("etag", "")],
                "missing": [number for number, is_missing in enumerate(missing) if is_missing],
                "hidden": [number for number, digest in enumerate(shown) if digest is None],
            }
        if is_whole and all(entry.kind != "key.rotation" for entry in entries):  # every pass follows the rotations
            self.bundles[str(index)] = found
        for number, entry in enumerate(entries):
            if number in found["missing"]:
                self.missing[entry.subject] = entry.sequence
            if number in found["hidden"] and entry.kind in PREDECESSORS and entry.kind not in WITHOUT_BODY:
                self.hidden[entry.subject] = entry.sequence

    def is_missing(self, entry: Entry, line: bytes, shown: bytes | None) -> bool:
        """Check the document in the line. Return whether it is missing, which a later erasure must explain.

        Even the notice of an erasure can be erased later. `shown` is the SHA-256 of the document that readers get.
        """
        kind, sequence, subject = entry.kind, entry.sequence, entry.subject
        if line == b"null":
            return kind in PREDECESSORS  # unknown kinds can have entries without a document
        value = parse(line, f"The document of entry {sequence} with its salt", exact=False)
        text, salt = value.get("document"), value.get("salt")
        if len(value) != 2 or not (isinstance(text, str) and isinstance(salt, str) and matches(TEXT, text + salt)):
            raise DiscrepancyError(f"The document of entry {sequence} is not served with its salt.")
        data = text.encode()
        if kind not in PREDECESSORS:
            require_digest(entry.digest, sequence, salt, data)
            return False
        document = parse_document(entry, salt, data)
        if self.opened and kind != "key.rotation":
            self.opened.read(entry, bytes.fromhex(salt), document)
        if kind == "claim.merge":
            require_target(document, sequence)
        elif kind == "disowning.published":
            require_earlier(document, sequence)
        elif kind == "key.rotation":
            self.follow_rotation(entry, document)
        if shown not in (None, hashlib.sha256(data).digest()):
            raise DiscrepancyError(f"Readers of the {noun_of(kind)} {subject} don't get its last document.")
        return False

    def follow_rotation(self, entry: Entry, document: JsonObject) -> None:
        """Check that the previous key signed the rotation, and continue with the new key."""
        values = [document.get(key) for key in ("old_key", "new_key", "signature")]
        try:
            old, new = Key(str(values[0])), Key(str(values[1]))
        except CheckError:
            raise DiscrepancyError(f"The rotation in entry {entry.sequence} is malformed.") from None
        if [old.text, new.text] != values[:2] or not old.signed(f"{old.text}\n{new.text}\n\n{values[2]}"):
            raise DiscrepancyError(f"The rotation in entry {entry.sequence} is not signed by the key that it replaces.")
        if new.name != self.key.name:
            raise DiscrepancyError(f"The rotation in entry {entry.sequence} changes the log's name.")
        if self.rotated_to not in (None, old.text):
            raise DiscrepancyError(
                f"The rotation in entry {entry.sequence} replaces {old.text}, but the log has {self.rotated_to}."
            )
        self.rotated_to = new.text
        if self.key.text == old.text:
            self.key = new

    def check_tile(self, level: int, index: int, hashes: bytes) -> None:
        """Compare a served tile with the hashes that the entries give."""
        path = tile_path(f"tile/{level}", index, len(hashes) // 32)
        if self.site.require(path, f"Tile {level}/{index}")[1] != hashes:
            raise DiscrepancyError(f"Tile {level}/{index} is not what the entries give.")

    def save_part(self) -> None:
        """Save the state of an unfinished pass, so that the next run can resume it."""
        tiles = [[value.hex() for value in tile] for tile in self.tree.tiles]
        part: Part = {
            "size": self.tree.size, "tiles": tiles, "subjects": self.subjects, "newer": self.newer,
            "missing": self.missing, "hidden": self.hidden,
            "at": self.last_at, "holder": self.rotated_to, "began": self.began,
        }  # fmt: skip
        self.save({**self.state, "key": self.key.text, "part": part, "bundles": self.bundles})

    def save(self, state: State) -> None:
        self.saved_at = time.monotonic()
        if self.state_file:
            self.state = state
            unfinished = self.state_file.with_name(f"{self.state_file.name}.{os.getpid()}")
            try:
                unfinished.write_text(json.dumps(state))
                unfinished.replace(self.state_file)
            except OSError as problem:
                raise CheckError(f"{self.state_file} cannot be written: {problem.strerror}.") from problem


def read_state(file: Path) -> State:
    """Return the content of a state file, or {} if the file doesn't exist. Raises CheckError for other files."""
    try:
        state: State = json.loads(file.read_text()) if file.exists() else {}
        valid = is_valid_state(state)
    except (OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError, CheckError) as problem:
        reason = str(problem).rstrip(".")
        raise CheckError(f"{file} is not a state file, or cannot be read: {reason}.") from problem
    if not valid:
        raise CheckError(f"{file} is not a state file, or cannot be read: a value in it is malformed.")
    return state


def is_valid_state(state: Any) -> bool:
    """Return whether the state has the format that `save` writes. Malformed values can also raise an exception."""
    part = state.get("part", {})
    last_pass = state.get("seen", {"size": 0, "root": "0" * 64})
    checkpoints = [(int(size), root) for size, root in state.get("shown", {}).items()]
    checkpoints.append((last_pass["size"], last_pass["root"]))
    if "key" in state:
        Key(state["key"])
    valid = isinstance(part, dict) and all(is_count(size) and matches(HASH, root) for size, root in checkpoints)
    valid &= all(is_valid_bundle(**bundle) for bundle in state.get("bundles", {}).values())
    return valid and ("began" not in part or is_valid_part(part))


def is_valid_bundle(entries: Any, etags: Any, missing: Any, hidden: Any) -> bool:
    """Return whether the state's part about one bundle of documents has the format that `save` writes.

    A bundle has up to four ETags: three pages of the changes feed, and the documents.
    """
    texts = isinstance(etags, list) and all(isinstance(each, str) for each in [entries, *etags])
    return texts and len(etags) <= 4 and all(map(is_count, [*missing, *hidden]))


def is_valid_part(part: Any) -> bool:
    """Return whether the state's part about an interrupted pass has the format that `save` writes."""
    size, tiles, subjects = part["size"], part["tiles"], part["subjects"]
    Key(part["began"])
    if part["holder"] is not None:
        Key(part["holder"])
    return (
        is_count(size)
        and size == sum(len(tile) << 8 * level for level, tile in enumerate(tiles))
        and all(len(tile) < 256 and all(matches(HASH, value) for value in tile) for tile in tiles)
        and all(
            is_count(number) and matches(LEAF_TEXTS["kind"], kind) and is_count(last) and is_count(erased)
            for number, kind, last, erased in subjects.values()
        )
        and all(
            subject in subjects and is_count(sequence)
            for subjects_at in (part["missing"], part["hidden"])
            for subject, sequence in subjects_at.items()
        )
        and all(matches(LEAF_TEXTS["kind"], kind) and is_count(count) for kind, count in part["newer"].items())
        and (part["at"] == "" or matches(LEAF_TEXTS["at"], part["at"]))
    )


def is_count(value: Any) -> TypeGuard[int]:
    return type(value) is int and value >= 0


def canonical(value: Any) -> bytes:
    """Return the value in canonical JSON (RFC 8785).

    This short form covers the values that occur in a log: ASCII keys, strings, integers, booleans and null.
    """
    return json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")).encode()


def parse(data: bytes, name: str, exact: bool = True) -> JsonObject:
    """Return the JSON object in these bytes, which must be canonical if `exact` is true. Raises DiscrepancyError."""
    try:
        value = json.loads(data.decode())  # decoded first, because json.loads(bytes) also accepts UTF-16
        canonical_data = canonical(value)
    except (ValueError, RecursionError):
        raise DiscrepancyError(f"{name} is not JSON.") from None
    if not isinstance(value, dict) or (exact and canonical_data != data):
        raise DiscrepancyError(
            f"{name} is not an object in canonical JSON." if exact else f"{name} is not a JSON object."
        )
    return value


def matches(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def require_signatures(checkpoint: Checkpoint, key: Key, witnesses: list[Key]) -> None:
    """Raise DiscrepancyError unless the log's key and all these witnesses have signed the checkpoint."""
    if not key.signed(checkpoint.note):
        raise DiscrepancyError(
            f"The checkpoint of {checkpoint.size} entries does not carry the signature of {key.text}."
        )
    for witness in witnesses:
        if not witness.signed(checkpoint.note):
            raise MissingCosignatureError(
                f"The witness {witness.name} has not cosigned the checkpoint of {checkpoint.size} entries."
            )


def parse_leaf(leaf: bytes, here: str) -> Entry:
    """Return the entry in these bytes. Raises DiscrepancyError if its format is wrong."""
    entry: Any = parse(leaf, here)
    # Types are compared too, because true and 1.0 equal 1 but have different bytes.
    if (
        len(leaf) > 1024
        or sorted(entry) != LEAF_KEYS
        or any(type(entry[key]) is not int for key in LEAF_NUMBERS)
        or any(not matches(pattern, entry[key]) for key, pattern in LEAF_TEXTS.items())
        or entry["v"] != 1
    ):
        raise DiscrepancyError(f"{here} is not a leaf of version 1.")
    entry.pop("v")
    return Entry(**entry)


def parse_document(entry: Entry, salt: str, data: bytes) -> JsonObject:
    """Return the document in these bytes. Raises DiscrepancyError if it doesn't match the entry."""
    sequence = entry.sequence
    require_digest(entry.digest, sequence, salt, data)
    document = parse(data, f"The document of entry {sequence}")
    revision = document.get("revision")
    if (
        not isinstance(revision, dict)
        or document.get("id") != entry.subject
        or not same_number(revision.get("number"), entry.number)
        or revision.get("kind") != entry.kind.partition(".")[2]
    ):
        raise DiscrepancyError(f"The document of entry {sequence} is of another revision.")
    return document


def require_digest(digest: str, sequence: int, salt: str, data: bytes) -> None:
    if not matches(HASH, salt) or hashlib.sha256(bytes.fromhex(salt) + data).hexdigest() != digest:
        raise DiscrepancyError(f"The document of entry {sequence} doesn't match its digest in the log.")


def same_number(value: Any, number: int) -> bool:
    return type(value) is int and value == number


def require_target(document: JsonObject, sequence: int) -> None:
    """Raise DiscrepancyError if the document of a merge doesn't name the other claim."""
    into = document.get("into")
    if not isinstance(into, dict) or not matches(LEAF_TEXTS["subject"], into.get("id")):
        raise DiscrepancyError(
            f"The document of entry {sequence} doesn't name the claim that its claim is merged into."
        )


def require_earlier(document: JsonObject, sequence: int) -> None:
    """Raise DiscrepancyError if the document doesn't name earlier entries that a newsroom disowns."""
    disowned = document.get("entries")
    if not isinstance(disowned, list) or not all(is_count(each) and each < sequence for each in disowned):
        raise DiscrepancyError(f"The document of entry {sequence} doesn't name the earlier entries that it disowns.")


def changes_path(start: int, count: int) -> str:
    """Return the path of the page of the changes feed that begins with the entry `start`."""
    return f"{API}/changes/?" + (f"since={start - 1}&" if start else "") + f"page_size={count}"


def read_bodies(data: bytes, entries: list[Entry]) -> list[bytes | None]:
    """Return the SHA-256 of the document in the body for readers, for each entry in a page of the changes feed.

    The hash is None if the entry has no body, because there is a later entry about the subject.
    """
    results = parse(data, "The changes feed", exact=False).get("results")
    if not isinstance(results, list) or len(results) != len(entries):
        raise DiscrepancyError(f"The changes feed does not have {len(entries)} entries from {entries[0].sequence}.")
    return [read_body(*each) for each in zip(results, entries, strict=True)]


def read_body(result: Any, entry: Entry) -> bytes | None:
    """Return the SHA-256 of the document in the body for readers, or None if there is no body."""
    kind, sequence, subject = entry.kind, entry.sequence, entry.subject
    told = {key: result.get(key) for key in Entry._fields} if isinstance(result, dict) else {}
    if canonical(told) != canonical(entry._asdict()):
        raise DiscrepancyError(f"The changes feed does not tell what the log contains of entry {sequence}.")
    body = result.get("body")
    if body is None or kind not in PREDECESSORS:
        return None
    revision = body.get("revision") if isinstance(body, dict) else None
    if (
        not isinstance(revision, dict)
        or not same_number(revision.pop("sequence", None), sequence)
        or revision.pop("digest", None) != entry.digest
    ):
        raise DiscrepancyError(f"Readers of the {noun_of(kind)} {subject} don't get the last revision.")
    # The site adds `sequence`, `digest` and `url` to the document. Without them, the body must have the document's
    # bytes.
    body.pop("url", None)
    return hashlib.sha256(canonical(body)).digest()


def split_lines(data: bytes, count: int, name: str) -> list[bytes]:
    """Split the data into `count` lines.

    Missing lines can have an innocent cause in the network, so they raise CheckError. Additional lines raise
    DiscrepancyError.
    """
    *lines, rest = data.split(b"\n", count)
    if len(lines) < count:
        raise CheckError(f"{name} ends after {len(lines)} of {count} lines.")
    if rest:
        raise DiscrepancyError(f"{name} has more than {count} lines.")
    return lines


def noun_of(kind: str) -> str:
    return kind.partition(".")[0]


def check_proof(file: Path, key: Key | None, witnesses: list[Key]) -> tuple[int, list[str]]:
    """Check a proof file without a network. Return the exit code and the lines of the answer.

    Anybody can sign a file with their own key, so the code is UNCOMPARED without `key`. Raises DiscrepancyError and
    CheckError.
    """
    proof = read_proof(file)
    checkpoint = Checkpoint(proof["checkpoint"])
    signer = key or Key(proof["key"])
    if checkpoint.origin != signer.name:
        raise DiscrepancyError(f"The checkpoint is of {checkpoint.origin}, not of {signer.name}.")
    require_signatures(checkpoint, signer, witnesses)
    entry, document = check_part(proof, checkpoint)
    if document is None and proof["erasure"]:
        erased, (entry, document) = entry, check_part(proof["erasure"], checkpoint)
        if entry.kind != ERASURE or entry.subject != erased.subject or entry.number <= erased.number:
            raise DiscrepancyError(f"Entry {entry.sequence} doesn't erase entry {erased.sequence}.")
    if document is None:
        raise CheckError(
            f"This file contains no text. It only proves that the log contains revision {entry.number} of"
            f" {entry.subject}, of {date_of(entry)}. Download the proof again."
        )
    answer = "This review was erased." if entry.kind == ERASURE else "This text is unchanged since its publication."
    lines = describe(entry, document)
    lines.append(f"Log: entry {entry.sequence} of {checkpoint.size} entries, signed with the key {signer.text}")
    if key:
        return 0, [answer, *lines]
    return UNCOMPARED, [
        "This file is signed by a key that you haven't compared, so anybody can have made it. It says:",
        *lines,
        "Compare the key with another source. Then run the check again with --key.",
    ]


def check_part(part: PartOfProof, checkpoint: Checkpoint) -> tuple[Entry, JsonObject | None]:
    """Return the entry and the document of a proof or of its erasure. Raises DiscrepancyError."""
    entry = parse_leaf(part["leaf"].encode(), "The entry in the proof")
    if root_of_proof(entry.sequence, checkpoint.size, part) != checkpoint.root:
        raise DiscrepancyError(
            f"The proof does not lead from entry {entry.sequence} to the checkpoint of {checkpoint.size} entries."
        )
    if part["document"] is None:
        return entry, None
    return entry, parse_document(entry, part["salt"] or "", part["document"].encode())


def describe(entry: Entry, document: JsonObject) -> list[str]:
    """Return facts about a revision, in words. The document can contain anything, so its texts are shortened."""

    def text(*path: str) -> str:
        value: Any = document
        for name in path:
            value = value.get(name) if isinstance(value, dict) else None
        return value[:300] if isinstance(value, str) else ""

    noun, _, kind = entry.kind.partition(".")
    if entry.kind == ERASURE:
        facts = {"Notice": text("notice", "text"), "Newsroom": text("notice", "newsroom", "name")}
    elif noun == "demand":
        sender = text("from", "name") or text("from", "description") or text("from", "type")
        facts = {"From": sender, "Newsroom": text("publisher", "name"), "Outcome": text("outcome")}
    elif noun == "claim":
        place = {"merge": ("Into", text("into", "id")), "split": ("From", text("from", "id"))}[kind]
        facts = dict([place, ("Reason", text("revision", "note")), ("Newsroom", text("publisher", "name"))])
    elif noun == "key":
        facts = {"Former key": text("old_key"), "New key": text("new_key")}
    else:
        verdict = (
            "withdrawn" if kind == "withdrawal" else text("verdict", "label") or text("verdict", "original", "label")
        )
        claim = {} if kind == "withdrawal" else {"Claim": text("claim", "text")}  # a withdrawal says nothing about it
        facts = {"Headline": text("headline"), **claim, "Verdict": verdict, "Newsroom": text("publisher", "name")}
    facts |= {noun.capitalize(): entry.subject, "Revision": f"{entry.number} ({kind}) of {date_of(entry)}"}
    return [f"{name}: {value or '–'}" for name, value in facts.items()]


def date_of(entry: Entry) -> str:
    at = entry.at
    return f"{int(at[8:10])} {calendar.month_name[int(at[5:7])]} {at[:4]}, {at[11:16]} UTC"


def read_proof(file: Path) -> Proof:
    try:
        proof = json.loads(file.read_text(encoding="utf-8"))
    except OSError as problem:
        raise CheckError(f"{file} cannot be read: {problem.strerror}.") from None
    except (ValueError, RecursionError):
        raise CheckError(f"{file} is not a proof: it is not JSON.") from None
    valid = (
        isinstance(proof, dict)
        and sorted(proof) == sorted([*PART_KEYS, "checkpoint", "erasure", "key"])
        and matches(TEXT, proof["checkpoint"])
        and matches(TEXT, proof["key"])
        and is_part({name: proof[name] for name in PART_KEYS})
        and (proof["erasure"] is None or is_part(proof["erasure"]))
    )
    if not valid:
        raise CheckError(f"{file} is not a proof: a value in it is missing or malformed.")
    found: Proof = proof
    return found


def is_part(part: Any) -> bool:
    """Return whether this is an entry with its inclusion proof, and with or without its document."""
    return (
        isinstance(part, dict)
        and sorted(part) == PART_KEYS
        and matches(TEXT, part["leaf"])
        and all(part[name] is None or matches(TEXT, part[name]) for name in ("document", "salt"))
        and isinstance(part["proof"], list)
        and all(matches(TEXT, value) for value in part["proof"])
    )


def root_of_proof(index: int, size: int, proof: PartOfProof) -> bytes | None:
    """Return the root that the inclusion proof leads to (RFC 9162, section 2.1.3.2), or None if its length is wrong."""
    at, last, value = index, size - 1, leaf_hash(proof["leaf"].encode())
    if not 0 <= at <= last:
        return None
    # `at` and `last` are the positions of the node and of the last node, at each level from the leaves upwards.
    for text in proof["proof"]:
        try:
            node = base64.b64decode(text, validate=True)
        except ValueError:
            return None
        if last == 0 or len(node) != 32:
            return None
        if at & 1 or at == last:
            value = node_hash(node, value)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            value = node_hash(value, node)
        at, last = at >> 1, last >> 1
    return value if last == 0 else None


def printable(problem: object) -> str:
    """Return the message without control characters, which a malicious site could use to manipulate the terminal."""
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in str(problem))


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Checks a public log, or the proof of one revision without a network.")
    parser.add_argument("url", nargs="?", help="the site's URL, such as https://factcheck.example")
    parser.add_argument("--proof", type=Path, metavar="FILE", help="the proof of one revision, from its page")
    parser.add_argument("--state", type=Path, help="file that remembers the log, so that a changed history is found")
    parser.add_argument(
        "--opened", type=Path, metavar="FILE", help="signatures that the newsroom opened for an auditor"
    )
    parser.add_argument("--key", help="the log's verifier key, from another source than the site")
    parser.add_argument(
        "--witness", action="append", default=[], help="a witness's verifier key that must have cosigned"
    )
    parser.add_argument("--quiet", action="store_true", help="no progress bar")
    options = parser.parse_args(arguments)
    if bool(options.url) == bool(options.proof):
        parser.error("give either the site's URL or --proof FILE")
    if options.opened and (options.state or options.proof):
        parser.error("--opened needs the site's URL, and reads the whole log, so leave out --state")
    try:
        key = Key(options.key) if options.key else None
        witnesses = [Key(text) for text in options.witness]
        if options.proof:
            code, lines = check_proof(options.proof, key, witnesses)
            print(*map(printable, lines), sep="\n")
            return code
        check = Verifier(Site(options.url, options.quiet), options.state, key, witnesses, options.quiet)
        check.opened = Opened(options.opened) if options.opened else None
        print(check.run())
        if check.opened:
            print(*map(printable, check.opened.lines), sep="\n")
            return min(check.opened.wrong, 1)
    except DiscrepancyError as wrong:
        print(printable(wrong), file=sys.stderr)
        return 1
    except CheckError as problem:
        print(printable(problem), file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
