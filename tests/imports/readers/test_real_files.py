"""The real files, every record: what is taken in, what is refused and why, and that each says what its line says."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from factcheck.imports.readers.results import Record, Refusal
from factcheck.record.statements.review import Appearance
from tests.imports import averitec
from tests.imports.reading import records
from tests.imports.spelled import day, line, text, told, why
from tests.whole import whole

FILES = ("averitec_candidates", "ten_publishers", "publishers_pages")
Rows = dict[tuple[str, int], Record | Refusal]


@pytest.fixture(scope="module")
def found(real_data: Path) -> Rows:
    """All records by file and line."""
    return {
        (name, record.position.line): record
        for name in FILES
        for record in records(real_data / "claimreview" / f"{name}.jsonl")
    }


@pytest.fixture(scope="module")
def taken(found: Rows) -> dict[tuple[str, int], Any]:
    return {place: record.data for place, record in found.items() if isinstance(record, Record)}


def test_counts(found: Rows) -> None:
    taken = [record for record in found.values() if isinstance(record, Record)]
    assert len(found) == 8018
    assert len(taken) == 7892
    assert len({record.key for record in taken}) == 7849
    originals = [record.data["verdict"]["original"] for record in taken]
    assert len({original["label"] for original in originals if original}) == 1595


@pytest.mark.prove
def test_languages_that_are_detected(taken: dict[tuple[str, int], Any]) -> None:
    """No file states a language."""
    languages = Counter(data["language"] for data in taken.values())
    assert languages == {
        "en": 6703,
        "und": 1053,
        "ar": 32,
        "ur": 20,
        "mr": 18,
        "ta": 14,
        "ml": 14,
        "hi": 10,
        "te": 10,
        "gu": 9,
        "or": 6,
        "es": 2,
        "fr": 1,
    }


def test_refusals_by_cause(found: Rows) -> None:
    causes = Counter((name, why(record)) for (name, _), record in found.items() if isinstance(record, Refusal))
    assert causes == {
        ("ten_publishers", "/claimReviewed: the claim's text is missing"): 124,
        ("publishers_pages", "/claimReviewed: the claim's text is empty, or not a single text"): 1,
        ("publishers_pages", "/reviewRating: the verdict in words is missing (reviewRating.alternateName)"): 1,
    }


def test_values_left_out(found: Rows) -> None:
    """Field by field, all that the files say and the records do not."""
    notes = Counter(
        (name, re.sub("/[0-9]+(?=/|$)", "", each.pointer), each.code)
        for (name, _), record in found.items()
        if isinstance(record, Record)
        for each in record.dropped
    )
    assert notes == {
        ("ten_publishers", "/keywords", "not_carried"): 204,
        ("publishers_pages", "/itemReviewed/appearance", "no_address"): 2,
        ("publishers_pages", "/itemReviewed/author/sameAs", "no_address"): 1,
        ("publishers_pages", "/itemReviewed/author/image", "not_carried"): 2,
        ("publishers_pages", "/itemReviewed/author/url", "not_carried"): 1,
        ("publishers_pages", "/itemReviewed/keywords", "not_carried"): 1,
        ("publishers_pages", "/retrieved_by", "not_carried"): 1,
    }
    page = found["publishers_pages", 8]
    assert isinstance(page, Record)
    assert [told(each) for each in page.dropped[:2]] == [
        "/itemReviewed/appearance: '1' isn't an absolute URL (http or https)",
        "/itemReviewed/appearance: 'glem-smertestillende-piller-forskere-anbefaler-at-drikke-en-l.html'"
        " isn't an absolute URL (http or https)",
    ]


def test_repeated_records_are_equal(found: Rows) -> None:
    """43 records are in the files more than once, word for word."""
    first: dict[str, Any] = {}
    repeated = 0
    for record in found.values():
        if isinstance(record, Record):
            repeated += record.key in first
            assert first.setdefault(record.key, record.data) == record.data
    assert repeated == 43


@pytest.mark.prove
def test_every_record_says_what_its_line_says(taken: dict[tuple[str, int], Any], real_data: Path) -> None:
    """Field by field against the file, with the normalisations written out once more and independently."""
    lines = {
        (name, number): json.loads(raw)
        for name in FILES
        for number, raw in enumerate(
            (real_data / "claimreview" / f"{name}.jsonl").read_text("utf-8").strip("\n").split("\n"), 1
        )
    }
    for place, data in taken.items():
        raw = lines[place]
        item, rating, publisher = raw.get("itemReviewed") or {}, raw["reviewRating"], raw["author"]
        speaker = item.get("author") or {}
        assert data["original_url"] == raw["url"]
        assert data["language"] == data["claim"]["language"]
        assert data["language_detected"] == (data["language"] != "und")
        assert data["headline"] == line(raw.get("name"))
        assert (data["summary"], data["body"], data["authors"], data["topics"]) == (None, None, [], [])
        assert data["claim"]["text"] == text(raw["claimReviewed"])
        assert data["claim"]["claimed_on"] == day(item.get("datePublished"))
        assert data["claim"]["location"] == line(item.get("name"))
        assert (data["claim"]["claimant"] or {}).get("name") == line(speaker.get("name"))
        assert (data["claim"]["claimant"] or {}).get("job_title") == line(speaker.get("jobTitle"))
        assert data["verdict"]["original"]["label"] == text(rating["alternateName"])
        for ours, theirs in (("value", "ratingValue"), ("best", "bestRating"), ("worst", "worstRating")):
            assert data["verdict"]["original"][ours] == (str(rating[theirs]) if theirs in rating else None)
        assert data["verdict"]["original"]["image_url"] == rating.get("image")
        assert [source["url"] for source in data["sources"]] == [url.strip() for url in raw.get("citation", [])]
        assert data["publisher"]["name"] == line(publisher.get("name"))
        assert data["publisher"]["url"] == publisher["url"]
        assert data["publisher"]["type"] == publisher["@type"].lower()
        assert raw["url"].split("/")[2].removeprefix("www.").removesuffix(":80") == data["publisher"]["site"]
        assert data["reviewed_on"] == day(raw.get("datePublished"))
        assert data["archive_url"] == raw.get("archivedAt")
    assert sum(len(data["sources"]) for data in taken.values()) == 2378


@pytest.mark.parametrize(
    ("place", "pointer", "expected"),
    [
        (("publishers_pages", 1), "publisher/name", None),
        (("publishers_pages", 1), "publisher/site", "politifact.com"),
        (("publishers_pages", 1), "publisher/logo_url", "http://static.politifact.com/mediapage/jpgs/politifact-logo-big.jpg"),
        (("publishers_pages", 1), "publisher/same_as", ["https://twitter.com/politifact"]),
        (("publishers_pages", 1), "claim/location", "The St. Petersburg Times interview [...]"),
        (("publishers_pages", 1), "claim/claimed_on", "2014-07-17"),
        (("publishers_pages", 1), "claim/claimant/same_as", ["https://en.wikipedia.org/wiki/Rick_Perry", "https://rickperry.org/"]),
        (("publishers_pages", 1), "claim/claimant/confirmed", False),
        (("publishers_pages", 1), "verdict/original/value", "1"),
        (("publishers_pages", 1), "verdict/original/worst", None),
        (("publishers_pages", 3), "reviewed_on", "2020-10-07"),
        (("publishers_pages", 3), "claim/appearances/0/url", "https://www.facebook.com/zoilocnieto/posts/3638208249543989"),
        (("publishers_pages", 3), "verdict/original/best", "1"),
        (("publishers_pages", 4), "claim/claimed_on", None),
        (("publishers_pages", 4), "claim/location", None),
        (("publishers_pages", 4), "claim/appearances", []),
        (("publishers_pages", 4), "claim/claimant/same_as", []),
        (("publishers_pages", 4), "publisher/logo_url",
         "https://factuel.afp.com/sites/all/themes/custom/afpblog/v2/assets/img/Logo_AFP.svg"),
        (("publishers_pages", 5), "claim/text", "Did Donald Trump inherit an economic mess?"),
        (("publishers_pages", 5), "reviewed_on", "2017-03-01"),
        (("publishers_pages", 5), "verdict/original/value", "-1"),
        (("publishers_pages", 6), "reviewed_on", "2020-03-10"),
        (("publishers_pages", 6), "claim/claimed_on", "2020-02-03"),
        (("publishers_pages", 6), "verdict/original/label", "C’est plus compliqué"),
        (("publishers_pages", 8), "reviewed_on", "2019-01-23"),
        (("publishers_pages", 8), "publisher/type", "person"),
        (("publishers_pages", 8), "claim/claimant/name", "Detdette.dk"),
        (("publishers_pages", 8), "claim/claimant/same_as", []),
        (("publishers_pages", 8), "claim/appearances",
         [whole({"url": "https://deldette.dk/post/5967", "medium": None, "media_sha256": None, "archive_url": None, "first": False},
                Appearance)]),
        (("ten_publishers", 472), "headline",
         '"వాస్తవ తనిఖీ: దేశవ్యాప్త లాక్డౌన్ సంబంధించి వార్తా ఛానల్ యొక్క నకిలీ స్క్రీన్ షాట్ వైరల్ అయ్యింది"'),
        (("averitec_candidates", 3104), "claim/claimant/name", "Facebook page Amethi Rae Bareli ki Kahani"),
    ],
)  # fmt: skip
def test_hard_records(taken, place, pointer, expected):
    value = taken[place]
    for step in pointer.split("/"):
        value = value[int(step) if step.isdigit() else step]
    assert value == expected


def test_verdict_of_a_thousand_characters_is_kept(taken: dict[tuple[str, int], Any]) -> None:
    label = taken["averitec_candidates", 2880]["verdict"]["original"]["label"]
    assert len(label) == 1019
    assert sum(len(data["verdict"]["original"]["label"]) > 500 for data in taken.values()) == 9


@pytest.fixture(scope="module")
def evidence(real_data: Path) -> list[dict[str, Any]]:
    return averitec.converted(real_data / "averitec" / "dev.jsonl")


def own_format(tmp_path: Path, rows: list[dict[str, Any]]) -> list[Record]:
    path = tmp_path / "averitec.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    found = list(records(path))
    assert all(isinstance(record, Record) for record in found)
    return [record for record in found if isinstance(record, Record)]


def test_averitec_claims_and_evidence(tmp_path: Path, evidence: list[dict[str, Any]]) -> None:
    """All 1,360 places of evidence arrive: 1,278 addresses, and 82 words that aren't addresses, as titles."""
    taken = own_format(tmp_path, evidence)
    sources = [source for record in taken for source in record.data["sources"]]
    assert len(taken) == 500
    assert len(sources) == 1360
    assert sum(source["url"] is not None for source in sources) == 1278
    assert Counter(source["title"] for source in sources if source["url"] is None) == {
        "Metadata": 79,
        "alcula.com": 1,
        "abc.net.au/news/2019-05-04/payout-for-australian-justine-damond-ruszczyk-death-by-police/11079930": 1,
        "nature.com/articles/d41586-020-00254-7": 1,
    }
    assert sum(source["quote"] is not None for source in sources) == 707
    assert sum(len(record.data["claim"]["appearances"]) for record in taken) == 262
    assert Counter((record.data["verdict"]["original"] or {}).get("label") for record in taken) == {
        "Refuted": 305,
        "Supported": 122,
        "Conflicting Evidence/Cherrypicking": 38,
        "Not Enough Evidence": 35,
    }


def test_averitec_rows_of_one_claim_join_into_one_record(tmp_path: Path, evidence: list[dict[str, Any]]) -> None:
    """Nine rows annotate a page and claim that another row has already: 491 records with the same evidence."""
    assert len({record.key for record in own_format(tmp_path, evidence)}) == 491
    joined = own_format(tmp_path, averitec.merged(evidence))
    assert len({record.key for record in joined}) == len(joined) == 491
    assert sum(len(record.data["sources"]) for record in joined) == 1360


def test_averitec_first_record(tmp_path: Path, evidence: list[dict[str, Any]]) -> None:
    data = own_format(tmp_path, evidence[:1])[0].data
    page = (
        "https://web.archive.org/web/20201130144023/https://checkyourfact.com/2020/11/03/"
        "fact-check-sean-connery-letter-steve-jobs-apple-1998/"
    )
    assert (data["original_url"], data["archive_url"], data["publisher"]["site"]) == (page, page, "checkyourfact.com")
    assert data["claim"]["claimed_on"] == "2020-10-31"
    assert [source["quote"] for source in data["sources"]] == [
        None,
        "Scoopertino is an imaginary news organization devoted to ferreting out the most relevant stories in the world "
        "of Apple, whether or not they actually occurred - says their about page",
    ]


def test_rows_of_another_format_are_refused(real_data: Path) -> None:
    found = list(records(real_data / "averitec" / "dev.jsonl"))
    assert len(found) == 500
    assert not any(isinstance(record, Record) for record in found)
    vietnamese = list(records(real_data / "vietnamese" / "vifactcheck_dev.jsonl"))
    assert len(vietnamese) == 723
    assert not any(isinstance(record, Record) for record in vietnamese)
