"""Every wrapping, and what a damaged file gives."""

import gzip
import json
import resource
import sys
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from factcheck.imports.readers import chunks, files
from factcheck.imports.readers.files import Candidate, ReviewFile
from factcheck.imports.readers.results import Record
from tests.imports.reading import records
from tests.imports.spelled import place, why

REST = " (the rest of the file was not read)"
A, B, C = ({"@type": "ClaimReview", "url": name} for name in "abc")


def read(tmp_path: Path, content: str | bytes) -> list[str]:
    """The addresses of the objects found with their places, and the reasons where something cannot be read."""
    path = tmp_path / "file"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with ReviewFile(path) as file:
        return [
            f"{found.node.get('url')} at {place(found.position)}"
            if isinstance(found, Candidate)
            else f"{place(found.position)}: {why(found)}"
            for found in file.objects()
        ]


@pytest.mark.parametrize("stream_from", [files.STREAM_FROM, 0])
@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (A, ["a at line 1"]),
        ([A, B], ["a at line 1, /0", "b at line 1, /1"]),
        ([[A], [], [None, [B]]], ["a at line 1, /0/0", "b at line 1, /2/1/0"]),
        ({"@context": "x", "@graph": [A, B]}, ["a at line 1, /@graph/0", "b at line 1, /@graph/1"]),
        ([{"@graph": [A]}, B], ["a at line 1, /0/@graph/0", "b at line 1, /1"]),
        (
            {
                "@type": "DataFeed",
                "dataFeedElement": [
                    {"@type": "DataFeedItem", "item": None},
                    {"@type": "DataFeedItem", "item": A},
                    {"@type": ["DataFeedItem"], "item": [None, B, None, C]},
                    {"@type": "DataFeedItem"},
                    None,
                ],
                "dateModified": "2020-01-01",
            },
            [
                "a at line 1, /dataFeedElement/1/item",
                "b at line 1, /dataFeedElement/2/item/1",
                "c at line 1, /dataFeedElement/2/item/3",
            ],
        ),
        (
            {"dataFeedElement": [{"@type": "DataFeedItem", "dateDeleted": "2020-01-01", "item": A}]},
            ["line 1, /dataFeedElement/0: /dateDeleted: withdrawn by its publisher"],
        ),
        (
            [1, "x", A],
            [
                "line 1, /0: a single value, but an object is expected",
                "line 1, /1: a single value, but an object is expected",
                "a at line 1, /2",
            ],
        ),
        ([], []),
        ({"@graph": []}, []),
    ],
)
def test_wrapping_is_opened(tmp_path, monkeypatch, document, expected, stream_from):
    """Once decoded whole, once read member by member as large files are."""
    monkeypatch.setattr(files, "STREAM_FROM", stream_from)
    assert read(tmp_path, json.dumps(document)) == expected
    assert read(tmp_path, b"\xef\xbb\xbf" + json.dumps(document).encode() + b"\n") == expected
    assert read(tmp_path, gzip.compress(json.dumps(document).encode())) == expected


def test_pretty_printed_array_has_lines(tmp_path: Path) -> None:
    assert read(tmp_path, "\n[\n " + json.dumps(A) + ",\n " + json.dumps(B) + "\n]\n") == [
        "a at line 2, /0",
        "b at line 2, /1",
    ]


def test_json_lines_blank_lines_and_bad_lines(tmp_path: Path) -> None:
    lines = [json.dumps(A), "", "{oops", json.dumps(B) + "\r", '{"url": "x', json.dumps(C) + ",", "[1", json.dumps([C])]
    assert read(tmp_path, "\n".join(lines)) == [
        "a at line 1",
        "line 3: not JSON: Expecting property name enclosed in double quotes at character 2",
        "b at line 4",
        "line 5: not JSON: Unterminated string starting at at character 9",
        "line 6: not JSON: Extra data at character 37",
        "line 7: not JSON: Expecting ',' delimiter at character 3",
        "c at line 8, /0",
    ]


@pytest.mark.parametrize("first", ['{"url": "x', '{"url": 1,', '{"url": tru}', "{oops"])
def test_json_lines_bad_first_line(tmp_path: Path, first: str) -> None:
    found = read(tmp_path, f"{first}\n{json.dumps(A)}\n{json.dumps(B)}\n")
    assert found[0].startswith("line 1: not JSON: ")
    assert found[1:] == ["a at line 2", "b at line 3"]


def test_json_lines_nested_too_deeply(tmp_path: Path) -> None:
    assert read(tmp_path, "\n".join([json.dumps(A), "[" * 100_000, json.dumps(B)])) == [
        "a at line 1",
        "line 2: nested too deeply",
        "b at line 3",
    ]


def test_deep_arrays_are_read_whole_below_a_depth(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "STREAM_FROM", 1)
    monkeypatch.setattr(files, "MAX_VALUE", 100_000)
    assert read(tmp_path, "[" * 9 + json.dumps(A) + "]" * 9) == ["a at line 1, /0/0/0/0/0/0/0/0/0"]
    assert read(tmp_path, "[" * 9 + json.dumps({"url": "x" * 300_000}) + "]" * 9) == [
        "line 1: a record is too long (16 million characters are allowed)" + REST
    ]


def test_documents_one_after_the_other(tmp_path: Path) -> None:
    pretty = json.dumps(A, indent=1)
    assert read(tmp_path, f"{pretty}\n{json.dumps(B, indent=1)}") == ["a at line 1", "b at line 5"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", ["line 1: the file is empty"]),
        (b"\xef\xbb\xbf \n", ["line 2: the file is empty"]),
        (b"<html>", ["line 1: neither JSON nor CSV with a column original_url: it begins with '<'"]),
        (b"\n\nurl,claim\n", ["line 3: neither JSON nor CSV with a column original_url: it begins with 'u'"]),
        (json.dumps(A).encode("utf-16"), ["line 1: the file is in UTF-16. Save it in UTF-8" + REST]),
        (b"[" * 100_000, ["line 1: nested too deeply" + REST]),
        (b'[{"@type": "ClaimReview", "url": "a"},\n oops]', ["line 2: not JSON: Expecting value" + REST]),
        (b'[{"url": "a"}', ["line 1: not JSON: Expecting ',' delimiter" + REST]),
        (b'{\n "a": 1,\n "b" 2\n}', ["line 3: not JSON: Expecting ':' delimiter" + REST]),
        (b'{"@type": "ClaimReview", "url": NaN}', ["NaN at line 1"]),
        (b'{"url": "a", "url": "b"}', ["b at line 1"]),
    ],
)
def test_damaged_file_says_so(tmp_path: Path, content: bytes, expected: list[str]) -> None:
    assert read(tmp_path, content) == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('[{"url": "a"}, oops]', ["a at line 1, /0", "line 1: not JSON: Expecting value" + REST]),
        ('[{"url": "a"}', ["a at line 1, /0", "line 1: the file ends too early" + REST]),
        ('[{"url": "a"} {}]', ["a at line 1, /0", "line 1: expected ',' or ']', found '{'" + REST]),
        ('{"@graph": [{"url": "a"}], 1: 2}', ["a at line 1, /@graph/0", "line 1: expected '\"', found '1'" + REST]),
        ("{}", []),
    ],
)
def test_large_damaged_file_gives_what_stands_before(tmp_path, monkeypatch, content, expected):
    monkeypatch.setattr(files, "STREAM_FROM", 1)
    assert read(tmp_path, content) == expected


def test_damaged_gzip_gives_what_stands_before(tmp_path: Path) -> None:
    lines = b"".join(json.dumps({"url": f"{number:x}" * 50}).encode() + b"\n" for number in range(5000))
    found = read(tmp_path, gzip.compress(lines)[:-2000])
    assert len(found) > 100
    assert "the gzip file is damaged" in found[-1]
    assert read(tmp_path, b"\x1f\x8bnot gzip at all")[0].startswith("line 1: the gzip file is damaged")


def test_bytes_that_are_not_utf8_refuse_their_record_alone(tmp_path: Path) -> None:
    path = tmp_path / "latin.jsonl"
    start = b'{"original_url": "https://example.org/", "verdict": {"original": {"label": "x"}}, '
    line = start + b'"claim": {"text": "caf%s"}}\n'
    path.write_bytes(line % b"\xc3\xa9" + line % b"\xe9" + line % b"\xc3\xa9")
    first, second, third = records(path)
    assert isinstance(first, Record)
    assert place(second.position) == "line 2"
    assert not isinstance(second, Record)
    assert why(second) == "/claim/text: The character U+DCE9 can't be stored. Delete the character or retype the text."
    assert isinstance(third, Record)


def test_line_too_long_is_stepped_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_VALUE", 100_000)
    long = json.dumps({"url": "x" * 300_000})
    assert read(tmp_path, "\n".join([json.dumps(A), long, json.dumps(B), long])) == [
        "a at line 1",
        "line 2: a line longer than 100000 characters",
        "b at line 3",
        "line 4: a line longer than 100000 characters",
    ]


def test_value_too_long_ends_a_document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "STREAM_FROM", 1_000)
    monkeypatch.setattr(files, "MAX_VALUE", 100_000)
    assert read(tmp_path, json.dumps([A, {"url": "x" * 300_000}, B])) == [
        "a at line 1, /0",
        "line 1: a record is too long (16 million characters are allowed)" + REST,
    ]


def rows(count: int, length: int = 3_000) -> Iterator[dict[str, object]]:
    for number in range(count):
        yield {
            "@type": "ClaimReview",
            "url": f"https://example.org/{number}",
            "claimReviewed": f"Claim {number}: " + "x" * length,
            "reviewRating": {"alternateName": "False"},
        }


@pytest.mark.prove
@pytest.mark.parametrize("shape", ["lines", "array", "feed", "gzip"])
def test_memory_stays_flat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shape: str) -> None:
    """A file of 13 MB in one line or in many is read in less than 8 MB, most of it the text around one record."""
    path = tmp_path / "large"
    texts = [json.dumps(row) for row in rows(4_000)]
    content = {
        "lines": "\n".join(texts),
        "gzip": "\n".join(texts),
        "array": "[" + ",".join(texts) + "]",
        "feed": '{"@type":"DataFeed","dataFeedElement":['
        + ",".join('{"@type":"DataFeedItem","item":[' + text + "]}" for text in texts)
        + '],"dateModified":"2020-01-01"}',
    }[shape].encode()
    path.write_bytes(gzip.compress(content) if shape == "gzip" else content)
    del texts, content
    monkeypatch.setattr(chunks, "CHUNK", 1)
    monkeypatch.setattr(chunks, "LARGE", 10**9)  # read in this process
    next(chunks.read_chunks(path))  # loads the model that detects languages
    count, seen = 0, []
    tracemalloc.start()
    for chunk, done in chunks.read_chunks(path):
        count += sum(isinstance(result, Record) for result, _ in chunk)
        seen.append(done)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 4_000
    assert peak < 8_000_000
    assert seen == sorted(seen)
    assert 0 < seen[0] <= seen[-1] == path.stat().st_size


@pytest.mark.prove
def test_million_rows_in_flat_memory(tmp_path: Path) -> None:
    """Peak of the whole process: what it had before and less than 30 MB more."""
    path = tmp_path / "million.jsonl.gz"
    with gzip.open(path, "wt", compresslevel=1) as file:
        file.writelines(json.dumps(row) + "\n" for row in rows(1_000_000, length=200))
    unit = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss, in bytes
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    assert sum(isinstance(each, Record) for each in records(path)) == 1_000_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit - before < 30_000_000
