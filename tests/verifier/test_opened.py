"""An auditor with the newsroom's keys finds each attack, even if the signer was replaced."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from django.core.management import CommandError, call_command

from factcheck.record import publish
from factcheck.record.log import tree
from factcheck.record.models import Approval, LogEntry
from tests.record.conftest import disarm
from tests.support.approving import (
    AN,
    BINH,
    CHI,
    ENROLLED,
    FOREIGN,
    NEW,
    OPEN,
    SITE,
    attacks,
    publication,
    signed,
    with_opening,
)
from tests.support.serving import served
from tests.support.software_keys import ORIGIN, SoftwareKey
from tests.verifier.verifying import verify
from verifier import verifier

LONG_AGO, LATER = "2026-01-01T00:00:00.000000Z", "2999-01-01T00:00:00.000000Z"


@pytest.fixture
def address(database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    disarm()
    tree.signing_key.cache_clear()
    monkeypatch.setattr(verifier, "CACHE_TIME", 0)
    keys = [{**key.entry(), "since": LONG_AGO, "revoked": None} for key in ENROLLED]
    keys.append({**NEW.entry(), "since": LATER, "revoked": None})
    newsroom = {"site": SITE, "origin": ORIGIN, "since": LONG_AGO, "off_at": None, "open": [OPEN["site"]], "keys": keys}
    command = "factcheck.record.management.commands.open_approvals"
    monkeypatch.setattr(f"{command}.protected_newsrooms", lambda: {SITE: newsroom})
    with served() as address:
        yield address


def opened(folder: Path, **changed: Any) -> str:
    """Write the auditor's file. `changed` replaces a part of it."""
    file = folder / f"opened-{len(list(folder.iterdir()))}.json"
    call_command("open_approvals", str(file), newsroom=SITE)
    file.write_text(json.dumps(json.loads(file.read_text()) | changed))
    return str(file)


def told(address: str, file: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[int, str]]:
    """Return the exit code, and the beginning of what is told of each entry."""
    capsys.readouterr()
    code, said = verify(address, "--opened", file, capsys=capsys)
    lines = [line for line in said.splitlines() if line.startswith("Entry ")]
    return code, {int(line.split()[1][:-1]): line.partition(": ")[2].partition(":")[0] for line in lines}


GOOD = "two people signed this."


def test_auditor_finds_each_attack(address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    expected: list[str] = []
    # The read model refuses a review with a notice, so nobody can publish it.
    tried = {name: steps for name, steps in attacks().items() if "notice" not in name}
    for name, (*honest, forged) in tried.items():
        for each in honest:
            publish.publish([each])
            expected.append(GOOD)
        publish.publish([forged])
        expected.append(name.partition(":")[0])
    publish.publish([signed(publication(), (AN, CHI))])
    code, found = told(address, opened(tmp_path), capsys)
    assert found == dict(enumerate([*expected, GOOD]))
    assert code == 1


def test_auditor_reads_what_is_not_opened(address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mine, gone = signed(publication()), signed(publication())
    publish.publish([mine, gone, signed(publication(), (BINH, CHI))])
    notice = {"ground": "other", "text": "Xóa.", "redaction": False, "newsroom": {"name": "Toà soạn", "site": SITE}}
    statement = {"id": str(gone.subject), "notice": notice, "license": "https://kiemchung.example/"}
    erasure = with_opening(gone, None, statement=statement, kind=LogEntry.Kind.ERASURE, note="Xóa.")
    publish.publish([signed(erasure, action="review.erasure")])
    everything = opened(tmp_path)
    openings = json.loads(Path(everything).read_text())["openings"]
    assert (
        sorted(openings)
        == ["0", "2", "3"]
        == [str(pk) for pk in Approval.objects.order_by("pk").values_list("pk", flat=True)]
    )
    assert told(address, everything, capsys) == (0, {0: GOOD, 2: GOOD, 3: GOOD})
    # The newsroom keeps one opening back, changes one, or says that it was switched on later.
    assert told(address, opened(tmp_path, openings=openings | {"0": None}), capsys) == (
        1,
        {0: "unsigned", 2: GOOD, 3: GOOD},
    )
    swapped = opened(tmp_path, openings=openings | {"0": openings["2"], "2": {"import": None, "assertions": [1, 2]}})
    assert told(address, swapped, capsys) == (1, {0: "other_statement", 2: "malformed", 3: GOOD})
    assert told(address, opened(tmp_path, openings={}, since=LATER), capsys) == (0, {})
    assert told(address, opened(tmp_path, openings={}, off_at=LONG_AGO), capsys) == (0, {})
    revoked = [
        {**AN.entry(), "since": LONG_AGO, "revoked": LONG_AGO},
        {**BINH.entry(), "since": LONG_AGO, "revoked": None},
    ]
    assert told(address, opened(tmp_path, keys=revoked), capsys)[1] == {
        0: "revoked_key",
        2: "unknown_key",
        3: "revoked_key",
    }


def test_entries_of_others_need_no_opening(address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A review that was imported with two signatures belongs to the newsroom, also under another publisher's name."""
    imported, of_other = publication(publisher=FOREIGN), publication(publisher=FOREIGN)
    publish.publish(
        [signed(imported), publication(publisher=OPEN), signed(of_other, (SoftwareKey("x"), SoftwareKey("y")))]
    )
    publish.publish([publication(imported.subject, "Khác.", publisher=OPEN), publication(publisher=FOREIGN)])
    assert told(address, opened(tmp_path), capsys) == (1, {0: GOOD, 3: "unsigned", 4: "unsigned"})


@pytest.mark.parametrize(
    "document", [{"publisher": 1}, {"publisher": {"site": []}}, {"claim": {"id": {}}}, {"claim": 1, "revision": None}]
)
def test_hostile_document_is_a_line(document: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text(
        json.dumps(
            {
                "site": SITE,
                "origin": ORIGIN,
                "since": LONG_AGO,
                "off_at": None,
                "open": [],
                "keys": [],
                "openings": {"7": {"import": None, "assertions": [{}, {}]}},
            }
        )
    )
    file = verifier.Opened(tmp_path / "file")
    file.read(verifier.Entry(7, LONG_AGO, "review.original", "subject", 1, "digest"), bytes(32), document)
    assert (len(file.lines), file.wrong) == (1, 1)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"site":1}', "[" * 10_000])
def test_file_that_is_not_of_openings_is_a_sentence(
    content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text(content)
    code, said = verify("http://127.0.0.1:9", "--opened", str(tmp_path / "file"), capsys=capsys)
    assert (code, "is not a file of openings" in said) == (2, True)
    with pytest.raises(SystemExit):
        verify("http://127.0.0.1:9", "--opened", "x", "--state", "y", capsys=capsys)


def test_unknown_newsroom_is_a_sentence(address: str, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="nobody has signed for it"):
        call_command("open_approvals", str(tmp_path / "file"), newsroom="elsewhere.example")


def test_ecdsa_agrees_with_openssl() -> None:
    """Also for the edges of both numbers of a signature."""
    key = SoftwareKey("an")
    public, message = bytes.fromhex(key.public_key.partition(":")[2]), b"message"
    good = key.private.sign(message, ec.ECDSA(SHA256()))
    r, s = decode_dss_signature(good)
    order = verifier.P256_ORDER
    for pair, valid in (
        ((r, s), True), ((r, order - s), True), ((r, 0), False), ((0, s), False), ((r + 1, s), False), ((s, r), False),
        ((order, s), False), ((r, order + s), False),
    ):  # fmt: skip
        assert verifier.is_signed_p256(public, encode_dss_signature(*pair), message) is valid
    assert not verifier.is_signed_p256(public, good, b"another")
