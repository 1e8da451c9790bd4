"""Bulk dumps: what is in them, that others read them, and how they are served."""

import csv
import datetime as dt
import hashlib
import io
import json
import sqlite3
from types import SimpleNamespace

import duckdb
import pandas as pd
import pyarrow.parquet as pq
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from openapi_schema_validator import OAS31Validator

from api.dumps import making
from api.dumps.columns import columns
from api.dumps.file_formats import to_csv, to_parquet, write_compressed
from api.dumps.tables import row_schema, tables
from factcheck.record.formats.canonical import canonical
from factcheck.record.log import merkle
from factcheck.record.log.notes import Checkpoint, open_note
from factcheck.record.models import LogEntry, PublishedDemand
from tests.api.unpacking import lines_of, text_of
from tests.support.drafts import Newsroom, make_newsroom, make_scale

TABLES = ("reviews", "claims", "corrections", "demands", "entries")
# Keys that no review here has.
LEFT_OUT = {"approval", "wordings", "color", "rules_digest", "time_zone", "quote_translation", "replies"}
HOSTILE = '=HYPERLINK("https://x.example";"Nước")\r\n, "trích" \\ \u200e\u05e9\u05dc\u05d5\u05dd 🌊'


@pytest.fixture(scope="module")
def world(module_database, folder):
    """Sequences: 0 flood, 1 hostile, 2 gone, 3 a correction of flood, 4 a correction of gone, 5 its withdrawal."""
    newsroom = make_newsroom()
    flood = newsroom.make_review()
    hostile = newsroom.make_review(newsroom.make_claim(text=HOSTILE.replace("\r", "")), headline="-1+1", language="en")
    gone = newsroom.make_review(newsroom.make_claim(text="Bị rút."), headline="Rút lại")
    for review in (flood, hostile, gone):
        newsroom.publish_review(review)
    newsroom.correct_review(flood, verdict=make_scale().verdicts.get(slug="true"))
    newsroom.correct_review(gone, summary="Khác.")
    newsroom.withdraw_review(gone)
    call_command("make_dumps")
    return SimpleNamespace(newsroom=newsroom, flood=str(flood.pk), hostile=str(hostile.pk), gone=str(gone.pk))


@pytest.fixture
def manifest(world, api):
    return api.get("dumps/5/")


def send(api, address, **headers):
    response = api.send(address, **headers)
    content = response.getvalue() if response.streaming else response.content
    return response, content


def rows_of(folder, table):
    """The rows of the table's JSON Lines. An empty table has no such file."""
    path = folder / "5" / f"{table}.jsonl.zst"
    return lines_of(path) if path.exists() else []


def renamed(row, key, column):
    return {column if name == key else name: value for name, value in row.items()}


def test_list_and_manifest(world, api, manifest, folder):
    (dump,) = api.get("dumps/")["results"]
    assert (dump["sequence"], dump["url"]) == (5, "http://127.0.0.1:8000/api/v1/dumps/5/")
    assert manifest["at"] == LogEntry.objects.get(sequence=5).at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    rows = {(file["table"], file["format"]): file["rows"] for file in manifest["files"]}
    expected = {"reviews": 2, "claims": 2, "corrections": 3, "demands": 0, "entries": 6}
    assert rows == {
        (table, name): expected[table]
        for table in TABLES for name in ("jsonl", "csv", "parquet") if (table, name) != ("demands", "jsonl")
    }  # fmt: skip
    for file in manifest["files"]:
        content = (folder / "5" / file["name"]).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (file["bytes"], file["sha256"])
    assert dump["bytes"] == sum(file["bytes"] for file in manifest["files"])
    assert sorted(path.name for path in (folder / "5").iterdir()) == sorted(
        [*(file["name"] for file in manifest["files"]), "manifest.json"]
    )


def test_rows_are_what_the_api_sends(world, api, folder):
    reviews = lines_of(folder / "5" / "reviews.jsonl.zst")
    assert {row["id"]: row for row in reviews} == {pk: api.get(f"reviews/{pk}/") for pk in (world.flood, world.hostile)}
    by_id = {row["id"]: row for row in api.get("claims/")["results"]}
    assert {row["id"]: row for row in lines_of(folder / "5" / "claims.jsonl.zst")} == by_id
    corrections = [renamed(row, "at", "published_at") for row in api.get("corrections/")["results"]]
    assert rows_of(folder, "corrections")[::-1] == corrections
    changes = [renamed(row, "at", "published_at") for row in api.get("changes/")["results"]]
    assert rows_of(folder, "entries") == [{key: row[key] for key in row if key != "body"} for row in changes]


def test_withdrawn_review_is_in_no_file_as_a_review(world, folder):
    for name in ("reviews.jsonl.zst", "reviews.csv", "claims.jsonl.zst", "claims.csv"):
        assert world.gone not in text_of(folder / "5" / name)
    assert world.gone not in pq.read_table(folder / "5" / "reviews.parquet")["id"].to_pylist()


def test_entries_give_the_root_of_the_manifests_checkpoint(manifest, folder):
    """Readers of the dump can hold the log's leaves against the signed checkpoint without asking us."""
    tiles: dict = {}
    for size, row in enumerate(rows_of(folder, "entries")):
        leaf = merkle.leaf_hash(canonical({"v": 1, **renamed(row, "published_at", "at")}))
        for place, hashes in merkle.append(size, [leaf], lambda *at: tiles[at]).items():
            tiles[place] = tiles.get(place, b"") + hashes
    checkpoint = Checkpoint.parse(open_note(manifest["checkpoint"])[0])
    assert (checkpoint.size, checkpoint.root) == (6, merkle.root(6, lambda *at: tiles[at]))


def test_rows_fit_the_manifests_schemas(world, manifest, folder):
    for table in TABLES:
        validator = OAS31Validator(manifest["schemas"][table], format_checker=OAS31Validator.FORMAT_CHECKER)
        for row in rows_of(folder, table):
            validator.validate(row)


def test_columns_are_the_documents_keys(world, folder):
    """Nobody lists them: a key that the schema gains is a column, also one that these reviews leave out."""
    (review, *_) = lines_of(folder / "5" / "reviews.jsonl.zst")
    header = next(csv.reader(io.StringIO(text_of(folder / "5" / "reviews.csv"))))
    found = pq.read_schema(folder / "5" / "reviews.parquet")
    assert sorted([*review, "approval", "replies"]) == sorted(header) == sorted(found.names)
    columns = {key: found.field(key).type for key in ("claim", "verdict", "publisher", "revision")}
    columns["sources"] = found.field("sources").type.value_type
    for key, type_ in columns.items():
        present = review[key][0] if key == "sources" else review[key]
        assert {field.name for field in type_} - LEFT_OUT == present.keys() - LEFT_OUT, key
    assert found.field("sources").type.value_field.name == "element"  # as Parquet's specification calls it


def test_csv(world, folder):
    rows = list(csv.DictReader(io.StringIO(text_of(folder / "5" / "reviews.csv"), newline="")))
    found = {row["id"]: row for row in rows}
    exact = {row["id"]: row for row in lines_of(folder / "5" / "reviews.jsonl.zst")}
    assert found[world.flood]["headline"] == "Video nước lũ là của năm 2020"
    assert found[world.hostile]["headline"] == "'-1+1"
    assert found[world.flood]["original_url"] == ""
    assert json.loads(found[world.hostile]["claim"]) == exact[world.hostile]["claim"]
    assert json.loads(found[world.flood]["sources"]) == exact[world.flood]["sources"]
    claims = list(csv.DictReader(io.StringIO(text_of(folder / "5" / "claims.csv"), newline="")))
    assert min(row["text"] for row in claims) == "'" + HOSTILE.replace("\r", "")
    assert (
        text_of(folder / "5" / "entries.csv").splitlines()[0]
        == '"sequence","published_at","kind","subject","number","digest"'
    )


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1", "'=1"), ("+1", "'+1"), ("-1", "'-1"), ("@a", "'@a"), ("\tx", "'\tx"), ("＝1", "'＝1"), ("'a", "''a"),
        ("a=1", "a=1"), (" =1", " =1"), ("", ""), ("Đúng", "Đúng"),
    ],
)  # fmt: skip
def test_csv_cells_are_no_formulas_and_come_back(tmp_path, text, cell):
    with write_compressed(tmp_path / "rows") as rows:
        rows.write(json.dumps({"a": text}).encode() + b"\n")
    to_csv(tmp_path / "rows", tmp_path / "x.csv", {"properties": {"a": {"type": "string"}}})
    _, (found,) = csv.reader(io.StringIO(text_of(tmp_path / "x.csv"), newline=""))
    assert found == cell
    assert found.removeprefix("'") == text


def test_pandas_and_duckdb_read_them(world, folder):
    for frame in (
        pd.read_parquet(folder / "5" / "reviews.parquet"),
        pd.read_csv(io.StringIO(text_of(folder / "5" / "reviews.csv"))),
        pd.read_json(io.StringIO(text_of(folder / "5" / "reviews.jsonl.zst")), lines=True),
    ):
        assert sorted(frame["id"]) == sorted([world.flood, world.hostile])
    moment = pd.read_parquet(folder / "5" / "reviews.parquet").set_index("id")["updated_at"][world.flood]
    assert moment == LogEntry.objects.get(sequence=3).at

    def ask(query):
        with duckdb.connect() as connection:
            return connection.execute(query.format(folder / "5")).fetchall()

    verdicts = "SELECT verdict.slug, verdict.labels['vi'], claim.claimed_on FROM '{}/reviews.parquet' WHERE id = '%s'"
    assert ask(verdicts % world.flood) == [("true", "Đúng", dt.date(2026, 10, 3))]
    sources = "SELECT s.title, s.stance FROM '{}/reviews.parquet', unnest(sources) AS u(s) WHERE id = '%s' ORDER BY 1"
    assert ask(sources % world.flood) == [("Nguồn 1", "refutes"), ("Nguồn 2", "context")]
    assert ask("SELECT count(*) FROM read_json('{}/reviews.jsonl.zst')") == [(2,)]
    assert ask("SELECT count(*) FROM read_csv('{}/reviews.csv', header = true)") == [(2,)]
    for table in TABLES:
        (count,) = ask(f"SELECT count(*) FROM '{{}}/{table}.parquet'")[0]
        assert count == len(rows_of(folder, table))
        pd.read_parquet(folder / "5" / f"{table}.parquet")


def test_parquet_holds_what_json_holds(world, folder):
    """Every value, however deep; times and dates as such."""

    def plain(value):
        match value:
            case dt.datetime():
                return value.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
            case dt.date():
                return value.isoformat()
            case dict():
                return {key: plain(each) for key, each in value.items() if each is not None or key not in LEFT_OUT}
            case [(str(), _), *_]:
                return dict(value)
            case list():
                return [plain(each) for each in value]
        return value

    for table in TABLES:
        rows = rows_of(folder, table)
        assert plain(pq.read_table(folder / "5" / f"{table}.parquet").to_pylist()) == rows


@pytest.mark.parametrize(
    "labels",
    [
        [{}, {}], [{}, None], [{"vi": "Sai"}, {"en": "False", "vi": "Sai"}], [{"vi": "2026-11-05"}, {}],
        [{"vi": "2026-11-05T08:30:00Z"}, {"vi": "2026-11-05"}], [{"vi": "Sai"}, {"vi": "2026-11-05"}],
        [{"zh-Hant": '\u0000"\\\n🌊'}, {"vi": ""}], [{"vi": "1"}, {"en": "true"}],
    ],
)  # fmt: skip
def test_objects_with_any_keys_are_maps(tmp_path, labels):
    """Whatever their texts look like: a label that is spelt like a day stays a text."""
    texts = {"type": "object", "additionalProperties": {"type": "string"}}
    topic = {"type": "object", "properties": {"labels": texts}}
    schema = {"properties": {"topics": {"type": "array", "items": topic}, "labels": texts}, "$defs": {}}
    rows = [{"topics": [{"labels": each}, {"labels": {"la": "x"}}], "labels": each} for each in labels] + [
        {"topics": [], "labels": {}},
        {"topics": None, "labels": None},
        {"unknown": {"a": 1}},
    ]
    with write_compressed(tmp_path / "rows") as file:
        file.writelines(json.dumps(row).encode() + b"\n" for row in rows)
    to_parquet(tmp_path / "rows", tmp_path / "x.csv", schema)
    found = pq.read_table(tmp_path / "x.csv").to_pylist(maps_as_pydicts="strict")
    assert found == [{"topics": row.get("topics"), "labels": row.get("labels")} for row in rows]


def test_every_table_has_columns():
    for table in tables():
        assert columns(row_schema(table.model)).names == list(row_schema(table.model)["properties"])


def test_columns_need_no_quotes_in_sql(database):
    """Reserved words would: each of these databases has its own."""
    for table in tables():
        names = columns(row_schema(table.model)).names
        defined, asked = ", ".join(f"{name} text" for name in names), ", ".join(f"x.{name}, {name}" for name in names)
        statements = [f"CREATE TABLE dump_{table.name} ({defined})", f"SELECT {asked} FROM dump_{table.name} x"]
        with duckdb.connect() as duck, connections["owner"].cursor() as postgresql, sqlite3.connect(":memory:") as lite:
            for statement in [*statements, f"DROP TABLE dump_{table.name}"]:
                for each in (duck, postgresql, lite):
                    each.execute(statement)


def test_demands_have_their_sender(newsroom: Newsroom, tmp_path):
    review = newsroom.publish_new()
    newsroom.publish_demand(newsroom.make_demand(review))
    [table] = [each for each in tables() if each.name == "demands"]
    files = making.write_table(table, row_schema(table.model), tmp_path, "", lambda count: None)
    assert [file.format for file in files] == ["jsonl", "csv", "parquet"]
    [row] = lines_of(tmp_path / "demands.jsonl.zst")
    OAS31Validator(row_schema(table.model)).validate(row)
    assert renamed(row, "sender", "from") == json.loads(PublishedDemand.objects.get().body)
    query = f"SELECT sender.type, id FROM '{tmp_path}/demands.parquet'"
    assert duckdb.sql(query).fetchall() == [(row["sender"]["type"], row["id"])]


@pytest.mark.parametrize(
    "schema", [{}, {"type": "number"}, {"type": "object"}, {"anyOf": [{"type": "string"}, {"type": "integer"}]}]
)
def test_schema_without_a_column_is_refused(schema):
    with pytest.raises(ValueError, match="a.b: .* ha(s|ve) no column"):
        columns({"properties": {"a": {"type": "object", "properties": {"b": schema}}}, "$defs": {}})


def test_file_whole(manifest, api, folder):
    (file,) = (each for each in manifest["files"] if each["name"] == "reviews.parquet")
    response, content = send(api, "dumps/5/reviews.parquet")
    assert response.status_code == 200
    assert content == (folder / "5" / "reviews.parquet").read_bytes()
    assert response["Content-Type"] == file["media_type"] == "application/vnd.apache.parquet"
    assert response["Content-Length"] == str(file["bytes"])
    assert response["ETag"] == f'"{file["sha256"][:32]}"'
    assert response["Accept-Ranges"] == "bytes"
    assert response["Factcheck-Head"] == "5"
    assert file["url"] == "http://127.0.0.1:8000/api/v1/dumps/5/reviews.parquet"
    head = api.client.head("/api/v1/dumps/5/reviews.parquet", headers={"Range": "bytes=0-1"})
    assert (head.status_code, head.content, head["Content-Length"]) == (200, b"", str(file["bytes"]))
    again, nothing = send(api, "dumps/5/reviews.parquet", **{"If-None-Match": response["ETag"]})
    assert (again.status_code, nothing) == (304, b"")
    assert send(api, "dumps/5/reviews.csv")[0]["Content-Type"] == "text/csv; charset=utf-8"


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ("bytes=0-0", slice(0, 1)), ("bytes=10-19", slice(10, 20)), ("bytes=10-", slice(10, None)),
        ("bytes=-5", slice(-5, None)), ("bytes=0-", slice(0, None)), ("BYTES = 0-999999999", slice(0, None)),
        ("bytes=-999999999", slice(0, None)),
        # RFC 9110, 14.1.2: a last position beyond the end means the rest, a longer suffix the whole.
        ("bytes=0-99999999999999999999", slice(0, None)), ("bytes=7-" + "9" * 5000, slice(7, None)),
        ("bytes=-" + "9" * 5000, slice(0, None)), ("bytes=0000000000000000000010-0000000000000000000019", slice(10, 20)),
        # 5.6.1.2: members of a list may be empty.
        ("bytes=,10-19,", slice(10, 20)), ("bytes= 10-19 , ,", slice(10, 20)),
        ("bytes= 0-999, 4500-5499, -1000", None), ("bytes=-", None), ("bytes=1 0-19", None), ("bytes=+1-2", None),
        ("bytes=0-1,4-5", None), ("bytes=5-4", None), ("lines=1-2", None), ("x", None), ("", None),
    ],
)  # fmt: skip
def test_part_of_a_file(world, api, folder, asked, part):
    """A part that is the whole is a part (206) all the same: clients learn from it that they may ask for parts."""
    whole = (folder / "5" / "reviews.jsonl.zst").read_bytes()
    response, content = send(api, "dumps/5/reviews.jsonl.zst", Range=asked)
    assert content == whole[part or slice(None)]
    assert response["Content-Length"] == str(len(content))
    if part is None:
        assert (response.status_code, response.headers.get("Content-Range")) == (200, None)
    else:
        first = range(len(whole))[part][0]
        assert response.status_code == 206
        assert response["Content-Range"] == f"bytes {first}-{first + len(content) - 1}/{len(whole)}"


@pytest.mark.parametrize(
    "asked", ["bytes=1000000000-", "bytes=-0", "bytes=99999999999999999999-", "bytes=1000000000-" + "9" * 30]
)
def test_part_beyond_the_end(world, api, folder, asked):
    response, content = send(api, "dumps/5/reviews.jsonl.zst", Range=asked)
    size = (folder / "5" / "reviews.jsonl.zst").stat().st_size
    assert (response.status_code, response["Content-Range"]) == (416, f"bytes */{size}")
    assert json.loads(content)["type"] == "http://127.0.0.1:8000/api/problems/range-not-satisfiable/"


def test_download_goes_on_only_in_the_same_file(world, api, folder):
    etag = send(api, "dumps/5/reviews.jsonl.zst")[0]["ETag"]
    same, _ = send(api, "dumps/5/reviews.jsonl.zst", **{"Range": "bytes=10-", "If-Range": etag})
    other, whole = send(api, "dumps/5/reviews.jsonl.zst", **{"Range": "bytes=10-", "If-Range": '"other"'})
    assert (same.status_code, other.status_code) == (206, 200)
    assert whole == (folder / "5" / "reviews.jsonl.zst").read_bytes()


@pytest.mark.parametrize(
    "address",
    [
        "dumps/4/", "dumps/4/reviews.parquet", "dumps/5/nothing", "dumps/5/manifest.json", "dumps/5/..%2f5%2freviews.parquet",
        "dumps/5/%2e%2e", "dumps/99999999999999999999/",
    ],
)  # fmt: skip
def test_nothing_else_is_served(world, api, address):
    api.problem(address, status=404)


def test_parameters_are_refused(world, api):
    for address in ("dumps/", "dumps/5/", "dumps/5/reviews.parquet"):
        api.problem(address, {"x": "1"})


def test_second_run_has_nothing_to_do(world, capsys, folder):
    before = (folder / "5" / "manifest.json").read_bytes()
    call_command("make_dumps")
    assert (
        capsys.readouterr().out
        == "Nothing has been published since the newest dump, so the dump is still up to date.\n"
    )
    assert (folder / "5" / "manifest.json").read_bytes() == before


def test_same_rows_give_the_same_files(world, tmp_path):
    digests = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        files = [
            making.write_table(table, row_schema(table.model), tmp_path / name, "", lambda count: None)
            for table in tables()
        ]
        digests.append([file.sha256 for table in files for file in table])
    assert digests[0] == digests[1]


def test_site_that_moved_makes_its_dump_anew(world, monkeypatch, folder):
    before = (folder / "5" / "manifest.json").read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(settings, "SITE_URL", "http://localhost:8000")
        call_command("rebuild_record", move_to="http://localhost:8000")
        call_command("make_dumps")
        assert json.loads((folder / "5" / "manifest.json").read_bytes())["site"] == "http://localhost:8000"
    call_command("rebuild_record", move_to=settings.SITE_URL)
    call_command("make_dumps")
    assert json.loads((folder / "5" / "manifest.json").read_bytes())["files"] == json.loads(before)["files"]
    assert sorted(path.name for path in folder.iterdir()) == ["5", "lock"]
