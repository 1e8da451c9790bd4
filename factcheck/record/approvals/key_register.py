"""The signer's memory of newsrooms' keys, and its rules for what two people must have signed.

The memory is a SQLite file in the signer's folder, which only the signer's account can read and write. The first keys
come from the operator's shell, and later ones from orders that two people signed. Times are RFC 3339 texts in UTC with
microseconds, as in the log, so they can be compared as texts.
"""

import json
import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple, Self

import orjson

from factcheck.record.approvals import assertions
from factcheck.record.approvals.assertions import PUBLIC_KEY, ApprovalError, Opening, challenge, order, require
from factcheck.record.formats.canonical import canonical_unchecked, rfc3339, sha256_hex

WAIT = timedelta(hours=24)  # until a new key can sign, and until a newsroom is switched off
# The kinds of entries that two people sign. The action of their proposal is the kind, with two exceptions.
SIGNED = ("review", "demand", "claim", "disowning", "mapping")
PUBLICATIONS = ("original", "update", "correction", "published", "updated")
# The keys that the log adds to a statement (factcheck.record.log.entries).
ADDED = {"published_at", "updated_at", "revision", "corrections", "approval"}
_TABLES = """
    PRAGMA synchronous = FULL;
    CREATE TABLE IF NOT EXISTS newsroom (site TEXT PRIMARY KEY, origin TEXT, since TEXT, off_at TEXT);
    CREATE TABLE IF NOT EXISTS key (site TEXT, id TEXT, person TEXT, public_key TEXT, decides INTEGER, since TEXT,
        revoked TEXT, PRIMARY KEY (site, id));
    CREATE TABLE IF NOT EXISTS used (challenge BLOB PRIMARY KEY, sequence INTEGER);
    CREATE TABLE IF NOT EXISTS subject (id TEXT PRIMARY KEY, site TEXT);
    CREATE TABLE IF NOT EXISTS open (site TEXT PRIMARY KEY);
    CREATE TABLE IF NOT EXISTS added (subject TEXT, sequence INTEGER, site TEXT, number INTEGER, list TEXT,
        verdict TEXT, PRIMARY KEY (subject, sequence));
"""


class Entry(NamedTuple):
    """An entry that is to be signed, with its leaf and its document as JSON objects."""

    leaf_text: bytes
    leaf: Mapping[str, Any]
    salt: bytes
    document: Mapping[str, Any]
    opening: str | None

    @classmethod
    def parse(cls, line: bytes, sequence: int) -> Self:
        """Return the entry in a line of a request. Raises ApprovalError if its parts don't belong together."""
        data = orjson.loads(line)
        texts, salt = [data["leaf"].encode(), data["document"].encode()], bytes.fromhex(data["salt"])
        leaf, document = parts = [orjson.loads(text) for text in texts]
        fits = (leaf["sequence"], leaf["digest"]) == (sequence, sha256_hex(salt + texts[1]))
        require(fits and [*map(canonical_unchecked, parts)] == texts, "malformed: The entry isn't one of this log.")
        return cls(texts[0], leaf, salt, document, data["opening"])

    @property
    def statement(self) -> dict[str, Any]:
        return {key: value for key, value in self.document.items() if key not in ADDED}

    @property
    def order(self) -> bytes:
        """The bytes that two people have signed for this entry."""
        revision, digest = self.document["revision"], sha256_hex(canonical_unchecked(self.statement))
        noun, _, what = self.leaf["kind"].partition(".")
        action = f"{noun.replace('claim', 'merge')}.{'publication' if what in PUBLICATIONS else what}"
        return order(action, self.leaf["subject"], revision["class"] or "", revision["note"] or "", digest)


class KeyRegister:
    """The newsrooms, keys, used challenges and subjects of one signer. Methods raise ApprovalError."""

    def __init__(self, file: Path) -> None:
        file.touch(0o600)
        self.db = sqlite3.connect(file)
        self.db.row_factory = sqlite3.Row
        self.db.executescript(_TABLES)

    def newsrooms(self) -> dict[str, Any]:
        """Return each newsroom that is or was protected, with all its keys, as JSON."""
        rows, free = self.db.execute("SELECT * FROM newsroom").fetchall(), sorted(self.open())
        keys = {row["site"]: [dict(key) for key in self._keys("site", row["site"])] for row in rows}
        return {row["site"]: {**row, "open": free, "keys": keys[row["site"]]} for row in rows}

    def protected(self) -> set[str]:
        """Return the sites whose entries need two signatures now."""
        rows = self.db.execute("SELECT site FROM newsroom WHERE off_at IS NULL OR off_at > ?", [_now()])
        return {site for (site,) in rows}

    def open(self) -> set[str]:
        """Return the sites whose entries need no signatures: switched off, or named by the operator."""
        rows = self.db.execute("SELECT site FROM open UNION SELECT site FROM newsroom")
        return {site for (site,) in rows} - self.protected()

    def protect(self, data: Any, *, replace: bool) -> None:
        """Switch a newsroom on, or replace all its keys, as the operator's file says."""
        site, now, keys = data["site"], _now(), [key["id"] for key in data["keys"]]
        require((site in self.protected()) == replace, "switch: The newsroom is already on, or isn't on yet.")
        if not replace:
            row = [site, data["origin"], now]
            self.db.execute("INSERT OR REPLACE INTO newsroom VALUES (?, ?, ?, NULL)", row)
            self.db.execute("DELETE FROM added WHERE site = ?", [site])  # later entries weren't checked
        lost = [key["id"] for key in self._keys("site", site) if not key["revoked"] and key["id"] not in keys]
        self.db.executemany("UPDATE key SET revoked = ? WHERE site = ? AND id = ?", [(now, site, key) for key in lost])
        for key in data["keys"]:
            row = [key["person"], key["public_key"], key["decides"], site, key["id"]]
            again = "UPDATE key SET person = ?, public_key = ?, decides = ?, revoked = NULL WHERE site = ? AND id = ?"
            if not self.db.execute(again, row).rowcount:
                self._add(site, key["id"], key, now)
        rows = [(subject, site) for subject in data["subjects"]]
        self.db.executemany("INSERT OR IGNORE INTO subject VALUES (?, ?)", rows)
        self.db.executemany("INSERT OR IGNORE INTO open VALUES (?)", [(each,) for each in data.get("open", [])])
        self._require_enough(site)
        self.db.commit()

    def carry_out(self, action: str, subject: str, salt: str, statement: str, opening: str) -> None:
        """Enrol or revoke a key, or switch a newsroom off. A repeated order has already been carried out."""
        self.db.rollback()  # what an earlier request left
        signed = challenge(bytes.fromhex(salt), order(action, subject, "", "", sha256_hex(statement.encode())))
        data, now, later = json.loads(statement), _now(), rfc3339(datetime.now(UTC) + WAIT)
        site, key = data["newsroom"], data["key"]
        if self._is_used(signed):
            return
        require(site in self.protected(), "switch: The newsroom isn't on.")
        self._require_two(Opening.parse(opening), signed, {site}, now)
        with self.db:
            self.db.execute("INSERT INTO used VALUES (?, NULL)", [signed])
            if action == "keys.enrolment":
                self._add(site, key, data, later)
            elif action == "keys.revocation":
                row = [now, site, key]
                self.db.execute("UPDATE key SET revoked = ifnull(revoked, ?) WHERE site = ? AND id = ?", row)
                self._require_enough(site)
            else:
                require(action == "keys.off", "no_rule: The kind of order has no rule.")
                self.db.execute("UPDATE newsroom SET off_at = ? WHERE site = ?", [later, site])

    def require_approval(self, entry: Entry) -> None:
        """Check the two signatures of an entry, and remember its challenge and its newsroom. The caller commits.

        Only entries of open sites, which change nothing of a protected newsroom, need no signatures.
        """
        kind, document, is_of_claim = entry.leaf["kind"], entry.document, entry.leaf["kind"].startswith("claim.")
        # The notice of an erasure names the responsible newsroom. A merge also changes the other claim.
        newsrooms = [document["notice"]["newsroom"]] if kind == "review.erasure" else []
        named = [each["site"] for each in [*newsrooms, document.get("publisher")] if each]
        others = ("into", "from") if is_of_claim else ("claim",)
        subjects = [entry.leaf["subject"], *(document[key]["id"] for key in others if document.get(key))]
        changed = subjects if is_of_claim else subjects[:1]
        rows = self.db.execute("SELECT site FROM subject WHERE id IN (?, ?)", [changed[0], changed[-1]])
        concerned = {*named, *(site for (site,) in rows)}
        sites, is_open = concerned & self.protected(), bool(named) and concerned <= self.open()
        require(kind.partition(".")[0] in SIGNED, "no_rule: The kind of entry has no rule.")
        try:
            opening = Opening.parse(entry.opening) if entry.opening else Opening([])
            signed = challenge(entry.salt, entry.order)
            asked = assertions.challenge_of_import(opening.place, signed) if opening.place else signed
            site = self._require_two(opening, asked, sites, min(_now(), entry.leaf["at"]), is_of_claim)
            is_committed = document.get("approval") == {"commitment": opening.commitment(entry.salt)}
            require(is_committed, "other_opening: The entry's commitment is to other signatures.")
            require(not self._is_used(signed), "replayed: The signatures already belong to another entry.")
            added = self._require_added(entry)
        except ApprovalError:
            if not is_open:
                raise
            return
        sequence = entry.leaf["sequence"]
        self.db.execute("INSERT INTO used VALUES (?, ?)", [signed, sequence])
        if kind == "review.erasure":  # afterwards, no digest confirms a guess
            self.db.execute("DELETE FROM added WHERE subject = ?", [subjects[0]])
        if not is_of_claim:
            self.db.execute("INSERT INTO added VALUES (?, ?, ?, ?, ?, ?)", [subjects[0], sequence, site, *added])
            known = [(each, site) for each in subjects]
            self.db.executemany("INSERT OR IGNORE INTO subject VALUES (?, ?)", known)

    def forget_unsigned(self, size: int) -> None:
        """Forget the challenges of entries that were never signed, because a process was killed."""
        self.db.rollback()  # what an earlier request left
        self.db.execute("DELETE FROM used WHERE sequence >= ?", [size])
        self.db.execute("DELETE FROM added WHERE sequence >= ?", [size])

    def _require_added(self, entry: Entry) -> list[Any]:
        """Check the keys that the log adds to the statement. Return what the next entry about the subject continues.

        The database checks this too (`sql/documents.sql`), but requests can come from elsewhere. If a subject was
        published before the newsroom was switched on, its earlier corrections aren't known.
        """
        document, leaf, revision = entry.document, entry.leaf, entry.document["revision"]
        kind, number, at = leaf["kind"].partition(".")[2], leaf["number"], leaf["at"]
        listed, said, last = [*document.get("corrections", ())], document.get("verdict"), None
        verdict = said and {name: said[name] for name in ("scale", "slug", "label")}
        added = [number, _digest(document["published_at"], listed), _digest(verdict)]
        change = {"kind": kind, "class": revision["class"], "note": revision["note"]}
        is_right = (revision, document["updated_at"]) == ({**change, "number": number}, at)
        if kind in ("update", "correction") and change["class"] != "metadata":
            last = listed.pop()
            verdicts = {"verdict_before": last["verdict_before"], "verdict_after": verdict}
            about = {"revision": number, "at": at, "publisher": document["publisher"]["site"]}
            is_right &= last == {**change, **about, **verdicts} and change["class"] is not None
        rows = "SELECT number + 1, list, verdict FROM added WHERE subject = ? ORDER BY sequence DESC"
        known = self.db.execute(rows, [leaf["subject"]]).fetchone()
        if number == 1 or kind == "original":
            known = known or (1, _digest(at, []), None)
        if kind == "erasure":
            is_right &= not listed
        elif known:
            is_right &= (number, _digest(document["published_at"], listed)) == (known[0], known[1])
            is_right &= last is None or _digest(last["verdict_before"]) == known[2]
        require(is_right, "altered: The dates, the number or the corrections aren't those of the log.")
        return added

    def _require_two(self, opening: Opening, asked: bytes, sites: set[str], at: str, mixed: bool = False) -> str:
        """Check two signatures by keys of one newsroom, which `sites` names, and return this newsroom.

        If `mixed` is true, the two keys can be of two newsrooms, as for a merge of their claims.
        """
        require(len(opening.assertions) == 2, "unsigned: Two people have to sign this with their passkeys.")
        active = self.protected()
        for one, two in product(*(self._keys("id", each.key) for each in opening.assertions)):
            of = {one["site"], two["site"]}
            if sites <= of <= active and (len(of) == 1 or (mixed and of == sites)):
                break
        else:
            raise ApprovalError("unknown_key: The signer doesn't have a key of this newsroom that a signature names.")
        for key, assertion in zip((one, two), opening.assertions, strict=True):
            require(not key["revoked"], "revoked_key: A key was revoked.")
            require(key["since"] <= at, "early_key: A key was added less than 24 hours ago.")
            assertions.check(assertion, key["public_key"], asked, key["origin"])
        require(one["id"] != two["id"], "one_key: Both signatures are by the same key.")
        require(one["person"] != two["person"], "one_person: Both signatures are by the same person.")
        require(one["decides"] or two["decides"], "nobody_decides: Neither of the two people can decide here.")
        return str(one["site"])

    def _require_enough(self, site: str) -> None:
        keys = [key for key in self._keys("site", site) if not key["revoked"] and key["since"] <= _now()]
        is_enough = len({key["person"] for key in keys}) >= 2 and any(key["decides"] for key in keys)
        require(is_enough, "too_few: Two people must keep a key, and one of them must be able to decide.")

    def _add(self, site: str, key_id: str, key: Any, since: str) -> None:
        require(PUBLIC_KEY.fullmatch(key["public_key"]), "other_algorithm: The key is neither ES256 nor EdDSA.")
        row = [site, key_id, key["person"], key["public_key"], key["decides"], since]
        self.db.execute("INSERT INTO key VALUES (?, ?, ?, ?, ?, ?, NULL)", row)

    def _is_used(self, signed: bytes) -> bool:
        return self.db.execute("SELECT 1 FROM used WHERE challenge = ?", [signed]).fetchone() is not None

    def _keys(self, column: str, value: str) -> list[sqlite3.Row]:
        keys = "SELECT key.*, origin FROM key JOIN newsroom USING (site)"
        return self.db.execute(f"{keys} WHERE {column} = ? ORDER BY key.since", [value]).fetchall()


def _digest(*values: Any) -> str:
    return sha256_hex(canonical_unchecked(values))


def _now() -> str:
    return rfc3339(datetime.now(UTC))
