"""The verifier in one file against the served log: its checks, its findings, and its memory."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.management import CommandError, call_command

from factcheck.record import publish
from factcheck.record.log import entries, tree
from factcheck.record.log.notes import SigningKey, open_note
from factcheck.record.models import LogCheckpoint, LogEntry, PublishedDemand, PublishedReview, RevisionDocument
from tests.record.conftest import publish_some, rotated
from tests.support.drafts import make_newsroom
from tests.support.go_programs import has_package, run_go
from tests.verifier.verifying import as_owner, cosign, sign_anew, verify
from verifier import verifier

ROOT = Path(__file__).parents[2]


def test_verifier_runs_alone_from_the_command_line(read_site: str, tmp_path: Path) -> None:
    state = tmp_path / "state of the log.json"
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "verifier/verifier.py", read_site, "--state", str(state)],
            cwd=ROOT, capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.startswith("9 entries about 5 subjects hold; root ")
    assert json.loads(state.read_text())["seen"]["size"] == 9


if has_package("golang.org/x/mod/sumdb"):

    @pytest.mark.prove
    def test_packages_of_go_accept_the_log(site: str, tmp_path: Path) -> None:
        publish_some(300)
        assert run_go(Path(__file__).with_name("log.go"), site, tmp_path) == "309\n"


def test_verifier_needs_no_django() -> None:
    code = (
        "import sys; sys.path.insert(0, 'verifier'); import verifier;"
        " print([m for m in sys.modules if m.startswith(('django', 'factcheck'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.prove
def test_verifier_follows_a_growing_log(site: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    state = str(tmp_path / "state")
    assert verify(site, "--state", state, capsys=capsys)[0] == 0
    publish_some(300)
    code, said = verify(site, "--state", state, capsys=capsys)
    assert (code, said[:37]) == (0, "309 entries about 305 subjects hold; ")


@pytest.mark.prove
def test_verifier_goes_on_where_it_was(site: str, tmp_path: Path, monkeypatch: Any, capsys: Any) -> None:
    publish_some(260)
    state = tmp_path / "state"
    monkeypatch.setattr(verifier, "SAVE_EVERY", 0)
    original = verifier.Verifier.check_bundle

    def stop_after_first(self: Any, *arguments: Any) -> None:
        if self.tree.size:
            raise KeyboardInterrupt
        original(self, *arguments)

    with monkeypatch.context() as patched:
        patched.setattr(verifier.Verifier, "check_bundle", stop_after_first)
        with pytest.raises(KeyboardInterrupt):
            verify(site, "--state", str(state), capsys=capsys)
    assert json.loads(state.read_text())["part"]["size"] == 256
    asked: list[str] = []
    get = verifier.Site.get
    monkeypatch.setattr(verifier.Site, "get", lambda self, path, etag=None: asked.append(path) or get(self, path))
    assert verify(site, "--state", str(state), capsys=capsys)[0] == 0
    assert "/api/v1/log/tile/entries/000" not in asked
    assert "/api/v1/log/tile/entries/001.p/13" in asked


def test_document_that_came_back_accuses_nobody(site: str, tmp_path: Path, monkeypatch: Any, capsys: Any) -> None:
    state = str(tmp_path / "state")
    monkeypatch.setattr(verifier, "SAVE_EVERY", 0)
    as_owner(
        "CREATE TABLE kept AS TABLE record_revisiondocument", "DELETE FROM record_revisiondocument WHERE sequence = 3"
    )
    code, said = verify(site, "--state", state, capsys=capsys)
    assert code == 1
    assert said.endswith("is gone, and no erasure in the log says why.")
    as_owner("INSERT INTO record_revisiondocument SELECT * FROM kept WHERE sequence = 3")
    assert verify(site, "--state", state, capsys=capsys)[0] == 0


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("UPDATE record_revisiondocument SET document = document || ' ' WHERE sequence = 5", "The document of entry 5 doesn't match its digest"),
        ("DELETE FROM record_revisiondocument WHERE sequence = 3", "The document of entry 3 ("),
        ("UPDATE record_logentry SET at = at + interval '1 year' WHERE sequence = 0", "Entry 1 is dated"),
        ("UPDATE record_logentry SET subject = gen_random_uuid() WHERE sequence = 4", "The document of entry 4 is of another revision."),
        ("UPDATE record_logentry SET number = 3 WHERE sequence = 5", "Entry 5 is revision 3 of"),
        ("UPDATE record_logentry SET kind = 'review.withdrawal' WHERE sequence = 5", "The document of entry 5 is of another"),
        ("UPDATE record_logentry SET kind = 'review.reinstatement' WHERE sequence = 5", "Entry 5 is review.reinstatement of"),
        ("UPDATE record_logtile SET hashes = overlay(hashes placing 'xx' from 40)", "Tile 0/0 is not what the entries give."),
        ("UPDATE record_logtile SET hashes = substring(hashes from 1 for 64)", "Tile 0/0 is not served"),
        ("UPDATE record_logcheckpoint SET note = replace(note, E'\\n9\\n', E'\\n8\\n') WHERE size = 9", "The checkpoint of 8 entries does not"),
        ("DELETE FROM record_logcheckpoint", "The checkpoint is not served"),
        ("UPDATE record_publishedreview SET body = replace(body, 'Sai', 'Đúng')", "Readers of the review"),
        ("UPDATE record_publishedreview SET body = regexp_replace(body, '\"digest\":\"[0-9a-f]{4}', '\"digest\":\"ffff')", "don't get the last revision"),
        ("DELETE FROM record_publishedreview", "don't get the last revision, entry "),
    ],
)  # fmt: skip
def test_verifier_finds(site: str, sql: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    as_owner(sql)
    code, sentence = verify(site, capsys=capsys)
    assert code == 1
    assert said in sentence


def silent(monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    """A site that does not answer at an address that ends so."""
    get = verifier.Site.get

    def get_nothing(self: verifier.Site, path: str, etag: str | None = None) -> tuple[int, dict[str, str], bytes]:
        if path.endswith(place):
            raise verifier.CheckError("The site does not answer.")
        return get(self, path, etag)

    monkeypatch.setattr(verifier.Site, "get", get_nothing)


def test_history_that_was_shown_once_is_remembered_though_the_pass_was_broken_off(site, tmp_path, monkeypatch, capsys):
    state = str(tmp_path / "state")
    with monkeypatch.context() as patched:
        silent(patched, "/document-bundles/000.p/9")
        assert verify(site, "--state", state, capsys=capsys) == (2, "The site does not answer.")
    as_owner("UPDATE record_logentry SET at = at - interval '1 hour' WHERE sequence = 0")
    sign_anew(8)
    code, said = verify(site, "--state", state, capsys=capsys)
    assert (code, said) == (1, "The log has 8 entries, but had 9 before. Its end was cut off.")
    sign_anew(9)
    changed = (1, "The first 9 entries differ from those seen before. History was changed.")
    assert verify(site, "--state", state, capsys=capsys) == changed
    publish_some(3)
    assert verify(site, "--state", state, capsys=capsys) == changed
    assert verify(site, capsys=capsys)[0] == 0


def test_checkpoint_of_another_key_is_not_remembered(site: str, tmp_path: Path, capsys: Any) -> None:
    state = tmp_path / "state"
    assert verify(site, "--key", str(STRANGER.verifier()), "--state", str(state), capsys=capsys)[0] == 1
    assert not state.exists()
    assert verify(site, "--state", str(state), capsys=capsys)[0] == 0


def test_state_of_another_log_accuses_nobody_and_stays(site: str, tmp_path: Path, capsys: Any) -> None:
    state, other = tmp_path / "state", SigningKey("other.example/log", b"\x08" * 32)
    kept = {"key": str(other.verifier()), "seen": {"size": 4, "root": "07" * 32}}
    state.write_text(json.dumps(kept))
    own = tree.signing_key()
    code, said = verify(site, "--key", str(own.verifier()), "--state", str(state), capsys=capsys)
    assert (code, said) == (2, f"{state} remembers the log other.example/log, not {own.name}.")
    assert json.loads(state.read_text()) == kept


def test_key_put_in_the_place_of_another_is_found(site: str, tmp_path: Path, settings: Any, capsys: Any) -> None:
    state = str(tmp_path / "state")
    assert verify(site, "--state", state, capsys=capsys)[0] == 0
    settings.LOG_SIGNING_KEY = str(SigningKey.generate("127.0.0.1:8000/api/v1/log"))
    tree.signing_key.cache_clear()
    sign_anew(9)
    code, said = verify(site, "--state", state, capsys=capsys)
    assert code == 1
    assert "is served, but the log was handed to" in said
    tree.signing_key.cache_clear()


def test_rotation_is_followed(site: str, tmp_path: Path, settings: Any, capsys: Any) -> None:
    state = str(tmp_path / "state")
    assert verify(site, "--state", state, capsys=capsys)[0] == 0
    new = rotated(settings)
    publish_some(2)
    capsys.readouterr()
    code, said = verify(site, "--state", state, capsys=capsys)
    assert (code, said[:11]) == (0, "12 entries ")
    assert json.loads(Path(state).read_text())["key"] == str(new.verifier())
    call_command("verify_record")
    tree.signing_key.cache_clear()


def test_pass_that_was_stopped_behind_a_rotation_goes_on(site, tmp_path, settings, monkeypatch, capsys):
    first = str(tree.signing_key().verifier())
    rotated(settings)
    arguments = [site, "--key", first, "--state", str(tmp_path / "state")]

    original = verifier.Verifier.check_entries

    def stop_afterwards(self: Any, *arguments: Any) -> None:
        original(self, *arguments)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(verifier.Verifier, "check_entries", stop_afterwards)
        with pytest.raises(KeyboardInterrupt):
            verify(*arguments, capsys=capsys)
    stopped = (tmp_path / "state").read_text()
    capsys.readouterr()
    code, said = verify(*arguments, capsys=capsys)
    assert (code, said[:11]) == (0, "10 entries ")
    # Another key than the one that it began with leads through the log from its beginning.
    (tmp_path / "state").write_text(stopped)
    arguments[2] = str(STRANGER.verifier())
    code, said = verify(*arguments, capsys=capsys)
    assert (code, said) == (
        1,
        f"The key {tree.signing_key().verifier()} is served, but the log was handed to {STRANGER.verifier()}.",
    )
    tree.signing_key.cache_clear()


def hand_over(old: SigningKey, new: SigningKey) -> None:
    """A rotation that goes round `rotate`, whose keys may be anybody's, and what takes it into the tree."""
    as_owner("SELECT 1")  # the triggers go
    statement = {"id": str(uuid4()), "old_key": str(old.verifier()), "new_key": str(new.verifier())}
    statement["signature"] = old.sign(f"{old.verifier()}\n{new.verifier()}\n")
    publish.publish([entries.Publication(UUID(statement["id"]), statement, LogEntry.Kind.KEY_ROTATION)])


STRANGER, OTHER = (SigningKey("127.0.0.1:8000/api/v1/log", bytes([n]) * 32) for n in range(2))


def test_rotation_of_keys_that_the_log_never_had_is_found(site: str, tmp_path: Path, capsys: Any) -> None:
    state = str(tmp_path / "state")
    assert verify(site, "--state", state, capsys=capsys)[0] == 0
    hand_over(STRANGER, OTHER)
    for arguments in (["--state", state], []):
        code, said = verify(site, *arguments, capsys=capsys)
        assert code == 1
        assert said.endswith(f" is served, but the log was handed to {OTHER.verifier()}.")
    with pytest.raises(CommandError, match="The checkpoint of 1 entries is not signed by this log's key"):
        call_command("verify_record")


def test_rotation_that_does_not_follow_the_one_before_is_found(site, tmp_path, settings, capsys):
    old = tree.signing_key()
    rotated(settings)
    hand_over(old, STRANGER)
    capsys.readouterr()
    code, said = verify(site, capsys=capsys)
    now = tree.signing_key().verifier()
    assert (code, said) == (1, f"The rotation in entry 10 replaces {old.verifier()}, but the log has {now}.")
    with pytest.raises(CommandError, match=r"The rotation in entry 10 replaces the key .*, but the log has"):
        call_command("verify_record")
    tree.signing_key.cache_clear()


@pytest.mark.parametrize(
    "document", ["[]", "{}", '{"old_key":1}', '{"old_key":"x","new_key":"y","signature":"z"}', "x"]
)
def test_rotation_that_is_none_is_named_inside(site: str, document: str) -> None:
    hand_over(tree.signing_key(), OTHER)
    as_owner(f"UPDATE record_revisiondocument SET document = '{document}' WHERE sequence = 9")
    with pytest.raises(CommandError, match="The rotation in entry 9 is malformed"):
        call_command("verify_record")


def test_witness_can_be_demanded(site: str, capsys: pytest.CaptureFixture[str]) -> None:
    witness = SigningKey.generate("witness.example/w")
    code, said = verify(site, "--witness", str(witness.verifier(4)), capsys=capsys)
    assert (code, said) == (1, "The witness witness.example/w has not cosigned the checkpoint of 9 entries.")
    newest = LogCheckpoint.objects.get(size=9)
    text = open_note(newest.note)[0]
    newest.cosignatures.create(witness=witness.name, line=cosign(witness, text, 1_800_000_000))
    assert verify(site, "--witness", str(witness.verifier(4)), capsys=capsys)[0] == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["http://127.0.0.1:9"], "http://127.0.0.1:9/api/v1/log/key does not answer"),
        (["ftp://x.example"], "is not an http or https URL"),
        (["http://127.0.0.1:port"], "is not an http or https URL"),
        (["http://127.0.0.1:99999"], "is not an http or https URL"),
        (["http://[::1"], "is not an http or https URL"),
        ([f"http://{'a' * 64}.example"], "is not an http or https URL"),
        (["http://127.0.0.1:9", "--key", "x+y"], "is not a verifier key"),
        (["http://127.0.0.1:9", "--witness", "x+00000000+AAAA"], "is not a verifier key"),
    ],
)
def test_verifier_that_cannot_look(arguments: list[str], said: str, monkeypatch: Any, capsys: Any) -> None:
    monkeypatch.setattr(verifier.time, "sleep", lambda seconds: None)
    code, sentence = verify(*arguments, capsys=capsys)
    assert code == 2
    assert said in sentence


@pytest.mark.parametrize(
    "kept",
    [
        b"",
        b"\xef\xbb\xbf{}",
        b"\xff",
        b"[]",
        b'{"key": 1}',
        b'{"seen": 9}',
        b'{"seen": {"size": "nine", "root": ""}}',
        b'{"part": {"began": "x", "size": "nine"}}',
        b'{"part": {"began": "x", "tiles": [["x"]]}}',
        b"[" * 100_000,
    ],
)
def test_state_that_cannot_be_read_accuses_nobody(kept: bytes, tmp_path: Path, capsys: Any) -> None:
    state = tmp_path / "state"
    state.write_bytes(kept)
    code, said = verify("http://127.0.0.1:9", "--state", str(state), capsys=capsys)
    assert code == 2
    assert said.startswith(f"{state} is not a state file, or cannot be read: ")
    assert state.read_bytes() == kept


KEY = str(SigningKey("x", bytes(32)).verifier())
ROOT_HASH, SUBJECT = "07" * 32, "6a4c1b9e-0f65-4d2f-8f0e-1d2c3b4a5968"
STATE: dict[str, Any] = {
    "key": KEY,
    "shown": {"1": ROOT_HASH},
    "seen": {"size": 1, "root": ROOT_HASH},
    "part": {
        "size": 1, "tiles": [[ROOT_HASH]], "subjects": {SUBJECT: [1, "review.newer_kind", 0, 0]},
        "missing": {SUBJECT: 0}, "hidden": {SUBJECT: 0}, "newer": {"review.newer_kind": 1},
        "at": "2026-11-24T08:30:00.000000Z", "holder": KEY, "began": KEY,
    },
    "bundles": {"0": {"entries": ROOT_HASH, "etags": ["a", "b"], "missing": [0], "hidden": [0]}},
}  # fmt: skip


@pytest.mark.parametrize(
    "place",
    [
        ("key",), ("shown", "1"), ("seen",), ("seen", "size"), ("seen", "root"), ("part",), ("part", "began"),
        ("part", "holder"), ("part", "at"), ("part", "size"), ("part", "tiles"), ("part", "tiles", 0),
        ("part", "tiles", 0, 0), ("part", "subjects"), ("part", "subjects", SUBJECT), ("part", "subjects", SUBJECT, 0),
        ("part", "subjects", SUBJECT, 1), ("part", "subjects", SUBJECT, 2), ("part", "subjects", SUBJECT, 3),
        ("part", "missing"), ("part", "missing", SUBJECT), ("part", "hidden"), ("part", "hidden", SUBJECT),
        ("part", "newer"), ("part", "newer", "review.newer_kind"), ("bundles", "0"), ("bundles", "0", "etags"),
        ("bundles", "0", "missing", 0), ("bundles", "0", "hidden", 0),
    ],
    ids=str,
)  # fmt: skip
def test_state_with_something_else_deep_inside_accuses_nobody(place: Any, tmp_path: Path, capsys: Any) -> None:
    file, state = tmp_path / "state", json.loads(json.dumps(STATE))
    file.write_text(json.dumps(state))
    assert verifier.read_state(file) == STATE
    within = state
    for step in place[:-1]:
        within = within[step]
    for other in (-1, 1.5, True, "x", [1], [[]], {"x": "x"}):
        within[place[-1]] = other
        file.write_text(json.dumps(state))
        if place == ("part",) and isinstance(other, dict):
            continue  # nothing of a pass is kept, which isn't a fault
        code, said = verify("http://127.0.0.1:9", "--state", str(file), capsys=capsys)
        assert code == 2
        assert said.startswith(f"{file} is not a state file, or cannot be read: ")


def test_state_that_cannot_be_written_accuses_nobody(read_site: str, tmp_path: Path, capsys: Any) -> None:
    state = tmp_path / "missing" / "state"
    code, said = verify(read_site, "--state", str(state), capsys=capsys)
    assert (code, said) == (2, f"{state} cannot be written: No such file or directory.")
    code, said = verify(read_site, "--state", str(tmp_path), capsys=capsys)
    assert code == 2
    assert said.startswith(f"{tmp_path} is not a state file, or cannot be read: ")


def test_state_with_other_pages_of_the_feed_is_no_obstacle(read_site: str, tmp_path: Path, capsys: Any) -> None:
    file = tmp_path / "state"
    assert verify(read_site, "--state", str(file), capsys=capsys)[0] == 0
    complete = json.loads(file.read_text())
    (bundle,) = complete["bundles"].values()
    bundle["etags"].pop()
    file.write_text(json.dumps(complete))
    assert verify(read_site, "--state", str(file), capsys=capsys)[0] == 0
    assert len(json.loads(file.read_text())["bundles"]["0"]["etags"]) == 2


def test_erased_and_redacted_reviews_pass(site: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    newsroom = make_newsroom("checkpoint.example")
    erased, redacted = newsroom.make_review(), newsroom.make_review()
    for review in (erased, redacted):
        newsroom.publish_review(review)
    state = str(tmp_path / "state")
    assert verify(site, "--state", state, capsys=capsys)[0] == 0
    newsroom.erase_review(erased)
    newsroom.redact_review(redacted)
    for arguments in (["--state", state], []):
        code, said = verify(site, *arguments, capsys=capsys)
        assert (code, said[:11]) == (0, "13 entries ")
    newsroom.publish_review(redacted)
    for arguments in (["--state", state], []):
        code, said = verify(site, *arguments, capsys=capsys)
        assert (code, said[:11]) == (0, "14 entries ")
    call_command("verify_record")


def test_review_erased_twice_passes_with_its_last_notice(site: str, tmp_path: Path, capsys: Any) -> None:
    newsroom = make_newsroom("twice.example")
    review = newsroom.publish_new()
    newsroom.redact_review(review)
    newsroom.publish_review(review)
    state = str(tmp_path / "state")
    assert verify(site, "--state", state, capsys=capsys)[0] == 0
    last = newsroom.erase_review(review)
    for arguments in (["--state", state], []):
        code, said = verify(site, *arguments, capsys=capsys)
        assert (code, said[:11]) == (0, "13 entries ")
    call_command("verify_record")
    capsys.readouterr()
    as_owner(f"DELETE FROM record_revisiondocument WHERE sequence = {last.sequence}")
    code, said = verify(site, capsys=capsys)
    assert code == 1
    assert said == f"The document of entry 12 ({review.pk}) is gone, and no erasure in the log says why."


def test_demand_that_readers_get_otherwise_is_found(site: str, capsys: pytest.CaptureFixture[str]) -> None:
    newsroom = make_newsroom("other.example")
    demand = newsroom.make_demand()
    newsroom.publish_demand(demand)
    newsroom.update_demand(demand, outcome="dropped")
    code, said = verify(site, capsys=capsys)
    assert (code, said[:35]) == (0, "11 entries about 6 subjects hold; r")
    row = PublishedDemand.objects.get()
    for body, sentence in (
        (row.body.replace("dropped", "complied"), f"Readers of the demand {demand.pk} don't get its last document"),
        (
            row.body.replace('"sequence":10', '"sequence":9'),
            f"Readers of the demand {demand.pk} don't get the last revision",
        ),
    ):
        PublishedDemand.objects.update(body=body)
        code, said = verify(site, capsys=capsys)
        assert (code, said[: len(sentence)]) == (1, sentence)
    PublishedDemand.objects.all().delete()
    code, said = verify(site, capsys=capsys)
    assert (code, said) == (1, f"Readers of the demand {demand.pk} don't get the last revision, entry 10.")


def test_newer_kinds_are_counted_and_named(site: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Kinds will be added: a subject of its own, after a kind that is known, and before one; without its document."""
    review = LogEntry.objects.get(sequence=4)
    as_owner("ALTER TABLE record_logentry DROP CONSTRAINT logentry_kind_known")
    for sequence, kind, subject, number in (
        (9, "list.follow", uuid4(), 1),
        (10, "review.dis_owning", review.subject, 2),
        (11, "review.update", review.subject, 3),
        (12, "list.follow", uuid4(), 1),
    ):
        document: dict[str, Any] = {"id": str(subject), "revision": {"number": number, "kind": "update"}}
        data, salt = verifier.canonical(document), b"\x07" * 32
        digest = hashlib.sha256(salt + data).hexdigest()
        LogEntry.objects.using("owner").create(
            sequence=sequence, at=review.at.replace(year=2099), kind=kind, subject=subject, number=number, digest=digest
        )
        if sequence != 12:
            RevisionDocument.objects.using("owner").create(entry_id=sequence, salt=salt, document=data)
        if sequence == 11:  # what readers get
            shown = document | {"revision": document["revision"] | {"sequence": sequence, "digest": digest}}
            rows = PublishedReview.objects.using("owner").filter(pk=subject)
            rows.update(sequence=sequence, body=json.dumps(shown, default=str))
    sign_anew(13)
    for arguments in ([], ["--state", str(tmp_path / "state")], ["--state", str(tmp_path / "state")]):
        code, said = verify(site, *arguments, capsys=capsys)
        assert (code, said[:35]) == (0, "13 entries about 7 subjects hold; r")
        assert said.endswith(". 3 entries of kinds newer than this program: list.follow, review.dis_owning.")
    as_owner("UPDATE record_revisiondocument SET document = document || ' ' WHERE sequence = 9")
    code, said = verify(site, capsys=capsys)
    assert (code, said) == (1, "The document of entry 9 doesn't match its digest in the log.")


def test_second_pass_asks_only_whether_something_changed(site, tmp_path, monkeypatch, capsys):
    state, answers = str(tmp_path / "state"), {}
    assert verify(site, "--state", state, capsys=capsys)[0] == 0
    get = verifier.Site.get

    def note(self: Any, path: str, etag: str | None = None) -> Any:
        answers[path] = get(self, path, etag)
        return answers[path]

    monkeypatch.setattr(verifier.Site, "get", note)
    assert verify(site, "--state", state, capsys=capsys)[0] == 0
    asked = ("/api/v1/changes/?page_size=9", "/api/v1/log/document-bundles/000.p/9")
    assert [(answers[path][0], answers[path][2]) for path in asked] == [(304, b""), (304, b"")]
    as_owner("UPDATE record_publishedreview SET body = replace(body, 'Sai', 'Đúng') WHERE sequence = 4")
    code, said = verify(site, "--state", state, capsys=capsys)
    assert code == 1
    assert said.endswith("don't get its last document.")


@pytest.mark.parametrize(
    ("place", "spoil", "expected"),
    [
        ("document-bundles/", lambda data: b"\n".join(reversed(data.split(b"\n")[:-1])) + b"\n", (1, "The document of entry 0 doesn't match its digest in the log.")),
        ("document-bundles/", lambda data: data[: data.rindex(b"\n", 0, -1) + 1], (2, "Document bundle 0 ends after 8 of 9 lines.")),
        ("document-bundles/", lambda data: data[:-1], (2, "Document bundle 0 ends after 8 of 9 lines.")),
        ("document-bundles/", lambda data: data + b"null\n", (1, "Document bundle 0 has more than 9 lines.")),
        ("document-bundles/", lambda data: b"", (2, "Document bundle 0 ends after 0 of 9 lines.")),
        ("changes/", lambda data: data[:-1], (1, "The changes feed is not JSON.")),
        ("changes/", lambda data: b'{"results": []}', (1, "The changes feed does not have 9 entries from 0.")),
        ("tile/entries/", lambda data: data[:-1], (1, "Entry bundle 0 ends within an entry.")),
    ],
)  # fmt: skip
def test_answers_with_something_else_are_said_in_a_sentence(read_site, place, spoil, expected, monkeypatch, capsys):
    get = verifier.Site.get

    def get_spoilt(self: Any, path: str, etag: str | None = None) -> Any:
        status, headers, data = get(self, path, etag)
        return status, headers, spoil(data) if place in path else data

    monkeypatch.setattr(verifier.Site, "get", get_spoilt)
    assert verify(read_site, capsys=capsys) == expected


def test_disowned_entries_are_verified(site: str, capsys: Any) -> None:
    """Its document is checked, and nobody expects a body of it."""
    make_newsroom().disown("0-1, 4")
    assert verify(site, capsys=capsys)[0] == 0
