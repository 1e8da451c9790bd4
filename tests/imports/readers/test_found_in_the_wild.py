"""ClaimReviews as on the web, case by case: each is read, or refused for a reason that is true."""

import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from factcheck.imports.readers.results import Record, Refusal
from tests.imports.readers.test_claimreview import MINIMAL
from tests.imports.reading import records
from tests.imports.spelled import told, why


def read(folder: Path, content: object) -> list[Record | Refusal]:
    file = folder / "page.json"
    file.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return list(records(file))


def other(number: int) -> dict[str, Any]:
    return MINIMAL | {"url": f"https://www.example.org/{number}"}


def test_graph_whose_nodes_name_each_other(tmp_path):
    """As plugins for websites write it: the organisation and the claim are beside the review."""
    graph = {
        "@graph": [
            MINIMAL
            | {
                "author": [{"@id": "#org"}, {"@type": "Person", "@id": "#gone"}],
                "itemReviewed": {"@id": "#claim"},
                "reviewRating": {"@id": "#rating"},
            },
            {"@type": "Organization", "@id": "#org", "name": "Us", "url": "https://www.example.org/", "email": "x"},
            {"@type": "Claim", "@id": "#claim", "author": {"@id": "#speaker"}, "datePublished": "2020-05-01"},
            {"@type": "Person", "@id": "#speaker", "name": "A. B.", "sameAs": "https://speaker.example/"},
            {"@type": "Rating", "@id": "#rating", "alternateName": "False"},
        ]
    }
    (found,) = read(tmp_path, graph)
    assert isinstance(found, Record)
    data = found.data.to_json_object()
    assert (data["publisher"]["name"], data["publisher"]["url"]) == ("Us", "https://www.example.org/")
    assert (data["claim"]["claimed_on"], data["claim"]["claimant"]["name"]) == ("2020-05-01", "A. B.")
    assert data["claim"]["claimant"]["same_as"] == ["https://speaker.example/"]
    assert data["verdict"]["original"]["label"] == "False"
    assert [told(each) for each in found.dropped] == [
        "/author/1: '#gone' refers to a node that does not exist",
        "/author/0/email: has no place in a record",
    ]


def test_names_that_lead_nowhere(tmp_path):
    (found,) = read(tmp_path, MINIMAL | {"reviewRating": {"@id": "#rating"}})
    assert isinstance(found, Refusal)
    assert why(found) == (
        "/reviewRating: the verdict in words is missing (reviewRating.alternateName);"
        " /reviewRating: '#rating' refers to a node that does not exist"
    )
    (found,) = read(tmp_path, MINIMAL | {"itemReviewed": {"author": {"@id": "#a"}}, "publisher": {"@id": "#b"}})
    assert isinstance(found, Record)
    assert [told(each) for each in found.dropped] == [
        "/publisher: '#b' refers to a node that does not exist",
        "/itemReviewed/author: '#a' refers to a node that does not exist",
    ]


def test_nodes_that_name_each_other_in_a_circle_end(tmp_path):
    """Neither a circle nor names of names grow beyond bounds."""
    names = [{"@id": f"#{number}"} for number in range(100)]
    graph = [
        MINIMAL | {"author": names},
        *({**each, "@type": "Person", "name": each["@id"], "author": names} for each in names),
    ]
    (found,) = read(tmp_path, {"@graph": graph})
    assert isinstance(found, Record)
    assert found.data.to_json_object()["publisher"]["name"] == "#0"


@pytest.mark.parametrize("large", [{"author": [0] * 50_000}, {"keywords": [None] * 50_000}], ids=["copied", "walked"])
def test_large_node_that_is_named_often_is_read_a_few_times(tmp_path, large):
    """A thousand times it would fill 400 MB or take a minute."""
    person = {"@id": "#large", "@type": "Person", "name": "A. B."} | large
    graph = [MINIMAL | {"author": [{"@type": "Organization", "name": "Us"}] + [{"@id": "#large"}] * 1000}, person]
    tracemalloc.start()
    (found,) = read(tmp_path, {"@graph": graph})
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert sum(problem.code == "not_found" for problem in found.dropped) > 980
    assert peak < 20_000_000


@pytest.mark.parametrize("prefix", ["schema:", "http://schema.org/", "https://schema.org/"])
def test_terms_that_are_spelt_out(tmp_path, prefix):
    """By a prefix, or as a JSON-LD processor expands them: lists of value objects and of names."""
    (found,) = read(
        tmp_path,
        [
            {
                "@type": [f"{prefix}ClaimReview"],
                f"{prefix}url": [{"@id": "https://www.example.org/1"}],
                f"{prefix}claimReviewed": [{"@value": "The moon is made of cheese."}],
                f"{prefix}itemReviewed": [{"@type": [f"{prefix}Claim"], f"{prefix}author": [{f"{prefix}name": [{"@value": "A. B."}]}]}],
                f"{prefix}reviewRating": [{f"{prefix}alternateName": [{"@value": "False"}], f"{prefix}ratingValue": [{"@value": 1}]}],
            }
        ],
    )  # fmt: skip
    assert isinstance(found, Record), found
    data = found.data.to_json_object()
    assert (data["original_url"], data["claim"]["text"]) == ("https://www.example.org/1", "The moon is made of cheese.")
    assert data["claim"]["claimant"]["name"] == "A. B."
    assert (data["verdict"]["original"]["label"], data["verdict"]["original"]["value"]) == ("False", "1")
    assert found.dropped == ()


def test_deep_node_of_a_graph_ends_no_import(tmp_path):
    deep = '{"schema:author":' * 450 + "1" + "}" * 450
    graph = json.dumps({"@graph": [MINIMAL | {"author": {"@id": "#deep"}}, other(1), "DEEP"]})
    graph = graph.replace('"DEEP"', f'{{"@id": "#deep", "schema:author": {deep}}}')
    found = read(tmp_path, graph.encode())
    # Python 3.13 reads deeper than earlier ones do.
    assert not isinstance(found[0], Refusal) or why(found[0]) == "nested too deeply"
    assert isinstance(found[1], Record)


def test_several_claims_on_one_page(tmp_path):
    """All at the address of the page: none is taken for another."""
    first, second = read(tmp_path, {"@graph": [MINIMAL, MINIMAL | {"claimReviewed": "The sun is cold."}]})
    assert isinstance(first, Record)
    assert isinstance(second, Record)
    assert first.data.to_json_object()["original_url"] == second.data.to_json_object()["original_url"]
    assert first.key != second.key


def test_byte_order_marks_of_files_that_were_put_together(tmp_path):
    lines = b"".join(b"\xef\xbb\xbf" + json.dumps(other(number)).encode() + b"\n" for number in range(3))
    found = read(tmp_path, lines)
    assert [isinstance(each, Record) for each in found] == [True, True, True]
    assert [each.position.line for each in found] == [1, 2, 3]


def test_web_page_is_refused_as_none_of_the_formats(tmp_path):
    (found,) = read(tmp_path, b'<!doctype html><script type="application/ld+json">{}</script>')
    assert isinstance(found, Refusal)
    assert why(found) == "neither JSON nor CSV with a column original_url: it begins with '<'"


@pytest.mark.parametrize("file", ["averitec/dev.jsonl", "vietnamese/vifactcheck_dev.jsonl"])
def test_rows_of_another_format_are_refused(file: str) -> None:
    assert {type(record) for record in records(Path(__file__).parents[2] / "data" / file)} == {Refusal}
