"""The verifier while the site publishes: what is new is taken in, and explains nothing else."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from factcheck.editorial.models import Review
from factcheck.record.log.notes import SigningKey, open_note
from factcheck.record.models import LogCheckpoint
from tests.support.drafts import make_newsroom
from tests.verifier.verifying import as_owner, cosign, sign_anew, verify
from verifier import verifier


def busy(monkeypatch: pytest.MonkeyPatch, **publications: Callable[[], object]) -> None:
    """Whenever the verifier is about to ask for an address that ends so, something is published first, once."""
    get = verifier.Site.get
    waiting = dict(publications)

    def get_after_publishing(
        self: verifier.Site, path: str, etag: str | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        for place in [place for place in waiting if path.endswith(place)]:
            waiting.pop(place)()
        return get(self, path, etag)

    monkeypatch.setattr(verifier.Site, "get", get_after_publishing)


@pytest.fixture
def filled(site: str) -> tuple[str, Any, list[Review]]:
    """The same site, the newsroom that goes on publishing, and its reviews: entries 9 to 11."""
    newsroom = make_newsroom("busy.example")
    reviews = [newsroom.make_review() for _ in range(3)]
    for review in reviews:
        newsroom.publish_review(review)
    return site, newsroom, reviews


FEED, DOCUMENTS = "changes/?page_size=12", "document-bundles/000.p/12"


def test_publications_meanwhile_are_taken_in(filled: Any, tmp_path: Path, monkeypatch: Any, capsys: Any) -> None:
    site, newsroom, (one, two, three) = filled
    busy(
        monkeypatch,
        **{
            # Before its body is read, and before its document is read.
            FEED: lambda: newsroom.correct_review(two, summary="Sai. Đã sửa."),
            DOCUMENTS: lambda: newsroom.erase_review(one),
            # While the two new entries are read, so that publications are met twice.
            "changes/?since=11&page_size=2": lambda: newsroom.erase_review(two),
            "document-bundles/000.p/14": lambda: newsroom.withdraw_review(three),
        },
    )
    state = str(tmp_path / "state")
    code, said = verify(site, "--state", state, capsys=capsys)
    assert (code, said[:37]) == (0, "16 entries about 8 subjects hold; roo")
    assert verify(site, "--state", state, capsys=capsys)[0] == 0


def test_publication_meanwhile_waits_for_its_witness(filled: Any, monkeypatch: Any, capsys: Any) -> None:
    """Witnesses are asked every few minutes: what they have not signed yet is nobody's fault."""
    site, newsroom, (_, two, _) = filled
    witness, newest = SigningKey.generate("witness.example/w"), LogCheckpoint.objects.latest("size")
    newest.cosignatures.create(witness=witness.name, line=cosign(witness, open_note(newest.note)[0], 1_800_000_000))
    busy(monkeypatch, **{FEED: lambda: newsroom.correct_review(two, summary="Sai. Đã sửa.")})
    code, said = verify(site, "--witness", str(witness.verifier(4)), capsys=capsys)
    assert (code, said) == (
        2,
        "Something was published meanwhile. The witness witness.example/w has not cosigned the checkpoint of"
        f" {newest.size + 1} entries. Run again in some minutes.",
    )


def test_merge_meanwhile_is_taken_in(filled: Any, monkeypatch: Any, capsys: Any) -> None:
    site, newsroom, (one, two, _) = filled
    newsroom.merge_claims(one.claim, two.claim)
    busy(monkeypatch, **{"changes/?page_size=13": lambda: newsroom.split_claim(one.claim)})
    code, said = verify(site, capsys=capsys)
    assert (code, said[:11]) == (0, "14 entries ")


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("DELETE FROM record_revisiondocument WHERE sequence = 10", "The document of entry 10 ("),
        ("UPDATE record_publishedreview SET body = replace(body, '2020', '2021') WHERE sequence = 10", "get its last document"),
    ],
)  # fmt: skip
def test_publications_meanwhile_explain_nothing_else(filled, sql, said, monkeypatch, capsys):
    site, newsroom, (_, two, three) = filled
    as_owner(sql)
    busy(monkeypatch, **{"tile/0/000.p/12": lambda: newsroom.correct_review(three, summary="Sai. Đã sửa.")})
    code, sentence = verify(site, capsys=capsys)
    assert code == 1
    assert said in sentence
    assert str(two.pk) in sentence


def test_history_changed_meanwhile_is_found(filled: Any, monkeypatch: Any, capsys: Any) -> None:
    site, newsroom, (_, two, _) = filled

    def sign_another_history() -> None:
        as_owner("UPDATE record_logentry SET at = at - interval '1 hour' WHERE sequence = 0")
        sign_anew(13)

    def publish_and_sign_another_history() -> None:
        newsroom.correct_review(two, summary="Sai.")
        busy(monkeypatch, **{"log/checkpoint": sign_another_history})

    busy(monkeypatch, **{FEED: publish_and_sign_another_history})
    code, said = verify(site, capsys=capsys)
    assert (code, said) == (1, "The entries do not give the root hash of the checkpoint of 13 entries.")


def test_document_that_changes_with_what_readers_get_is_found(filled: Any, monkeypatch: Any, capsys: Any) -> None:
    site, *_ = filled

    def change_both() -> None:
        as_owner(
            "UPDATE record_publishedreview SET body = replace(body, '2020', '2021') WHERE sequence = 10",
            "UPDATE record_revisiondocument SET document = convert_to("
            "replace(convert_from(document, 'UTF8'), '2020', '2021'), 'UTF8') WHERE sequence = 10",
        )

    busy(monkeypatch, **{FEED: change_both})
    code, said = verify(site, capsys=capsys)
    assert (code, said) == (1, "The document of entry 10 doesn't match its digest in the log.")
