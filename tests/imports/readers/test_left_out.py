"""Properties of a file that a record has no room for are listed, property by property, and never lost in silence."""

import json
from pathlib import Path
from typing import Any

import pytest

from factcheck.imports.readers.results import Record
from tests.imports.own_records import IMPORTER, run
from tests.imports.readers.test_claimreview import MINIMAL, dropped
from tests.imports.reading import records
from tests.support.drafts import Newsroom


@pytest.mark.parametrize(
    ("changes", "places"),
    [
        ({"keywords": "moon", "expires": "2030-01-01", "about": []}, ["/keywords", "/expires"]),
        ({"expires": " ", "image": {"@type": "ImageObject"}, "about": [None, {"@value": ""}]}, []),
        ({"headline": 7}, ["/headline"]),
        ({"headline": True, "name": "Said"}, ["/headline"]),
        ({"headline": "Said", "name": "Said otherwise"}, ["/name"]),
        ({"author": {"@id": "#us", "name": "Us", "address": {"addressCountry": "VN"}}}, ["/author/address"]),
        ({"citation": [{"url": "https://a.example/", "about": "x"}, {"name": "B", "pageEnd": 7}]},
         ["/citation/0/about", "/citation/1/pageEnd"]),
        ({"reviewRating": [{"alternateName": "False"}, {"ratingValue": 1}]}, ["/reviewRating/1/ratingValue"]),
        ({"itemReviewed": "The moon"}, ["/itemReviewed"]),
        ({"itemReviewed": {"@type": "Claim", "text": "Another moon."}}, ["/itemReviewed/text"]),
        ({"itemReviewed": {"@type": "Claim", "appearance": {"url": "https://a.example/", "contentUrl": "https://a.example/v"}}},
         ["/itemReviewed/appearance/contentUrl"]),
        ({"license": "https://a.example/l", "sdLicense": "https://a.example/sd"}, ["/license"]),
        ({"schema:odd/key~": 1}, ["/schema:odd~1key~0"]),
        ({"inLanguage": {"@type": "Language", "name": "Vietnamese"}}, ["/inLanguage/name"]),
    ],
)  # fmt: skip
def test_property_that_is_not_kept_is_named(tmp_path: Path, changes: dict[str, Any], places: list[str]) -> None:
    assert sorted(note.partition(": ")[0] for note in dropped(tmp_path, **changes)) == sorted(places)


def test_import_lists_what_it_does_not_keep(newsroom: Newsroom, tmp_path: Path) -> None:
    file = tmp_path / "reviews.jsonl"
    rows = [
        {**MINIMAL, "keywords": ["moon"], "itemReviewed": {"author": [{"name": "A", "email": "a@a.example"}]}},
        {**MINIMAL, "url": "https://www.example.org/2", "keywords": ["sun"], "datePublished": "3/4/2020"},
        {**MINIMAL, "url": "nowhere", "keywords": ["stars"]},
    ]
    file.write_text("\n".join(map(json.dumps, rows)))
    printed = run("import_reviews", file, by=IMPORTER, refused=tmp_path / "refused.jsonl")
    listing = tmp_path / "refused.left-out.jsonl"
    start = printed.index(f"Values of imported records that were not kept ({listing}):")
    assert printed[start + 1 : start + 4] == [
        "  /keywords not_carried: 2",
        "  /itemReviewed/author/email not_carried: 1",
        "  /datePublished no_date: 1",
    ]
    first, second = map(json.loads, listing.read_text(encoding="utf-8").splitlines())
    assert (first["line"], first["address"]) == (1, "https://www.example.org/review")
    assert [reason["pointer"] for reason in first["reasons"]] == ["/keywords", "/itemReviewed/author/0/email"]
    assert second["reasons"][0] == {
        "pointer": "/datePublished", "code": "no_date", "detail": "'3/4/2020' isn't an unambiguous day",
    }  # fmt: skip
    assert "a@a.example" not in listing.read_text(encoding="utf-8")


def test_name_of_a_property_is_printed_so_that_it_does_nothing(newsroom: Newsroom, tmp_path: Path) -> None:
    file = tmp_path / "reviews.jsonl"
    odd = {"\ud800": 1, "\x1b[2J": 1, "a\nb": 1, "\u202e\x9b": 1, "tên lạ 😀": 1}
    file.write_text(json.dumps({**MINIMAL, **odd}))
    printed = run("import_reviews", file, by=IMPORTER, refused=tmp_path / "refused.jsonl")
    "\n".join(printed).encode()
    named = [line.removesuffix(" not_carried: 1") for line in printed if line.endswith(" not_carried: 1")]
    assert named == [r"  /\ud800", r"  /\u001b[2J", r"  /a\nb", r"  /\u202e\u009b", "  /tên lạ 😀"]
    assert printed[-1].startswith("Import ")


def test_record_of_a_thousand_odd_properties_is_noted_in_bounds(tmp_path: Path) -> None:
    path = tmp_path / "one.json"
    path.write_text(json.dumps({**MINIMAL, **{f"odd{number}": 1 for number in range(5000)}}))
    (found,) = records(path)
    assert isinstance(found, Record)
    assert len(found.dropped) == 1000


@pytest.mark.parametrize("depth", [*(pytest.param(depth, marks=pytest.mark.prove) for depth in (300, 700)), 900])
@pytest.mark.parametrize("key", ["odd", "url", "author", "claimReviewed"])
def test_deep_nesting_ends_no_import(newsroom: Newsroom, tmp_path: Path, key: str, depth: int) -> None:
    file = tmp_path / "deep.jsonl"
    deep = '{"url":' * depth + "1" + "}" * depth
    lines = [json.dumps({**MINIMAL, key: "DEEP"}).replace('"DEEP"', deep), json.dumps(MINIMAL)]
    file.write_text("\n".join(lines))
    assert run("import_reviews", file, by=IMPORTER)[0].startswith("1 new, ")
