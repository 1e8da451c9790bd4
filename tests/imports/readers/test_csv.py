"""CSV files of reviews, as spreadsheets and programs write them."""

import csv
import gzip
import io
import json
import tracemalloc
from pathlib import Path

import pytest

from factcheck.imports.readers import chunks, csv_rows
from factcheck.imports.readers.results import Record, Refusal
from tests.imports.own_records import IMPORTER, bodies, publish, run, take, write
from tests.imports.reading import records
from tests.imports.spelled import place, why
from tests.support.drafts import Newsroom

HEADER = ("original_url", "claim.text", "verdict.original.label", "language")
ROW = ("https://a.example/1", "Trời mưa.", "Sai", "vi")


def table(*rows: tuple[str, ...], delimiter: str = ",", end: str = "\n") -> str:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator=end).writerows(rows)
    return out.getvalue()


def read(folder: Path, content: str | bytes) -> list[Record | Refusal]:
    file = folder / "reviews"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(records(file))


def reasons(folder: Path, content: str | bytes) -> list[str]:
    return [
        f"{place(each.position)}: {why(each) if isinstance(each, Refusal) else 'taken'}"
        for each in read(folder, content)
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("wrapped", [bytes, b"\xef\xbb\xbf".__add__, gzip.compress])
def test_separators_line_ends_and_wrappings(tmp_path, delimiter, end, wrapped):
    second = ("https://a.example/2", 'Nói: "a;b,c\td"\n\n  rồi thôi', "Đúng", "")
    found = read(tmp_path, wrapped(table(HEADER, ROW, (), second, ROW[:3], delimiter=delimiter, end=end).encode()))
    assert [place(each.position) for each in found] == ["line 2", "line 4", "line 7"]
    taken = [each.data.to_json_object() for each in found if isinstance(each, Record)]
    assert [(each["claim"]["text"], each["language"]) for each in taken] == [
        ("Trời mưa.", "vi"), ('Nói: "a;b,c\td"\n\n  rồi thôi', "vi"), ("Trời mưa.", "vi"),
    ]  # fmt: skip


def test_decomposed_vietnamese_and_right_to_left(tmp_path):
    decomposed = "Tro\u031b\u0300i mu\u031ba."
    arabic = "\u202bالقمر جبن\u202c"
    first, second = read(tmp_path, table(HEADER, (ROW[0], decomposed, "Sai", "vi"), (ROW[0], arabic, "خطأ", "ar")))
    assert first.data.to_json_object()["claim"]["text"] == "Trời mưa."
    assert second.data.to_json_object()["claim"]["text"] == arabic


FULL = {
    "id": "2f0c6bb4-6d9c-4b0e-8a52-0d9a3a1f6b11",
    "original_url": "https://a.example/1",
    "language": "en",
    "headline": "Head",
    "summary": "Short.",
    "body": "Long.\n\nLonger.",
    "claim": {
        "id": "2f0c6bb4-6d9c-4b0e-8a52-0d9a3a1f6b12", "text": "It rains.", "language": "vi", "claimed_on": "2024-05-01",
        "location": "Huế",
        "claimant": {
            "id": None, "type": "person", "name": "A. B.", "description": "Minister of rain", "job_title": "Minister",
            "same_as": ["https://p.example/1", "https://p.example/2"], "confirmed": True, "is_public_figure": False,
        },
        "appearances": [{"url": "https://s.example/1", "medium": "video", "media_sha256": None, "archive_url": None, "first": True}],
    },
    "verdict": {
        "scale": "truth", "slug": "false", "label": "False", "labels": {"vi": "Sai"}, "value": 1, "best": 5, "worst": -1,
        "explanation": "Because.",
        "original": {"label": "Nope", "value": "1.50", "best": "5", "worst": "1", "explanation": "So.", "image_url": "https://a.example/i"},
    },
    "sources": [{"title": "T", "url": "https://b.example/", "publisher": "P", "stance": "refutes", "quote": "Q", "archive_url": None, "accessed_on": "2024-05-02", "primary": True}],
    "selection": {"reason": "harm", "note": "Floods."},
    "publisher": {
        "type": "organization", "name": "A", "site": "a.example", "url": "https://a.example/", "logo_url": "https://a.example/logo",
        "same_as": ["https://p.example/a"], "methodology_url": "https://a.example/m", "corrections_url": "https://a.example/c",
        "principles_url": "https://a.example/p", "unnamed_sources_url": "https://a.example/u", "feedback_url": "https://a.example/f",
    },
    "authors": [{"name": "Bo"}, {"name": "Cy"}],
    "topics": [{"slug": "rain", "labels": {"en": "Rain"}}],
    "reviewed_on": "2024-05-03",
    "archive_url": "https://archive.example/1",
    "license": "https://licence.example/",
}  # fmt: skip


def cell(value: object) -> str:
    return "" if value is None else value if isinstance(value, str) else json.dumps(value)


def value_at(path: str) -> object:
    """The full record's value of the key; null when it does not have it."""
    value: object = FULL
    for step in path.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    return value


def test_every_key_of_the_own_format_is_a_column(tmp_path):
    """The same record, key by key, whether it is a line of JSON or a row."""
    columns = tuple(csv_rows.COLUMNS)
    (row,) = read(tmp_path, table(columns, tuple(cell(value_at(name)) for name in columns)))
    (line,) = records(write(tmp_path / "own.jsonl", FULL))
    assert isinstance(line, Record)
    assert isinstance(row, Record)
    assert row.data.to_json_object() == line.data.to_json_object()
    assert row.key == line.key


def test_lists_may_stand_a_line_each(tmp_path):
    header = (*HEADER, "sources", "authors", "claim.appearances", "topics", "publisher.same_as", "claim.claimant.type",
              "claim.claimant.name", "claim.claimant.confirmed")  # fmt: skip
    row = (*ROW, "https://b.example/ \n\nhttps://c.example/", "Bo\nCy", "https://s.example/1", "rain\nwind", "https://p.example/a", "organization", "Radio", "TRUE")  # fmt: skip
    (found,) = read(tmp_path, table(header, row, delimiter=";"))
    assert isinstance(found, Record)
    said = found.data.to_json_object()
    assert [source["url"] for source in said["sources"]] == ["https://b.example/", "https://c.example/"]
    assert said["authors"] == [{"name": "Bo"}, {"name": "Cy"}]
    assert [each["url"] for each in said["claim"]["appearances"]] == ["https://s.example/1"]
    assert [topic["slug"] for topic in said["topics"]] == ["rain", "wind"]
    assert said["publisher"]["same_as"] == ["https://p.example/a"]
    assert said["claim"]["claimant"]["confirmed"] is True


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (table(("original_url", "claim", "verdict.original.label")), ["line 1: 'claim' isn't a column of this format"]),
        (table((*HEADER, "language")), ["line 1: there are several columns 'language'"]),
        (table(("url", "claim")), ["line 1: neither JSON nor CSV with a column original_url: it begins with 'u'"]),
        (table(HEADER), []),
        ("\n\n" + table(HEADER, ROW), ["line 4: taken"]),
        (table((*HEADER, "", ""), (*ROW, "", "")), ["line 2: taken"]),
        (table((*HEADER, ""), (*ROW, "x"), ROW),
         ["line 2: a cell without a column has a value", "line 3: taken"]),
        (table(HEADER, (*ROW, "", ""), (*ROW, "", "x")),
         ["line 2: taken", "line 3: a cell without a column has a value"]),
        (table(HEADER, ("", "Text", "Sai")), ["line 2: /original_url: This value is missing."]),
        (table(HEADER, (ROW[0], " ", "Sai")), ["line 2: /claim: This value is missing."]),
        (table(HEADER, (ROW[0], "Text")), ["line 2: /verdict: This value is missing."]),
        (table((*HEADER, "reviewed_on"), (*ROW, "3/5/2024")), ["line 2: /reviewed_on: Give a date such as 2026-10-05."]),
        (table((*HEADER, "verdict.value"), (*ROW, "much")), ["line 2: /verdict/value: Give a JSON value of this type: integer or null."]),
        (table((*HEADER, "sources"), (*ROW, "[oops")), ["line 2: /sources: Give a JSON value of this type: array."]),
        (table((*HEADER, "sources"), (*ROW, "[" * 100_000)), ["line 2: /sources: Give a JSON value of this type: array."]),
        (table((*HEADER, "claim.claimant.type", "claim.claimant.name", "claim.claimant.confirmed"), (*ROW, "person", "A", "ja")),
         ["line 2: /claim/claimant/confirmed: Give a JSON value of this type: boolean."]),
        (table(HEADER, (ROW[0], "caf\ue000", "Sai")).encode().replace("\ue000".encode(), b"\xe9"),
         [("line 2: /claim/text: The character U+DCE9 can't be stored. Delete the character or retype"
" the text.")]),
        (table(HEADER, (ROW[0], "nul\x00", "Sai")), [("line 2: /claim/text: The character U+0000 can't be stored. Delete the character or retype"
" the text.")]),
        (table(HEADER, ROW) + 'https://a.example/2,"never closed,Sai\n', ["line 2: taken", "line 4: not CSV: unexpected end of data (the rest of the file was not read)"]),
        (table(HEADER) + 'https://a.example/2,"a" b,Sai\n', ["line 3: not CSV: ',' expected after '\"' (the rest of the file was not read)"]),
        (table(HEADER, ROW).encode("utf-16"), ["line 1: the file is in UTF-16. Save it in UTF-8 (the rest of the file was not read)"]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(tmp_path, content, expected):
    assert reasons(tmp_path, content) == expected


def test_row_that_never_ends_is_not_held(tmp_path, monkeypatch):
    """An open quote takes in line after line: no more than one record may have."""
    monkeypatch.setattr(csv_rows, "MAX_VALUE", 100_000)
    long = table(HEADER) + 'https://a.example/,"' + "x" * 50 + "\n"
    found = reasons(tmp_path, long + ("y" * 50 + "\n") * 10_000)
    assert len(found) == 1
    assert "100000" in found[0]


@pytest.mark.prove
def test_large_file_is_read_in_flat_memory(tmp_path, monkeypatch):
    """12 MB in less than two."""
    file = tmp_path / "large.csv"
    file.write_text(table(HEADER[:3], *((f"https://a.example/{number}", "x" * 3000, "Sai") for number in range(4000))))
    monkeypatch.setattr(chunks, "CHUNK", 1)
    monkeypatch.setattr(chunks, "LARGE", 10**9)  # read in this process
    next(iter(records(file)))  # loads the model that detects languages
    tracemalloc.start()
    count = sum(isinstance(each, Record) for each in records(file))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 4000
    assert peak < 2_000_000


def test_spreadsheet_comes_in_and_is_known_again_as_json(newsroom: Newsroom, tmp_path):
    file = tmp_path / "reviews.csv"
    file.write_text("\ufeff" + table(HEADER, ROW, ("https://a.example/2", "Trời nắng.", "Đúng", "vi"), delimiter=";"))
    assert run("import_reviews", file, by=IMPORTER)[0] == "2 new, 0 unchanged, 0 changed, 0 refused."
    publish()
    assert [body["verdict"]["original"]["label"] for body in bodies()] == ["Sai", "Đúng"]
    row = {
        "original_url": ROW[0],
        "claim": {"text": ROW[1]},
        "verdict": {"original": {"label": "Sai"}},
        "language": "vi",
    }
    assert take(tmp_path / "own.jsonl", row) == "0 new, 1 unchanged, 0 changed, 0 refused."
