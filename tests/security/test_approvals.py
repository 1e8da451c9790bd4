"""In a protected newsroom, the signer signs only what two people signed. The attacker has the desk's role and socket."""

import json
import secrets
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing, nullcontext, suppress
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connections

from factcheck.editorial.models.kinds import SHAPES
from factcheck.monitoring import checks
from factcheck.record import publish
from factcheck.record.approvals.assertions import ApprovalError
from factcheck.record.approvals.key_register import ADDED, SIGNED, Entry, KeyRegister
from factcheck.record.errors import SetupError
from factcheck.record.log import checkpoints, merkle
from factcheck.record.log.entries import Publication
from factcheck.record.log.notes import SigningKey
from factcheck.record.log.signer import FileMemory, Signer, SigningError
from factcheck.record.log.signer_process import MAX_LINE, RemoteSigner, respond_to
from factcheck.record.models import Approval, LogCheckpoint, LogEntry
from factcheck.record.statements.demand import Demand
from factcheck.record.statements.disowning import Disowning
from factcheck.record.statements.erasure import Erasure
from factcheck.record.statements.merge import Merge, Split
from factcheck.record.statements.review import Review
from factcheck.record.statements.tombstone import Tombstone
from tests.record.conftest import disarm
from tests.support.approving import (
    AN,
    BINH,
    CHI,
    EM,
    ENROLLED,
    FOREIGN,
    NEW,
    OPEN,
    SECOND_OF_AN,
    SITE,
    STRANGER,
    attacks,
    claim_of,
    line_of,
    order_values,
    publication,
    signed,
    with_opening,
    write_file,
)  # fmt: skip
from tests.support.databases import fresh_database
from tests.support.signing import KEY, ROOT, Process
from tests.support.software_keys import SoftwareKey

Kind = LogEntry.Kind


@pytest.fixture
def process(database: str, settings: Any) -> Iterator[Process]:
    """The signer of a log whose newsroom is protected, and a key that was enrolled today."""
    disarm()
    with TemporaryDirectory(prefix="factcheck-", dir="/tmp") as folder:  # a short path, for the socket
        process = Process(Path(folder), str(KEY))
        assert process.once("--begin") == (0, "")
        assert process.once("--protect", str(write_file(process.folder))) == (0, "")
        settings.LOG_SIGNING_KEY, settings.LOG_SIGNER = "/nowhere/key", str(process.socket)
        settings.LOG_VERIFIER_KEY = str(KEY.verifier())
        process.start()
        checkpoints.send_order(**order_values("keys.enrolment", (AN, BINH), NEW))
        yield process
        process.kill()


def refusal(act: Any, *arguments: Any) -> str | None:
    """Return the code with which the signer refuses."""
    try:
        act(*arguments)
    except SetupError as problem:
        text = str(problem).partition("refused: ")[2]
        return (text.partition(": ")[2] if text.startswith("Entry ") else text).partition(":")[0]
    return None


def send(order: dict[str, str]) -> None:
    checkpoints.send_order(**order)


def later(process: Process, sql: str, *values: str) -> None:
    """Change the signer's memory as if time had passed."""
    process.kill()
    with closing(sqlite3.connect(process.folder / "approvals.sqlite3")) as register, register:
        register.execute(sql, values)
    process.start()


def test_signer_refuses_each_attack(process: Process) -> None:
    found: dict[str, str | None] = {}
    for name, (*honest, forged) in attacks().items():
        for each in honest:
            publish.publish([each])
        found[name] = refusal(publish.publish, [forged])
    assert found == {name: name.partition(":")[0] for name in found}
    # Two honest people are never refused.
    publish.publish([signed(publication(), pair) for pair in ((AN, CHI), (CHI, EM), (BINH, SECOND_OF_AN))])
    assert process.state().size == LogEntry.objects.count() == Approval.objects.count() == 9
    call_command("verify_record")


def test_forged_entry_that_is_committed_is_never_signed(process: Process, monkeypatch: pytest.MonkeyPatch) -> None:
    """The attacker's code doesn't ask the signer before it commits."""
    publish.publish([signed(publication())])
    with monkeypatch.context() as patched:
        patched.setattr(checkpoints, "require_approved", lambda entries: None)
        publish.publish([publication()])
    assert (LogEntry.objects.count(), LogCheckpoint.objects.count(), process.state().size) == (2, 1, 1)
    assert refusal(publish.sign_log) == "unsigned"
    assert refusal(publish.publish, [signed(publication())]) == "unsigned"
    assert (LogEntry.objects.count(), process.state().size) == (2, 1)
    # The operator reads why, not only that the signer is behind.
    monkeypatch.setattr(checks, "MAX_UNSIGNED", timedelta())
    with pytest.raises(checks.Failed, match="1 of 2 entries.*unsigned"):
        checks.checkpoint()


def test_hand_made_requests_are_refused(process: Process) -> None:
    """The attacker hides an entry: it isn't shown, another is shown, or it is in a tile."""
    publish.publish([signed(publication()) for _ in range(3)])
    signer = RemoteSigner(str(process.socket))
    forged, honest = line_of(publication(), 3), line_of(signed(publication()), 3)
    leaves = [merkle.leaf_hash(entry.leaf()) for entry in LogEntry.objects.order_by("sequence")]
    tiles = merkle.append(0, [*leaves, merkle.leaf_hash(json.loads(forged)["leaf"].encode())], lambda *place: b"")
    root = merkle.root(4, lambda *place: tiles[place])
    proof = merkle.consistency_proof(3, 4, lambda *place: tiles[place])
    edge = [tiles[0, 0], *[b""] * 7]
    for added in (([], []), (edge, []), (edge, [forged]), (edge, [honest]), (edge, [honest, forged]), ([], [honest])):
        with pytest.raises(SigningError):
            signer.sign(4, root, proof, added=added)
    made_up = signed(publication())
    for line in (
        line_of(made_up, 3, "review.praise"),
        line_of(made_up, 3, "key.rotation"),
        line_of(made_up, 3, sequence=4),
        line_of(made_up, 3, digest="0" * 64),
        line_of(made_up, 3).replace(b"Sai", b"Dung"),
        line_of(made_up, 3).replace(b'"opening":"', b'"opening":"{'),
        b"null",
        b"[" * 10_000,
        b"x" * (MAX_LINE + 9),
    ):
        with pytest.raises(SigningError):
            signer.request([line], do="check", start=3)
    for start in (-1, 2**70, "3", None):
        with suppress(SigningError):
            signer.request([honest], do="check", start=start)
    signer.request([honest], do="check", start=3)
    assert (process.state().size, process.running and process.running.poll()) == (3, None)


def test_keys_of_an_attacker_are_not_enrolled(process: Process) -> None:
    """The attacker has the socket, one stolen key, and every order that was ever signed."""
    own, stranger = SoftwareKey("an"), SoftwareKey("phuc")
    honest = order_values("keys.enrolment", (AN, CHI), stranger)
    for forged, code in (
        (order_values("keys.enrolment", (), own), "unsigned"),
        (order_values("keys.enrolment", (own, stranger), own), "unknown_key"),
        (order_values("keys.enrolment", (AN, own), own), "unknown_key"),
        (order_values("keys.enrolment", (AN, AN), own), "one_key"),
        (order_values("keys.enrolment", (AN, SECOND_OF_AN), own), "one_person"),
        (order_values("keys.enrolment", (AN, NEW), own), "early_key"),
        (order_values("keys.enrolment", (AN, CHI), own, newsroom="elsewhere.example"), "switch"),
        (order_values("keys.enrolment", (AN, CHI), own, public_key="RS256:00"), "other_algorithm"),
        (order_values("keys.on", (AN, CHI)), "no_rule"),
        (order_values("keys.off", (BINH, EM)), "nobody_decides"),
        (order_values("keys.revocation", (AN, own), BINH), "unknown_key"),
        (honest | {"statement": order_values("keys.enrolment", (), own)["statement"]}, "other_statement"),
        (honest | {"action": "keys.off"}, "other_statement"),
        (honest | {"salt": "00" * 32}, "other_statement"),
    ):
        assert refusal(send, forged) == code
    for broken in (honest | {"opening": "{}"}, honest | {"statement": "null"}, honest | {"more": ""}, {"action": "a"}):
        with pytest.raises(SetupError, match="The request is malformed"):
            send(broken)
    enrolled = {key["id"] for key in checkpoints.protected_newsrooms()[SITE]["keys"]}
    assert enrolled == {key.id for key in (*ENROLLED, NEW)}
    # Nor does the operator's shell help while the signer runs.
    assert process.once("--protect", "/nowhere")[1] == f"Another signer already uses the folder {process.folder}."


def test_keys_are_enrolled_revoked_and_replaced(process: Process) -> None:
    enrolment = order_values("keys.enrolment", (AN, CHI), STRANGER)
    for _repeated in range(2):  # as if the desk was killed before it stored the answer
        send(enrolment)
    by_new = [signed(publication(), (STRANGER, AN)) for _ in range(2)]
    assert refusal(publish.publish, by_new[:1]) == "early_key"
    later(process, "UPDATE key SET since = '2026' WHERE id = ?", STRANGER.id)
    publish.publish(by_new[:1])
    # A revoked key signs nothing from then on. To repeat the order that enrolled it changes nothing.
    send(order_values("keys.revocation", (AN, CHI), STRANGER))
    send(enrolment)
    assert refusal(publish.publish, by_new[1:]) == "revoked_key"
    for key in (BINH, EM):
        send(order_values("keys.revocation", (AN, CHI), key))
    assert refusal(send, order_values("keys.revocation", (AN, CHI), CHI)) == "too_few"
    publish.publish([signed(publication(), (AN, CHI))])
    # All keys are lost, so only the operator can help.
    process.kill()
    assert process.once("--protect", str(write_file(process.folder)))[0] == 1
    assert process.once("--replace-keys", str(write_file(process.folder, [AN, SECOND_OF_AN])))[0] == 1
    assert process.once("--replace-keys", str(write_file(process.folder, [SoftwareKey("dung"), CHI]))) == (0, "")
    process.start()
    assert refusal(publish.publish, [signed(publication(), (AN, CHI))]) == "revoked_key"


def test_newsroom_is_switched_off_by_two_people_after_a_day(process: Process) -> None:
    send(order_values("keys.off", (AN, CHI)))
    assert refusal(publish.publish, [publication()]) == "unsigned"
    later(process, "UPDATE newsroom SET off_at = '2026' WHERE site = ?", SITE)
    # An approval that was signed before, and so many others that the signer answers before it has received all of them.
    publish.publish([signed(publication(), (AN, STRANGER)), *(publication() for _ in range(400))])
    assert process.state().size == 401
    process.kill()
    assert process.once("--replace-keys", str(write_file(process.folder)))[0] == 1
    assert process.once("--protect", str(write_file(process.folder, open=1)))[1].startswith("The newsroom's")
    assert process.once("--protect", str(write_file(process.folder, [AN, CHI]))) == (0, "")
    process.start()
    assert refusal(publish.publish, [publication()]) == "unsigned"
    publish.publish([signed(publication(), (AN, CHI))])
    call_command("verify_record")


@pytest.mark.parametrize("when", ["before", "after"])
def test_signer_that_is_killed_forgets_no_signed_challenge(process: Process, when: str) -> None:
    """Its two files are written one after the other."""
    first, second = signed(publication()), signed(publication())
    publish.publish([first])
    process.kill()
    process.start(str(ROOT / "tests/security/killed_signer.py"), when)
    publish.publish([second])
    assert process.running
    assert process.running.wait(30) == -signal.SIGKILL
    process.kill()
    process.start()
    publish.publish([signed(publication())])  # has the committed entry signed before
    assert (process.state().size, LogCheckpoint.objects.count()) == (3, 3)
    for each in (first, second):
        assert refusal(publish.publish, [each]) == "replayed"
    call_command("verify_record")


def test_approval_of_an_entry_that_was_never_signed_can_be_used(process: Process, template: str) -> None:
    """As after a restore: the entry is lost, and is published again at another time."""
    only = signed(publication())
    process.kill()
    process.start(str(ROOT / "tests/security/killed_signer.py"), "before")
    publish.publish([only])
    process.kill()
    process.start()
    with fresh_database(template):
        disarm()
        publish.publish([only])
        assert (process.state().size, LogCheckpoint.objects.count()) == (1, 1)


def test_full_disk_is_never_a_signature(tmp_path: Path) -> None:
    """As for the checkpoint, a signer that can't store what it signs doesn't answer."""
    register = KeyRegister(tmp_path / "register")
    register.protect(json.loads(write_file(tmp_path).read_text()), replace=False)
    register.db.execute("PRAGMA query_only = ON")
    signer, order = Signer([KEY], FileMemory(tmp_path), register), order_values("keys.off", (AN, CHI))
    with pytest.raises(sqlite3.OperationalError):
        respond_to(signer, json.dumps({"do": "order", **order}).encode())
    with pytest.raises(sqlite3.OperationalError):
        signer.check(0, [line_of(signed(publication()), 0)])
    assert signer.memory.read() is None


def test_signer_checks_what_the_log_adds(tmp_path: Path) -> None:
    """The attacker has the socket, and writes own words beside what two people signed."""
    register = KeyRegister(tmp_path / "register")
    register.protect(json.loads(write_file(tmp_path).read_text()), replace=False)
    signer, at, names = Signer([KEY], FileMemory(tmp_path), register), "2026-12-01T00:00:00.000000Z", ("scale", "slug")
    with register.db:
        register.db.execute("UPDATE key SET since = '2026'")
    original = publication()
    change = signed(publication(original.subject, "Nước.", change_class="typo", note="Một chữ."))
    verdict = {name: change.statement["verdict"][name] for name in (*names, "label")}
    item = {"revision": 2, "at": at, "kind": "correction", "class": "typo", "note": "Một chữ.", "publisher": SITE}
    item |= {"verdict_before": verdict, "verdict_after": verdict}

    def check(second: Publication, kind: str = "review.correction", number: int = 2, **added: Any) -> str:
        first = line_of(signed(original), 0, at=at)
        try:
            added = {"corrections": [item], **added}
            signer.check(0, [first, line_of(second, 1, kind, added, at=at, number=number)])
        except SigningError as refusal:
            return str(refusal).split(": ")[1]
        except LookupError:  # the process answers that the request is malformed
            return "altered"
        return ""

    assert check(change) == ""
    forged = item | {"note": "Chúng tôi đã nói dối."}
    for added in (
        {"corrections": [forged]},
        {"corrections": [forged, item]},
        {"corrections": [item | {"verdict_before": verdict | {"label": "Đúng"}}]},
        {"corrections": []},
        {"published_at": "2001-01-01T00:00:00.000000Z"},
        {"updated_at": "2001-01-01T00:00:00.000000Z"},
        {"revision": {"number": 2, "kind": "correction", "class": "typo", "note": "Một chữ.", "more": "Dối."}},
        {"number": 3},
    ):
        assert check(change, **added) == "altered", added
    # An original takes no corrections along, whatever it is called.
    for kind, number in (("review.original", 1), ("review.original", 7), ("review.correction", 7)):
        assert check(signed(publication()), kind, number) == "altered"
    # A person of another newsroom that signs can't help to merge two claims of this newsroom.
    strangers = [STRANGER, SoftwareKey("phuc")]
    file = write_file(tmp_path, strangers, site=OPEN["site"], subjects=[], open=[])
    register.protect(json.loads(file.read_text()), replace=False)
    one, two = signed(publication()), signed(publication())
    claim, into = claim_of(one.subject), claim_of(two.subject)
    statement = {"id": str(claim), "into": {"id": str(into)}, "publisher": one.statement["publisher"]}
    merge = Publication(claim, statement, salt=bytes(32))
    for pair, refused in (((AN, BINH), False), ((AN, STRANGER), True)):
        lines = [line_of(one, 0), line_of(two, 1), line_of(signed(merge, pair, "merge.merge"), 2, "claim.merge")]
        with pytest.raises(SigningError, match="unknown_key") if refused else nullcontext():
            signer.check(0, lines)
    # An order that is refused changes nothing, not even until the next request.
    with pytest.raises(ApprovalError, match="too_few"):
        for key in (BINH, EM, CHI):
            register.carry_out(**order_values("keys.revocation", (AN, CHI), key))
    assert [key["id"] for key in register.newsrooms()[SITE]["keys"] if key["id"] == CHI.id and key["revoked"]] == []
    # The operator's file counts for keys that are already known, too.
    content = json.loads(write_file(tmp_path, [BINH, CHI]).read_text())
    for entry in content["keys"]:
        entry["decides"] = not entry["decides"]
    register.protect(content, replace=True)
    keys = register.newsrooms()[SITE]["keys"]
    assert {key["person"] for key in keys if key["decides"] and not key["revoked"]} == {"binh"}


def test_entries_of_open_newsrooms_are_signed_as_before(process: Process) -> None:
    """A review that the protected newsroom imported belongs to the newsroom, although its publisher is another."""
    old = uuid4()
    process.kill()
    assert process.once("--replace-keys", str(write_file(process.folder, subjects=[str(old)]))) == (0, "")
    process.start()
    free, imported, older = (publication(subject, publisher=OPEN) for subject in (None, None, old))
    publish.publish([free])
    publish.publish([signed(imported), signed(publication(publisher=FOREIGN))])
    for forged in (older, publication(imported.subject, "Khác.", publisher=OPEN)):
        assert refusal(publish.publish, [forged]) == "unsigned"
    publish.publish([publication(free.subject, "Khác.", publisher=OPEN)])
    # The notice of an erasure names the newsroom. The attacker names another.
    notice = {"ground": "other", "text": "Xóa.", "redaction": False, "newsroom": OPEN}
    statement = {"id": str(imported.subject), "notice": notice, "license": "https://open.example/"}
    erasure = with_opening(imported, None, statement=statement, kind=Kind.ERASURE, note="Xóa.")
    assert refusal(publish.publish, [erasure]) == "unsigned"
    assert Approval.objects.count() == 2
    publish.publish([signed(erasure, action="review.erasure")])
    assert list(Approval.objects.values_list("pk", "entry__kind")) == [(2, "review.original"), (4, "review.erasure")]


def test_whole_life_of_a_review_is_signed(process: Process) -> None:
    """The signer follows what the log adds, from one revision to the next, also after an erasure."""
    original = publication()
    subject, said, note = (
        original.subject,
        original.statement,
        {"note": "Nói rõ hơn, vì bạn đọc đã hiểu nhầm câu cuối."},
    )
    kept = {name: said[name] for name in ("id", "language", "headline", "publisher", "license", "original_url")}
    gone = {**kept, "claim": {"id": said["claim"]["id"]}}
    notice = {"ground": "other", "text": "Xóa.", "redaction": True, "newsroom": said["publisher"]}
    for kind, statement, options in (
        (None, said, {}),
        (None, {**said, "summary": "Một."}, {"change_class": "update", **note}),
        (None, {**said, "summary": "Hai.", "verdict": said["verdict"] | {"slug": "true", "label": "Đúng"}},
            {"change_class": "substantive", **note}),
        (Kind.WITHDRAWAL, gone, note),
        (Kind.REINSTATEMENT, said, note),
        (None, {**said, "summary": "Ba."}, {"change_class": "typo", **note}),
        (Kind.ERASURE, {"id": str(subject), "notice": notice, "license": said["license"]}, note),
        (None, {**said, "summary": "Bốn."}, {"change_class": "update", **note}),
        (None, {**said, "summary": "Năm."}, {"change_class": "typo", **note}),
    ):  # fmt: skip
        each = Publication(subject, statement, kind, salt=secrets.token_bytes(32), **options)
        publish.publish([signed(each, action=kind or "review.publication")])
    assert process.state().size == 9
    call_command("verify_record")


def test_merge_of_the_newsrooms_claim_needs_its_people(process: Process) -> None:
    """The attacker proposes the merge in the name of an open newsroom of the site, or of a site elsewhere."""
    known, own, free, free_too = uuid4(), publication(), *(publication(publisher=OPEN) for _ in range(2))
    process.kill()
    assert process.once("--replace-keys", str(write_file(process.folder, subjects=[str(known)]))) == (0, "")
    process.start()
    publish.publish([signed(own), free, free_too])

    def merge(claim: UUID, into: UUID, publisher: Any = OPEN) -> Publication:
        return Publication(claim, {"id": str(claim), "into": {"id": str(into)}, "publisher": publisher}, salt=bytes(32))

    def check(merge: Publication) -> None:
        RemoteSigner(str(process.socket)).request([line_of(merge, 3, "claim.merge")], do="check", start=3)

    one, two, three = (claim_of(each.subject) for each in (own, free, free_too))
    for merged in (merge(one, two), merge(two, one), merge(known, two), merge(two, known), merge(two, three, FOREIGN)):
        with pytest.raises(SigningError, match="unsigned"):
            check(merged)
        check(signed(merged, action="merge.merge"))
    check(merge(two, three))


def test_key_of_the_log_is_rotated(process: Process) -> None:
    publish.publish([signed(publication())])
    process.kill()
    (process.folder / "key").write_text(f"{KEY}\n{SigningKey.generate(KEY.name)}\n")
    process.start()
    call_command("rotate_log_key")
    publish.publish([signed(publication())])
    assert process.state().size == 3


def test_every_kind_of_entry_has_a_rule() -> None:
    """Otherwise, a protected newsroom couldn't publish it. No statement has a key that the log adds."""
    actions = {f"{kind}.{action}" for kind, shape in SHAPES.items() if shape.is_logged for action in shape.actions}
    found = set()
    for kind in set(Kind.values) - {"key.rotation"}:
        leaf, document = {"kind": kind, "subject": "id"}, {"revision": {"class": None, "note": None}}
        found.add(Entry(b"", leaf, b"", document, None).order.decode().partition("\n")[0])
        assert kind.partition(".")[0] in SIGNED
    assert found == actions
    for model in (Review, Tombstone, Erasure, Demand, Merge, Split, Disowning):
        assert not ADDED & model.model_fields.keys()


def test_database_keeps_what_was_signed(process: Process) -> None:
    one, two = signed(publication()), signed(publication())
    publish.publish([one, two])
    publish.publish([signed(publication())])
    for alias, sql in (
        ("default", "UPDATE record_approval SET opening = '{}'"),
        ("default", "DELETE FROM record_approval"),
        ("default", "TRUNCATE record_approval"),
        ("public", "SELECT * FROM record_approval"),
    ):
        with pytest.raises(DatabaseError), connections[alias].cursor() as cursor:
            cursor.execute(sql)
    statement = {**two.statement, "approval": {"commitment": "Hello"}}
    with pytest.raises(DatabaseError, match="is not a commitment"):
        publish.publish([with_opening(two, None, statement=statement, change_class="update")])
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE record_approval DISABLE TRIGGER approval_fixed")
        cursor.execute("UPDATE record_approval SET opening = '{}' WHERE sequence = 1")
    with pytest.raises(CommandError, match="The approval of entry 1 isn't what its document commits to"):
        call_command("verify_record")
