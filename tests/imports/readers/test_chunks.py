"""Large files are read by a process of its own, and nobody can tell."""

import gzip
import json
import pickle
import tracemalloc
from pathlib import Path

import pytest

from factcheck.imports.readers import chunks as reading
from factcheck.imports.readers.chunks import read_chunks
from factcheck.imports.readers.results import Refusal


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Seven lines: a review, another one without a claim and with a rating of 1.50, a broken one, four more reviews."""
    reviews = [
        {
            "@context": "https://schema.org",
            "@type": "ClaimReview",
            "url": f"https://example.org/{number}",
            "claimReviewed": f"Nước lũ ở Huế đã lên tới mái chùa {number}.",
            "reviewRating": {"@type": "Rating", "alternateName": "Sai", "ratingValue": 1.5},
        }
        for number in range(6)
    ]
    del reviews[1]["claimReviewed"]
    lines = [json.dumps(review, ensure_ascii=False).replace("1.5}", "1.50}") for review in reviews]
    lines.insert(2, '{"@type": "ClaimReview"')
    path = tmp_path / "some reviews.jsonl"
    path.write_text("\n".join(lines))
    return path


def test_large_file_is_read_as_a_small_one(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "CHUNK", 1000)
    here = list(read_chunks(file))
    monkeypatch.setattr(reading, "LARGE", 0)
    assert list(read_chunks(file)) == here
    ((results, size),) = here
    assert [type(result).__name__ for result, _ in results] == ["Record", "Refusal", "Refusal", *["Record"] * 4]
    assert results[1][1]["reviewRating"]["ratingValue"] == 1.5
    assert size == file.stat().st_size


@pytest.mark.parametrize("large", [0, 1024 * 1024])
@pytest.mark.parametrize("written", ["9" * 4301, "-" + "9" * 5000, "1e400", "-1e400", "NaN", "-Infinity"])
def test_number_that_is_none_for_python_or_json_stays_as_it_was_written(tmp_path, monkeypatch, written, large):
    monkeypatch.setattr(reading, "LARGE", large)
    path = tmp_path / "reviews.jsonl"
    path.write_text(f'{{"@type": "ClaimReview", "claimReviewed": {written}, "odd": ["1e4", 1e4, 12]}}')
    ((((result, node),), _),) = read_chunks(path)
    assert isinstance(result, Refusal)
    assert node == {"@type": "ClaimReview", "claimReviewed": written, "odd": ["1e4", 1e4, 12]}
    json.dumps(node, allow_nan=False)


def test_reader_that_dies_is_no_end_of_the_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LARGE", 0)
    monkeypatch.setattr("sys.executable", "/bin/false")
    with pytest.raises(ChildProcessError, match="ended too early"):
        list(read_chunks(file))


def test_reader_that_is_killed_within_a_chunk_is_no_end_of_the_file(file, tmp_path, monkeypatch):
    whole = pickle.dumps([list(range(100_000))], pickle.HIGHEST_PROTOCOL)
    (tmp_path / "half").write_bytes(whole[: len(whole) // 2])
    killed = tmp_path / "killed"
    killed.write_text(f'#!/bin/sh\ncat "{tmp_path}/half"\nkill -9 $$\n')
    killed.chmod(0o700)
    monkeypatch.setattr(reading, "LARGE", 0)
    monkeypatch.setattr("sys.executable", str(killed))
    with pytest.raises(ChildProcessError, match="ended too early"):
        list(read_chunks(file))


def test_reader_ends_with_the_import(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LARGE", 0)
    file.write_text("\n".join([file.read_text()] * 2000))  # more than a pipe holds
    begun = read_chunks(file)
    assert len(next(begun)[0]) == 1000
    begun.close()  # waits for the reader


@pytest.mark.parametrize("large", [0, 1024 * 1024])
def test_file_that_cannot_be_opened_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, large: int) -> None:
    monkeypatch.setattr(reading, "LARGE", large)
    with pytest.raises(OSError, match="directory") as problem:
        list(read_chunks(tmp_path))
    assert str(problem.value.filename) == str(tmp_path)


def test_refused_objects_that_are_long_are_not_gathered(tmp_path: Path) -> None:
    """A hundred megabytes of text in a file of a hundred kilobytes."""
    path = tmp_path / "reviews.jsonl.gz"
    with gzip.open(path, "wt", compresslevel=6) as file:
        for _ in range(50):
            file.write('{"title": "x", "html": "' + "a" * 2 * 1024 * 1024 + '"}\n')
    tracemalloc.start()
    read = [each for chunk, _ in read_chunks(path) for each in chunk]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(read) == 50
    assert all(isinstance(result, Refusal) and node is None for result, node in read)
    assert peak < 25_000_000


def test_chunk_is_closed_by_size_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "CHUNK_CHARACTERS", 1024 * 1024)
    path = tmp_path / "reviews.jsonl.gz"
    with gzip.open(path, "wt") as file:
        file.writelines(f'{{"title": "{number}", "html": "{"a" * 500_000}"}}\n' for number in range(10))
    read = [[node["title"] for _, node in chunk] for chunk, _ in read_chunks(path)]
    assert [title for chunk in read for title in chunk] == [str(number) for number in range(10)]
    assert max(map(len, read)) <= 3
