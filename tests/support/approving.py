"""A newsroom whose people sign with software keys, and what an attacker would publish in its name."""

import json
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4, uuid5

from django.utils import timezone

from factcheck.record.approvals.assertions import ImportTree, Opening, Place, challenge, order
from factcheck.record.formats.canonical import canonical, rfc3339, sha256_hex
from factcheck.record.log.entries import Publication
from factcheck.record.models import LogEntry
from tests.record.conftest import make_statement
from tests.support.software_keys import SoftwareKey

SITE = "kiemchung.example"
AN, BINH, CHI = SoftwareKey("an"), SoftwareKey("binh", edwards=True, decides=False), SoftwareKey("chi")
SECOND_OF_AN, STRANGER = SoftwareKey("an"), SoftwareKey("binh")
EM = SoftwareKey("em", decides=False)
NEW = SoftwareKey("dung")  # is enrolled less than 24 hours ago
OPEN = {"name": "Open", "site": "open.example"}  # a newsroom of the same site, which isn't switched on
FOREIGN = {"name": "Elsewhere", "site": "elsewhere.example"}  # not a newsroom of this site
ENROLLED = (AN, BINH, CHI, EM, SECOND_OF_AN)
Kind = LogEntry.Kind
Pair = Sequence[SoftwareKey]


def write_file(folder: Path, keys: Pair = ENROLLED, **changed: Any) -> Path:
    """Write the file for --protect and --replace-keys."""
    file = folder / "newsroom.json"
    content = {"site": SITE, "origin": "https://desk.example", "subjects": [], "open": [OPEN["site"]]}
    file.write_text(json.dumps(content | {"keys": [key.entry() for key in keys]} | changed))
    return file


def order_of(publication: Publication, action: str = "review.publication") -> bytes:
    digest = sha256_hex(canonical(publication.statement))
    subject, change_class, note = str(publication.subject), publication.change_class, publication.note
    return order(action, subject, change_class or "", note or "", digest)


def claim_of(review: UUID) -> UUID:
    return uuid5(review, "claim")


def publication(subject: UUID | None = None, text: str = "Nước lũ.", **values: Any) -> Publication:
    """Return a publication with a salt, which nobody has signed. `values` can also replace parts of the statement."""
    subject = subject or uuid4()
    own = {name: values.pop(name) for name in ("kind", "change_class", "note") if name in values}
    statement = {**make_statement(subject, text), **values}
    statement["claim"]["id"] = str(claim_of(subject))
    return Publication(subject, statement, salt=secrets.token_bytes(32), **own)


def signed(
    unsigned: Publication, keys: Pair = (AN, BINH), action: str = "review.publication", **client: Any
) -> Publication:
    """Return the publication with the assertions of these keys."""
    assert unsigned.salt
    asked = challenge(unsigned.salt, order_of(unsigned, action))
    return with_opening(unsigned, Opening([key.sign(asked, **client) for key in keys]))


def with_opening(unsigned: Publication, opening: Opening | None, **values: Any) -> Publication:
    names = ("subject", "statement", "kind", "change_class", "note", "salt")
    return Publication(**{name: getattr(unsigned, name) for name in names} | {"opening": opening} | values)


def signed_import(members: Sequence[Publication], keys: Pair = (AN, BINH)) -> list[Publication]:
    """Return the members of an import that two people signed as a whole."""
    tree = ImportTree([challenge(member.salt or b"", order_of(member)) for member in members])
    salt = secrets.token_bytes(32)
    asked = challenge(salt, order("import.publication", "7", "", "", tree.digest))
    assertions = [key.sign(asked) for key in keys]
    places = [Place("7", salt.hex(), tree.path(index)) for index in range(len(members))]
    return [with_opening(member, Opening(assertions, place)) for member, place in zip(members, places, strict=True)]


def order_values(action: str, keys: Pair, key: SoftwareKey | None = None, **changed: Any) -> dict[str, str]:
    """Return a signed order about a newsroom's keys, as `checkpoints.send_order` takes it."""
    statement = {"newsroom": SITE, "key": None, "person": None, "public_key": None, "decides": None}
    if key:
        entry = key.entry()
        statement |= {"key": entry.pop("id"), **entry}
    text, salt = canonical(statement | changed).decode(), secrets.token_bytes(32)
    asked = challenge(salt, order(action, "1", "", "", sha256_hex(text.encode())))
    opening = str(Opening([each.sign(asked) for each in keys]))
    return {"action": action, "subject": "1", "salt": salt.hex(), "statement": text, "opening": opening}


def attacks() -> dict[str, list[Publication]]:
    """Return what an attacker publishes, by name. The part of a name before the colon is the code of the refusal.

    The last publication is the forged one. Those before are honest.
    """
    one, other = publication(), publication()
    asked = challenge(one.salt or b"", order_of(one))
    member, second = signed_import([publication(), publication()])
    named = Opening([AN.sign(asked), STRANGER.sign(asked)._replace(key=BINH.id)])

    def changed(**values: Any) -> list[Publication]:
        """Return an honest original, and its correction, of which something is changed after it was signed."""
        original = publication()
        change = signed(publication(original.subject, "Nước.", change_class="typo", note="Một chữ."))
        return [signed(original), with_opening(change, change.opening, **values)]

    original, correction = changed()
    return {
        "unsigned: nobody signed": [other],
        "unsigned: in a foreign name": [publication(publisher=FOREIGN)],
        "unsigned: with the notice of an open newsroom": [publication(notice={"newsroom": OPEN})],
        "unsigned: with a notice and a foreign name": [publication(notice={"newsroom": OPEN}, publisher=FOREIGN)],
        "replayed: a correction is taken back": [original, correction, original],
        "replayed: a member of an import twice": [member, member],
        "other_statement: not a member of the import": [with_opening(other, second.opening)],
        "other_statement: signatures of another review": [with_opening(other, original.opening)],
        "other_statement: another note": changed(note="Khác."),
        "other_statement: another class": changed(change_class="update"),
        "other_statement: another action": changed(kind=Kind.WITHDRAWAL),
        "other_origin: another website": [signed(one, origin="https://desk.example.evil")],
        "not_verified: only touched": [signed(one, flags=0x01)],
        "one_key: twice": [signed(one, (AN, AN))],
        "one_person: two keys": [signed(one, (AN, SECOND_OF_AN))],
        "nobody_decides: two writers": [signed(one, (BINH, EM))],
        "unknown_key: a key of the attacker": [signed(one, (AN, STRANGER))],
        "early_key: a key of today": [signed(one, (AN, NEW))],
        "wrong_signature: with the name of another key": [with_opening(one, named)],
        "unsigned: one signature": [signed(one, (AN,))],
    }


def line_of(
    unsigned: Publication, sequence: int, /, kind: str = "review.original", added: Any = None, **leaf: Any
) -> bytes:
    """Return the line with which an entry is shown to the signer. `added` replaces keys that the log adds."""
    assert unsigned.salt
    values = {"at": rfc3339(timezone.now()), "kind": kind, "subject": str(unsigned.subject), "sequence": sequence}
    values |= {"v": 1, "number": 1} | leaf
    said = {"number": values["number"], "kind": kind.partition(".")[2], "note": unsigned.note}
    dates = {"published_at": values["at"], "updated_at": values["at"], "corrections": []}
    approval = {"commitment": unsigned.opening.commitment(unsigned.salt)} if unsigned.opening else {}
    keys = {**dates, "revision": {**said, "class": unsigned.change_class}, "approval": approval}
    document = canonical({**unsigned.statement, **keys, **(added or {})})
    texts = {"leaf": canonical({"digest": sha256_hex(unsigned.salt + document), **values}).decode()}
    texts |= {"document": document.decode(), "salt": unsigned.salt.hex()}
    return canonical({**texts, "opening": str(unsigned.opening) if unsigned.opening else None})
