"""ClaimReview property by property: what is carried, what is dropped with a note, what is refused and why."""

import json
from pathlib import Path
from typing import Any

import pytest

from factcheck.imports.readers.imported_review import ImportedReview
from factcheck.imports.readers.results import Record, Refusal
from factcheck.record.statements.review import Appearance
from tests.imports.reading import records
from tests.imports.spelled import place, told, why
from tests.support.whole import whole

MINIMAL = {
    "@context": "https://schema.org",
    "@type": "ClaimReview",
    "url": "https://www.example.org/review",
    "claimReviewed": "The moon is made of cheese.",
    "reviewRating": {"@type": "Rating", "alternateName": "False"},
}


def read(tmp_path: Path, **changes: Any) -> Record | Refusal:
    """The minimal record with these members changed; a member that is `...` is left out."""
    members = {key: value for key, value in {**MINIMAL, **changes}.items() if value is not ...}
    path = tmp_path / "one.json"
    path.write_text(json.dumps(members))
    (found,) = records(path)
    return found


def taken(tmp_path: Path, **changes: Any) -> Any:
    found = read(tmp_path, **changes)
    assert isinstance(found, Record), found
    return found.data.to_json_object()


def dropped(tmp_path: Path, **changes: Any) -> list[str]:
    found = read(tmp_path, **changes)
    assert isinstance(found, Record), found
    return [told(problem) for problem in found.dropped]


def test_minimal_record_leaves_everything_else_null(tmp_path: Path) -> None:
    found = read(tmp_path)
    assert isinstance(found, Record)
    assert found.dropped == ()
    assert found.key == "aa1463cae5e73ed9eefc9e0297137c663ec1962ec9dda2ee029e0f9198228dd6"
    expected = {
        "id": None,
        "original_url": "https://www.example.org/review",
        "language": "en",
        "language_detected": True,
        "headline": None,
        "summary": None,
        "body": None,
        "claim": {
            "id": None,
            "text": "The moon is made of cheese.",
            "language": "en",
            "claimed_on": None,
            "location": None,
            "claimant": None,
            "appearances": [],
        },
        "verdict": {
            "scale": None,
            "slug": None,
            "label": None,
            "labels": {},
            "value": None,
            "best": None,
            "worst": None,
            "explanation": None,
            "original": {
                "label": "False",
                "value": None,
                "best": None,
                "worst": None,
                "explanation": None,
                "image_url": None,
            },
        },
        "sources": [],
        "publisher": {
            "type": "organization",
            "name": None,
            "site": "example.org",
            "url": None,
            "logo_url": None,
            "same_as": [],
            "description": None,
            "codes": [],
            "methodology_url": None,
            "corrections_url": None,
            "principles_url": None,
            "unnamed_sources_url": None,
            "feedback_url": None,
        },
        "authors": [],
        "topics": [],
        "reviewed_on": None,
        "archive_url": None,
        "license": None,
    }
    assert found.data.to_json_object() == whole(expected, ImportedReview)


@pytest.mark.parametrize(
    "type_", ["ClaimReview", ["Review", "ClaimReview"], "schema:ClaimReview", "http://schema.org/ClaimReview", ...]
)
def test_type_is_recognised(tmp_path: Path, type_: object) -> None:
    assert isinstance(read(tmp_path, **{"@type": type_}), Record)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"claimReviewed": ...}, "/claimReviewed: the claim's text is missing"),
        ({"claimReviewed": None}, "/claimReviewed: the claim's text is missing"),
        ({"claimReviewed": ""}, "/claimReviewed: the claim's text is empty, or not a single text"),
        ({"claimReviewed": " \u200b&nbsp;"}, "/claimReviewed: the claim's text is empty, or not a single text"),
        ({"claimReviewed": 7}, "/claimReviewed: the claim's text is empty, or not a single text"),
        (
            {"claimReviewed": ["one", "two"]},
            "/claimReviewed: the claim's text is empty, or not a single text; "
            "/claimReviewed: 2 texts, but one is expected",
        ),
        ({"claimReviewed": "x" * 10_001}, "/claimReviewed: Write at most 10000 characters. This text has 10001."),
        (
            {"claimReviewed": "cut emoji \ud83d"},
            "/claimReviewed: The character U+D83D can't be stored. Delete the character or retype the text.",
        ),
        ({"reviewRating": ...}, "/reviewRating: the verdict in words is missing (reviewRating.alternateName)"),
        ({"reviewRating": "False"}, "/reviewRating: the verdict in words is missing (reviewRating.alternateName)"),
        (
            {"reviewRating": {"ratingValue": 1}},
            "/reviewRating: the verdict in words is missing (reviewRating.alternateName)",
        ),
        (
            {"reviewRating": {"alternateName": " "}},
            "/reviewRating: the verdict in words is missing (reviewRating.alternateName)",
        ),
        (
            {"reviewRating": {"alternateName": 1}},
            "/reviewRating: the verdict in words is missing (reviewRating.alternateName)",
        ),
        (
            {"reviewRating": [{"alternateName": "False"}, {"alternateName": "True"}]},
            "/reviewRating: more than one rating has a verdict in words",
        ),
        (
            {"reviewRating": {"alternateName": "x" * 2_001}},
            "/reviewRating/alternateName: Write at most 2000 characters. This text has 2001.",
        ),
        (
            {"reviewRating": {"alternateName": ["False", "Sai"]}},
            "/reviewRating: the verdict in words is missing (reviewRating.alternateName);"
            " /reviewRating/alternateName: 2 texts, but one is expected",
        ),
        ({"url": ...}, "/url: the review's own URL is missing"),
        ({"url": ""}, "/url: the review's own URL is missing"),
        ({"url": "/relative"}, "/url: '/relative' isn't an absolute URL (http or https)"),
        ({"url": "javascript:alert(1)"}, "/url: 'javascript:alert(1)' isn't an absolute URL (http or https)"),
        ({"name": "x" * 1_001}, "/name: Write at most 1000 characters. This text has 1001."),
        ({"name": "\ufdd0"}, "/name: The character U+FDD0 can't be stored. Delete the character or retype the text."),
        ({"citation": ["https://example.org/"] * 1_001}, "/citation: has 1001 members; 1000 are allowed"),
        ({"@type": "NewsArticle"}, "/@type: not a ClaimReview but NewsArticle"),
        (
            {"@type": [], "claimReviewed": ...},
            "neither a ClaimReview, nor a claim of claims:search, nor of this project's own format",
        ),
        (
            {"url": ..., "claimReviewed": ...},
            "/url: the review's own URL is missing; /claimReviewed: the claim's text is missing",
        ),
    ],
)
def test_refused_with_its_reason(tmp_path: Path, changes: dict[str, Any], reason: str) -> None:
    found = read(tmp_path, **changes)
    assert isinstance(found, Refusal)
    assert why(found) == reason


def test_refusal_names_the_review(tmp_path: Path) -> None:
    found = read(tmp_path, claimReviewed=...)
    assert isinstance(found, Refusal)
    assert found.address == "https://www.example.org/review"


def test_text_of_a_claim_stands_in_for_claim_reviewed(tmp_path: Path) -> None:
    item = {"@type": "Claim", "text": "Cheese it is.", "inLanguage": "en_GB", "name": "The cheese"}
    claim = taken(tmp_path, claimReviewed=..., itemReviewed=item, inLanguage="vi")["claim"]
    assert (claim["text"], claim["language"], claim["location"]) == ("Cheese it is.", "en-GB", None)
    assert isinstance(read(tmp_path, claimReviewed=..., itemReviewed={**item, "@type": "CreativeWork"}), Refusal)


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (["The moon"], "The moon"),
        (["The moon", " The  moon "], None),
        (["The moon", "The moon\n", None], "The moon"),
        ({"@value": "The moon", "@language": "en"}, "The moon"),
        ("Tom &amp; Jerry&#39;s\r\nmoon\u0007 e\u0301", "Tom & Jerry's\nmoon \u00e9"),
    ],
)
def test_claim_text_forms(tmp_path: Path, written: object, text: str | None) -> None:
    found = read(tmp_path, claimReviewed=written)
    assert (found.data.to_json_object()["claim"]["text"] if isinstance(found, Record) else None) == text


@pytest.mark.parametrize(
    ("written", "language"),
    [
        ("vi", "vi"),
        ("vi_vn", "vi-VN"),
        ({"@type": "Language", "name": "Vietnamese", "alternateName": "vi"}, "vi"),
        (["ar"], "ar"),
        ("Vietnamese", "en"),
        (["vi", "en"], "en"),
        (7, "en"),
    ],
)
def test_language_forms(tmp_path: Path, written: object, language: str) -> None:
    data = taken(tmp_path, inLanguage=written)
    assert (data["language"], data["claim"]["language"]) == (language, language)


def test_rating_is_kept_as_written(tmp_path: Path) -> None:
    path = tmp_path / "one.json"
    rating = '{"alternateName": "Nh\u1ea7m", "ratingValue": 1.50, "bestRating": -1, "worstRating": "5 of 7"'
    rating += ', "ratingExplanation": "Because.\\r\\nReally.", "image": {"@type": "ImageObject", "url": "https://example.org/i"}}'
    path.write_text(json.dumps({**MINIMAL, "reviewRating": "RATING"}).replace('"RATING"', rating))
    (found,) = records(path)
    assert isinstance(found, Record)
    assert found.data.to_json_object()["verdict"]["original"] == {
        "label": "Nh\u1ea7m",
        "value": "1.50",
        "best": "-1",
        "worst": "5 of 7",
        "explanation": "Because.\nReally.",
        "image_url": "https://example.org/i",
    }


def test_rating_with_words_is_taken_among_several(tmp_path: Path) -> None:
    ratings = [{"ratingValue": 4}, {"alternateName": "Mixed", "ratingValue": 3}]
    assert taken(tmp_path, reviewRating=ratings)["verdict"]["original"]["value"] == "3"


def test_texts_and_dates_of_the_review(tmp_path: Path) -> None:
    data = taken(
        tmp_path,
        headline="A  head\nline",
        name="Other",
        abstract="Short.",
        description="Longer.",
        reviewBody="Line.\n\nLine.",
        datePublished="7 tháng 10, 2020",
        archivedAt={"@type": "WebPage", "url": "https://archive.example/1"},
        license="https://example.org/all-rights-reserved",
        sdLicense="https://creativecommons.org/licenses/by/4.0/",
    )
    assert (data["headline"], data["summary"], data["body"]) == ("A head line", "Short.", "Line.\n\nLine.")
    assert (data["reviewed_on"], data["claim"]["claimed_on"]) == ("2020-10-07", None)
    assert data["archive_url"] == "https://archive.example/1"
    assert data["license"] == "https://creativecommons.org/licenses/by/4.0/"


def claimant(tmp_path: Path, author: object) -> Any:
    return taken(tmp_path, itemReviewed={"@type": "Claim", "author": author})["claim"]["claimant"]


@pytest.mark.parametrize(
    ("author", "expected"),
    [
        ({"@type": "Person", "name": "A. B."}, ("person", "A. B.", None)),
        ({"@type": ["Thing", "Person"], "name": " A.  B. "}, ("person", "A. B.", None)),
        ({"@type": "NewsMediaOrganization", "name": "Radio"}, ("organization", "Radio", None)),
        ({"@type": "PoliticalParty", "name": "Party"}, ("organization", "Party", None)),
        ({"name": "Untyped"}, ("person", "Untyped", None)),
        ("Just a name", ("person", "Just a name", None)),
        ([{"@type": "Person", "name": ""}, {"@type": "Person", "name": "Second"}], ("person", "Second", None)),
        ({"@type": "Person", "description": "A Facebook user"}, ("unnamed", None, "A Facebook user")),
    ],
)
def test_claimant_forms(tmp_path: Path, author: object, expected: tuple[str, str | None, str | None]) -> None:
    found = claimant(tmp_path, author)
    assert (found["type"], found["name"], found["description"]) == expected
    assert (found["confirmed"], found["is_public_figure"]) == (False, None)


@pytest.mark.parametrize("author", [None, "", [], {}, {"@type": "Person"}, {"name": " "}, {"@id": "#x"}, 7, True])
def test_claimant_absent(tmp_path: Path, author: object) -> None:
    assert claimant(tmp_path, author) is None


def test_claimant_further_ones_are_noted(tmp_path: Path) -> None:
    item = {"author": ["One", "Two"]}
    assert dropped(tmp_path, itemReviewed=item) == ["/itemReviewed/author: only the first of 2 claimants is kept"]


def test_appearances_of_a_claim(tmp_path: Path) -> None:
    item = {
        "@type": "Claim",
        "url": "https://example.org/claims/1",
        "name": "no place",
        "datePublished": "2017-03-01 20:30:17 UTC",
        "firstAppearance": {"@type": "VideoObject", "contentUrl": "https://video.example/1", "sha256": "AB" * 32},
        "appearance": [
            "https://example.org/a",
            {"@type": "ImageObject", "url": ["https://example.org/b"], "archivedAt": "https://archive.example/b"},
            "https://video.example/1",
            {"@id": "https://example.org/c"},
            "1",
            "",
            None,
            "page.html",
            {"@type": "CreativeWork"},
        ],
    }
    found = read(tmp_path, itemReviewed=item)
    assert isinstance(found, Record)
    claim = found.data.to_json_object()["claim"]
    assert claim["claimed_on"] == "2017-03-01"
    assert claim["location"] is None
    assert [(each["url"], each["medium"], each["first"]) for each in claim["appearances"]] == [
        ("https://video.example/1", "video", True),
        ("https://example.org/a", None, False),
        ("https://example.org/b", "image", False),
        ("https://example.org/c", None, False),
    ]
    assert claim["appearances"][0]["media_sha256"] == "ab" * 32
    assert claim["appearances"][2]["archive_url"] == "https://archive.example/b"
    assert [told(problem) for problem in found.dropped] == [
        "/itemReviewed/appearance: '1' isn't an absolute URL (http or https)",
        "/itemReviewed/appearance: 'page.html' isn't an absolute URL (http or https)",
        "/itemReviewed/url: has no place in a record",
        "/itemReviewed/name: has no place in a record",
    ]


@pytest.mark.parametrize(
    ("work", "medium"),
    [
        ({"@type": "MediaObject", "encodingFormat": "video/*"}, "video"),
        ({"encodingFormat": "Image/PNG"}, "image"),
        ({"@type": "AudioObject", "encodingFormat": "video/mp4"}, "audio"),
        ({"encodingFormat": "application/pdf"}, None),
        ({"encodingFormat": ["text/html; charset=utf-8"]}, "text"),
    ],
)
def test_appearance_has_the_medium_of_its_format(tmp_path: Path, work: dict[str, object], medium: str | None) -> None:
    item = {"@type": "Claim", "appearance": {"url": "https://example.org/a", **work}}
    [appearance] = taken(tmp_path, itemReviewed=item)["claim"]["appearances"]
    assert appearance["medium"] == medium


def test_item_that_is_a_work_is_where_the_claim_was_made(tmp_path: Path) -> None:
    item = {"@type": "AudioObject", "url": "https://example.org/talk", "name": "an address to Congress"}
    item |= {"author": {"@type": "Person", "name": "A. B."}, "datePublished": "2016-06-22"}
    claim = taken(tmp_path, itemReviewed=item)["claim"]
    assert (claim["location"], claim["claimed_on"]) == ("an address to Congress", "2016-06-22")
    assert claim["claimant"]["name"] == "A. B."
    expected = {
        "url": "https://example.org/talk",
        "medium": "audio",
        "media_sha256": None,
        "archive_url": None,
        "first": False,
    }
    assert claim["appearances"] == [whole(expected, Appearance)]


def test_sources(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        citation=[
            "https://example.org/1?a=1&region=2 ",
            "https://example.org/1?a=1&region=2",
            "Smith &amp; Co., Annals 12, 2010",
            {"@type": "Article", "name": "Title", "url": "https://example.org/2", "publisher": {"name": "Annals"}},
            {"headline": "Head", "publisher": "Radio", "archivedAt": "https://archive.example/3", "url": "nowhere"},
            "https://not an address",
            {},
            None,
        ],
        isBasedOn={"@id": "https://example.org/data"},
    )
    assert isinstance(found, Record)
    rows = [(s["title"], s["url"], s["publisher"], s["archive_url"]) for s in found.data.to_json_object()["sources"]]
    assert rows == [
        (None, "https://example.org/1?a=1&region=2", None, None),
        (None, "https://example.org/1?a=1&region=2", None, None),
        ("Smith & Co., Annals 12, 2010", None, None, None),
        ("Title", "https://example.org/2", "Annals", None),
        ("Head", None, "Radio", "https://archive.example/3"),
        (None, "https://example.org/data", None, None),
    ]
    assert {(s["stance"], s["quote"], s["accessed_on"]) for s in found.data.to_json_object()["sources"]} == {
        (None, None, None)
    }
    assert [told(problem) for problem in found.dropped] == [
        "/citation: 'nowhere' isn't an absolute URL (http or https)",
        "/citation: 'https://not an address' isn't an absolute URL (http or https)",
    ]


ORGANIZATION = {"@type": "NewsMediaOrganization", "name": "Checkers", "url": "https://example.org/"}
PERSON = {"@type": "Person", "name": "Reporter"}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"author": ORGANIZATION}, ("organization", "Checkers", [])),
        ({"author": [PERSON, ORGANIZATION]}, ("organization", "Checkers", ["Reporter"])),
        ({"author": PERSON, "publisher": ORGANIZATION}, ("organization", "Checkers", ["Reporter"])),
        ({"author": [PERSON, "Second"]}, ("person", "Reporter", ["Second"])),
        ({"author": "Checkers"}, ("organization", "Checkers", [])),
        ({"author": ["https://example.org/", PERSON]}, ("organization", None, ["Reporter"])),
        ({"publisher": "Checkers"}, ("organization", "Checkers", [])),
        ({"author": {"@id": "#us"}}, ("organization", None, [])),
        ({"author": None}, ("organization", None, [])),
    ],
)
def test_publisher_and_authors(tmp_path: Path, changes: Any, expected: tuple[str, str | None, list[str]]) -> None:
    data = taken(tmp_path, **changes)
    authors = [author["name"] for author in data["authors"]]
    assert (data["publisher"]["type"], data["publisher"]["name"], authors) == expected
    assert data["publisher"]["site"] == "example.org"


def test_publisher_policies_and_profiles(tmp_path: Path) -> None:
    author = {
        **ORGANIZATION,
        "logo": {"@type": "ImageObject", "url": "https://example.org/logo"},
        "image": "https://example.org/image",
        "sameAs": ["https://social.example/us", "", "us", "https://social.example/us"],
        "verificationFactCheckingPolicy": "https://example.org/method",
        "correctionsPolicy": {"@type": "WebPage", "@id": "https://example.org/corrections"},
        "publishingPrinciples": "https://example.org/principles",
        "unnamedSourcesPolicy": "https://example.org/unnamed",
        "actionableFeedbackPolicy": "https://example.org/feedback",
    }
    found = read(tmp_path, author=author)
    assert isinstance(found, Record)
    assert found.data.to_json_object()["publisher"] == {
        "type": "organization",
        "name": "Checkers",
        "site": "example.org",
        "url": "https://example.org/",
        "logo_url": "https://example.org/logo",
        "same_as": ["https://social.example/us"],
        "description": None,
        "codes": [],
        "methodology_url": "https://example.org/method",
        "corrections_url": "https://example.org/corrections",
        "principles_url": "https://example.org/principles",
        "unnamed_sources_url": "https://example.org/unnamed",
        "feedback_url": "https://example.org/feedback",
    }
    assert [told(each) for each in found.dropped] == [
        "/author/sameAs: 'us' isn't an absolute URL (http or https)",
        "/author/image: has no place in a record",
    ]


@pytest.mark.parametrize(
    ("changes", "notes"),
    [
        ({"datePublished": "last week"}, ["/datePublished: 'last week' isn't an unambiguous day"]),
        ({"inLanguage": "English"}, ["/inLanguage: 'English' isn't a language tag (BCP 47)"]),
        ({"headline": ["a", "b"]}, ["/headline: 2 texts, but one is expected"]),
        ({"itemReviewed": [{}, {}]}, ["/itemReviewed: only the first of 2 objects is kept"]),
        ({"archivedAt": ["https://a.example/", "https://b.example/"]}, ["/archivedAt: only the first of several URLs is kept"]),
        ({"itemReviewed": {"author": {"name": "A", "sameAs": [f"https://a.example/{n}" for n in range(51)]}}},
         ["/itemReviewed/author/sameAs: only the first 50 of 51 URLs are kept"]),
    ],
)  # fmt: skip
def test_optional_values_that_cannot_be_carried_are_noted(tmp_path: Path, changes: Any, notes: list[str]) -> None:
    assert dropped(tmp_path, **changes) == notes


def test_other_nodes_of_a_graph_are_no_refusals(tmp_path: Path) -> None:
    path = tmp_path / "page.json"
    path.write_text(json.dumps({"@graph": [{"@type": "WebPage"}, MINIMAL, {"@type": "Organization", "name": "x"}]}))
    (found,) = records(path)
    assert isinstance(found, Record)
    assert place(found.position) == "line 1, /@graph/1"


@pytest.mark.parametrize("hostile", [None, True, 1, -1.5, "", "x", [], [[]], {}, [None], {"@value": {}}, {"@type": 1}])
@pytest.mark.parametrize(
    "key",
    ["@type", "url", "claimReviewed", "reviewRating", "itemReviewed", "author", "publisher", "citation", "isBasedOn",
     "archivedAt", "datePublished", "inLanguage", "name", "license"],
)  # fmt: skip
def test_odd_values_never_break_the_reader(tmp_path: Path, key: str, hostile: object) -> None:
    """Every shape at every place, also one level down, gives a record or a reason."""
    nested = {"url": hostile, "name": hostile, "author": hostile, "appearance": hostile, "sameAs": hostile}
    for value in (hostile, nested, [nested, hostile]):
        found = read(tmp_path, **{key: value})
        assert isinstance(found, Record) or why(found)
