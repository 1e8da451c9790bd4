"""The demo newsroom cites nothing that is not in the records it was written from."""

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "factcheck" / "editorial" / "demo"

# As long a run of words as somebody else's sentence may share with ours.
SHARED_WORDS = 7

CLAIMS: list[dict[str, Any]] = json.loads((DEMO / "claims.json").read_text(encoding="utf-8"))
NEWSROOM: dict[str, Any] = json.loads((DEMO / "newsroom.json").read_text(encoding="utf-8"))

each_claim = pytest.mark.parametrize(
    "entry",
    CLAIMS,
    ids=["-".join(f"{matter['file'][:2]}{matter['line']}" for matter in entry["matter"]) for entry in CLAIMS],
)


@cache
def load_lines(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").splitlines()


@pytest.fixture
def records(entry: dict[str, Any], real_data: Path) -> list[dict[str, Any]]:
    """What the claim was written from."""
    return [json.loads(load_lines(real_data / matter["file"])[matter["line"] - 1]) for matter in entry["matter"]]


def texts(record: dict[str, Any]) -> list[str]:
    """All that a record says, without its running numbers, which would make any figure look known."""
    return list(
        strings({key: value for key, value in record.items() if key not in ("Unnamed: 0", "index", "annotation_id")})
    )


def addresses(record: dict[str, Any]) -> set[str]:
    if "Url" in record:
        return {record["Url"]}
    found = {record["fact_checking_article"], record["original_claim_url"]}
    found |= {answer.get("source_url") for question in record["questions"] for answer in question["answers"]}
    return {address for address in found if address}


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)


def prose(entry: dict[str, Any]) -> Iterator[str]:
    """Every text of ours: no addresses, and no quotes, which are meant to be the source's words."""
    claim = entry["claim"]
    yield claim["text"]
    yield from strings((claim["claimant"] or {}).get("description"))
    for review in entry["reviews"]:
        correction = review["correction"] or {"note": "", "changes": {}}
        changes = correction["changes"]
        yield from (review["headline"], review["summary"], review["body"], correction["note"])
        yield from (changes[field] for field in ("headline", "summary", "body") if field in changes)
        yield (review["withdrawal"] or {"reason": ""})["reason"]
        yield from (source["title"] for source in review["sources"])


def words(text: str) -> list[str]:
    return re.findall(r"\w+", unicodedata.normalize("NFC", text).casefold())


def runs(text: str, length: int) -> set[tuple[str, ...]]:
    found = words(text)
    return {tuple(found[start : start + length]) for start in range(len(found) - length + 1)}


def numbers(text: str) -> set[str]:
    """Numbers without their separators: 21,8 and 21.8 are both 218, 1.500 and 1,500 both 1500."""
    return {re.sub(r"\D", "", found).lstrip("0") for found in re.findall(r"\d+(?:[.,]\d+)*", text)}


def test_claims_count() -> None:
    assert Counter(entry["claim"]["language"] for entry in CLAIMS) == {"vi": 15, "en": 15}
    assert {entry["claim"]["language"]: {matter["file"] for matter in entry["matter"]} for entry in CLAIMS} == {
        "vi": {"vietnamese/vifactcheck_dev.jsonl"},
        "en": {"averitec/dev.jsonl"},
    }


def test_reviews_in_both_languages_count() -> None:
    both = [entry for entry in CLAIMS if {review["language"] for review in entry["reviews"]} == {"en", "vi"}]
    assert len(both) == 8


def test_reviews_one_corrected_one_withdrawn() -> None:
    reviews = [review for entry in CLAIMS for review in entry["reviews"]]
    corrections = [review["correction"] for review in reviews if review["correction"]]
    withdrawals = [review["withdrawal"] for review in reviews if review["withdrawal"]]
    assert [correction["class"] for correction in corrections] == ["substantive"]
    assert corrections[0]["changes"]["verdict"] == "mostly-true"
    assert corrections[0]["note"]
    assert len(withdrawals) == 1
    assert withdrawals[0]["reason"]


def test_claims_written_once() -> None:
    assert len({entry["claim"]["text"] for entry in CLAIMS}) == 30
    lines = [(matter["file"], matter["line"]) for entry in CLAIMS for matter in entry["matter"]]
    assert len(lines) == len(set(lines))


@each_claim
def test_sources_enough_for_publication(entry: dict[str, Any]) -> None:
    for review in entry["reviews"]:
        sources = review["sources"]
        assert len({source["url"] for source in sources}) == len(sources) >= 2
        assert {source["stance"] for source in sources} <= {"supports", "refutes", "context"}
        assert any(source["stance"] != "context" for source in sources)
        assert all(source["title"] and source["publisher"] for source in sources)
        assert all(review[field] for field in ("headline", "summary", "body"))


@each_claim
def test_addresses_stand_in_record(entry: dict[str, Any], records: list[dict[str, Any]]) -> None:
    known = set[str]().union(*(addresses(record) for record in records))
    cited = [source for review in entry["reviews"] for source in review["sources"]]
    for place in [*cited, *entry["claim"]["appearances"]]:
        if place["archive_url"] is None:
            assert place["url"] in known
        else:
            # The record has the capture; the page's own address is the end of it.
            assert place["archive_url"] in known
            assert place["archive_url"].startswith("https://web.archive.org/web/")
            assert place["archive_url"].endswith("/" + place["url"])


@each_claim
def test_text_has_no_address(entry: dict[str, Any]) -> None:
    assert not any("://" in text for text in prose(entry))


@each_claim
def test_quotes_verbatim_and_short(entry: dict[str, Any], records: list[dict[str, Any]]) -> None:
    answers: dict[str, str] = {}
    for record in records:
        for question in record.get("questions", []):
            for answer in question["answers"]:
                said = f"{answer['answer']} {answer.get('boolean_explanation') or ''}"
                address = answer.get("source_url")
                answers[address] = f"{answers.get(address, '')} {said}"
    for review in entry["reviews"]:
        for source in review["sources"]:
            if source["quote"] is not None:
                assert len(source["quote"]) < 200
                assert source["quote"] in answers[source["archive_url"] or source["url"]]


@each_claim
def test_dates_stand_in_record(entry: dict[str, Any], records: list[dict[str, Any]]) -> None:
    claimed_on = None
    if "claim_date" in (record := records[0]):
        day, month, year = record["claim_date"].split("-")
        claimed_on = f"{year}-{int(month):02}-{int(day):02}"
    assert entry["claim"]["claimed_on"] == claimed_on
    for review in entry["reviews"]:
        assert review["reviewed_on"] is None
        assert all(source["accessed_on"] is None for source in review["sources"])


@each_claim
def test_numbers_stand_in_record(entry: dict[str, Any], records: list[dict[str, Any]]) -> None:
    """A figure that no record has would be an invented one."""
    known = set[str]().union(*(numbers(text) for record in records for text in texts(record)))
    for text in prose(entry):
        assert numbers(text) <= known


@each_claim
def test_claimant_stands_in_record(entry: dict[str, Any], records: list[dict[str, Any]]) -> None:
    claimant = entry["claim"]["claimant"]
    if claimant is None:
        return
    if claimant["type"] == "unnamed":
        assert claimant["name"] is None
        assert claimant["description"]
        assert "ViFactCheck" not in claimant["description"]  # nobody is known to have said it: no claimant
    else:
        assert any(claimant["name"] in text for record in records for text in texts(record))
    assert claimant["type"] != "person" or claimant["is_public_figure"] is True


@each_claim
def test_sentences_are_our_own(entry: dict[str, Any], records: list[dict[str, Any]]) -> None:
    theirs = set[tuple[str, ...]]().union(
        *(runs(text, SHARED_WORDS + 1) for record in records for text in texts(record))
    )
    shared = {" ".join(run) for text in prose(entry) for run in runs(text, SHARED_WORDS + 1) & theirs}
    assert shared == set()


def test_text_is_nfc() -> None:
    assert all(unicodedata.is_normalized("NFC", text) for text in strings([CLAIMS, NEWSROOM]))


def test_names_known_to_newsroom() -> None:
    verdicts = {"false", "mostly-false", "half-true", "mostly-true", "true", "unproven"}
    topics = {topic["slug"] for topic in NEWSROOM["topics"]}
    languages = {"kiemchung.demo.example": "vi", "checkpoint.demo.example": "en"}
    writers = {
        (membership["publisher"], account["username"])
        for account in NEWSROOM["accounts"]
        for membership in account["memberships"]
    }
    assert {publisher["site"] for publisher in NEWSROOM["publishers"]} == set(languages)
    for entry in CLAIMS:
        assert entry["topics"]
        assert set(entry["topics"]) <= topics
        for review in entry["reviews"]:
            assert review["verdict"] in verdicts
            assert (review["publisher"], review["author"]) in writers
            assert review["language"] == languages[review["publisher"]]


def test_every_topic_and_verdict_used() -> None:
    reviews = [review for entry in CLAIMS for review in entry["reviews"]]
    assert {topic["slug"] for topic in NEWSROOM["topics"]} == {slug for entry in CLAIMS for slug in entry["topics"]}
    published = {review["verdict"] for review in reviews}
    published |= {review["correction"]["changes"]["verdict"] for review in reviews if review["correction"]}
    assert published == {"false", "mostly-false", "half-true", "mostly-true", "true", "unproven"}


def test_accounts_can_publish_in_each_newsroom() -> None:
    """Nobody decides on their own work, so each newsroom needs two who may decide."""
    deciding = Counter(
        membership["publisher"]
        for account in NEWSROOM["accounts"]
        for membership in account["memberships"]
        if membership["role"] in ("editor", "chief_editor")
    )
    assert deciding == {"kiemchung.demo.example": 3, "checkpoint.demo.example": 2}
    administrators = [account for account in NEWSROOM["accounts"] if account["administers_accounts"]]
    assert [account["memberships"] for account in administrators] == [[], []]
    assert not any("password" in account for account in NEWSROOM["accounts"])


def test_publishers_are_samples() -> None:
    for publisher in NEWSROOM["publishers"]:
        assert re.search(r"\((mẫu|sample newsroom)\)\Z", publisher["name"])
        assert publisher["site"].endswith(".demo.example")
        addresses_given = [text for text in strings(publisher) if "://" in text]
        assert len(addresses_given) == 6
        assert all(text.startswith(f"https://{publisher['site']}/") for text in addresses_given)
