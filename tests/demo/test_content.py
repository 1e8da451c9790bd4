"""The rules for the demo's content (factcheck/demo/README.md) that loading it (test_loading.py) doesn't try."""

import gzip
import json
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "factcheck" / "demo"


def read(name: str) -> Any:
    return json.loads((DEMO / name).read_text(encoding="utf-8"))


CLAIMS: list[dict[str, Any]] = read("claims.json")
NEWSROOM: dict[str, Any] = read("newsroom.json")
REVIEWS = [review for entry in CLAIMS for review in entry["reviews"]]
EVERYTHING = [CLAIMS, NEWSROOM, read("demands.json"), read("messages.json"), read("imported.json")]
MAX_FILE = 30_000  # bytes
# Hosts that never resolve (RFC 2606), and the names of formats.
OWN_HOSTS = re.compile(r"https?://([a-z0-9-]+\.)*example/|https://schema\.org")

each_claim = pytest.mark.parametrize("entry", CLAIMS, ids=[entry["claim"]["text"][:40] for entry in CLAIMS])


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)


def text_of(name: str) -> str:
    """The text of a copy, in one line."""
    file = DEMO / "captures" / name
    if file.suffix == ".pdf":
        text = "\n".join(page.extract_text() for page in PdfReader(file).pages)
    else:
        text = (gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()).decode()
    return " ".join(unicodedata.normalize("NFC", text).split())


def test_nobody_real_is_named() -> None:
    """Claimants are described or invented, so no living person is judged by a newsroom that doesn't exist."""
    for entry in CLAIMS:
        claimant = entry["claim"]["claimant"]
        if claimant["type"] == "unnamed":
            assert claimant["description"]
            assert "name" not in claimant
        else:
            said = f"{claimant['name']} {claimant.get('description', '')}"
            assert re.search(r"invented|hư cấu", said), said
    for reply in (each for review in REVIEWS for each in review.get("replies", [])):
        assert "name" not in reply if reply["type"] == "unnamed" else re.search(r"invented|hư cấu", reply["name"])
    for demand in read("demands.json"):
        sender = demand["from"]
        assert "name" not in sender if sender["type"] == "person" else re.search(r"invented|hư cấu", sender["name"])


def test_every_address_is_reserved() -> None:
    found = [url for text in strings(EVERYTHING) for url in re.findall(r"[a-z]+://[^\s)]+", text)]
    assert found
    assert [text for text in found if not OWN_HOSTS.match(text)] == []


@each_claim
def test_quotes_occur_in_the_copies(entry: dict[str, Any]) -> None:
    for review in entry["reviews"]:
        for source in review.get("sources", []):
            if "quote" in source:
                assert source["quote"] in text_of(source["capture"])


def test_reviews_are_articles_with_links_and_kept_sources() -> None:
    """Drafts, and the review that is erased, may be short."""
    whole = [each for each in REVIEWS if each.get("stage") != "draft" and each.get("key") != "coat"]
    assert len(whole) == 30
    for review in whole:
        later = [change["fields"]["body"] for change in review.get("changes", []) if "body" in change.get("fields", {})]
        for body in (review["body"], *later):
            assert 250 <= len(re.sub(r"\]\([^)]*\)", "", body).split()) <= 600, review["headline"]
            assert body.count("](https://") >= 2, review["headline"]
        if "translates" not in review:  # a translation has the sources of its original
            kept = sum("capture" in source for source in review["sources"])
            assert 3 <= len(review["sources"]) <= min(6, kept * 2 - 1), review["headline"]
        if "claim_wording" in review:  # the claim is in another language, and so is at least one quote
            assert any("quote_translation" in each for each in review.get("sources") or review["source_texts"])
    pictures = re.findall(r"!\[[^\]]{20,}\]\(\{picture:([a-z-]+)\}\)\n\n\*[^*]+: [^*]+\*\n", "\n".join(strings(CLAIMS)))
    assert len(set(pictures)) == 3  # each with a description, a caption and a credit
    for file in (DEMO / "captures").iterdir():
        if file.suffix != ".png":
            assert not re.search(r"<p>[^<]*(sample content|nội dung minh họa)", text_of(file.name), re.IGNORECASE)


def test_tables_repeat_the_copied_bulletin() -> None:
    hours = re.findall(r"(\d\d:00) (\d\d),(\d) (\d\d)", text_of("suoi-nga-bulletin.pdf"))
    rows = [
        row for text in strings(CLAIMS) for row in re.findall(r"\| (\d\d:00) \| (\d\d)[,.](\d) \|.*?\| (\d+) \|", text)
    ]
    assert len(rows) == 15
    assert set(rows) <= set(hours)


def test_files_are_small_and_used() -> None:
    used = {place.get("capture") for entry in CLAIMS for place in entry["claim"]["appearances"]}
    used |= {source.get("capture") for review in REVIEWS for source in review.get("sources", [])}
    assert {file.name for file in (DEMO / "captures").iterdir()} == used - {None}
    pictures = {name for text in strings(CLAIMS) for name in re.findall(r"\{picture:([a-z-]+)\}", text)}
    assert {file.stem for file in (DEMO / "pictures").iterdir()} == pictures
    for file in (*(DEMO / "captures").iterdir(), *(DEMO / "pictures").iterdir()):
        assert file.stat().st_size < MAX_FILE


def test_text_is_nfc() -> None:
    assert all(unicodedata.is_normalized("NFC", text) for text in strings(EVERYTHING))


def test_every_verdict_used() -> None:
    assert {review.get("verdict") for review in REVIEWS} >= {
        "false", "mostly-false", "half-true", "mostly-true", "true", "unproven",
    }  # fmt: skip


def test_publishers_are_samples() -> None:
    for publisher in NEWSROOM["publishers"]:
        assert re.search(r"\((mẫu|sample newsroom)\)\Z", publisher["name"])
        assert publisher["site"].endswith(".demo.example")
    assert {review["author"]["name"] for review in read("imported.json")} == {"Rumour Desk (sample newsroom)"}
