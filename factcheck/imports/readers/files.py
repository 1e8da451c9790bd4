"""The reader of files of reviews. It yields single JSON objects, however they are wrapped.

A file can contain one object, a nested array, `@graph`, a schema.org DataFeed, a response from Google's
`claims:search`, or JSON Lines. Several of these can follow each other. A file can also be CSV. All files can be plain
or compressed with gzip, with or without a byte-order mark. Only one record and a megabyte of text are kept in memory.
"""

import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from json import JSONDecodeError
from pathlib import Path
from typing import Self

from pydantic import JsonValue

from factcheck.imports.readers import csv_rows
from factcheck.imports.readers.json_stream import DECODER, MAX_VALUE, Cursor, MalformedError, TooLongError
from factcheck.imports.readers.jsonld_graphs import Node, Nodes, nodes_of
from factcheck.imports.readers.results import Position, Problem, Refusal

# A longer value is read one member at a time.
STREAM_FROM = 1024 * 1024  # in characters
MAX_DEPTH = 8  # of nested arrays and feeds that are read one member at a time
GRAPH = "@graph"
CONTAINERS = (GRAPH, "dataFeedElement", "claims")


@dataclass(frozen=True, slots=True)
class Candidate:
    """One JSON object that may be a record.

    `in_graph` means that the graph can contain nodes of other types. The object can refer to the nodes in `nodes`.
    `is_row` means that the object comes from a table, which doesn't need to have every column.
    """

    position: Position
    node: Node
    in_graph: bool = False
    is_row: bool = False
    nodes: Nodes = field(default_factory=dict)


class ReviewFile:
    """An open file of reviews.

    `bytes_read` counts bytes of the file on disk, and `characters_read` counts characters of the text. A compressed
    file can contain a thousand times as many characters as bytes.
    """

    def __init__(self, path: Path) -> None:
        self._raw = io.FileIO(path)
        self._bytes = io.BufferedReader(self._raw)
        self._cursor: Cursor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._bytes.close()

    @property
    def bytes_read(self) -> int:
        return self._raw.tell()

    @property
    def characters_read(self) -> int:
        return self._cursor.characters if self._cursor else 0

    def objects(self) -> Iterator[Candidate | Refusal]:
        """Yield every object in the file, and a Refusal for each part that can't be read."""
        zipped = self._bytes.peek(2)[:2] == b"\x1f\x8b"
        try:
            self._cursor = Cursor(gzip.GzipFile(fileobj=self._bytes) if zipped else self._bytes)
            yield from _documents(self._cursor)
        except MalformedError as error:
            yield _unreadable(error.line, str(error), fatal=True)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            yield _unreadable(
                self._cursor.line if self._cursor else 1, f"the gzip file is damaged ({error})", fatal=True
            )


def types_of(node: Node) -> set[str]:
    """Return a node's JSON-LD types without prefix or URL, for example "ClaimReview" for "schema:ClaimReview"."""
    given = node.get("@type")
    names = given if isinstance(given, list) else [given]
    return {name.replace("#", "/").replace(":", "/").rpartition("/")[2] for name in names if isinstance(name, str)}


def _documents(cursor: Cursor) -> Iterator[Candidate | Refusal]:
    """Yield the objects in the values of the file.

    If the first value is on one line, the rest of the file is read line by line.
    """
    first = cursor.peek()
    if not first:
        yield _unreadable(cursor.line, "the file is empty")
        return
    if first not in ("{", "["):
        yield from _table(cursor, first)
        return
    while cursor.peek():
        line = cursor.line
        try:
            yield from _values(cursor, "", 0, in_graph=False)
        except MalformedError as error:
            # In JSON Lines, the decoder reports a broken line at its end or at the first character of the next line.
            broken_line = error.line == line or (error.line == line + 1 and error.at_line_start)
            if not broken_line or cursor.line != line or isinstance(error, TooLongError):
                raise
            cursor.rest_of_line(MAX_VALUE)
            one_line = cursor.peek() == "{"
            yield _unreadable(line, str(error), fatal=not one_line)
            if not one_line:
                return
        else:
            one_line = cursor.line == line and cursor.at_line_end()
        if one_line:
            yield from _lines(cursor)


def _table(cursor: Cursor, first: str) -> Iterator[Candidate | Refusal]:
    """Yield the rows of a CSV file, which is recognised by its header."""
    line = cursor.line
    header = csv_rows.header_of(cursor)
    if header is None:
        detail = f"neither JSON nor CSV with a column {csv_rows.KEY_COLUMN}: it begins with {first!r}"
        yield _unreadable(line, detail)
        return
    names, delimiter = header
    if problems := csv_rows.problems_of(names):
        yield Refusal(Position(line), tuple(problems))
        return
    try:
        for line, row in csv_rows.rows(cursor, names, delimiter):
            yield (
                Refusal(Position(line), (row,))
                if isinstance(row, Problem)
                else Candidate(Position(line), row, is_row=True)
            )
    except csv.Error as error:
        yield _unreadable(cursor.line, f"not CSV: {error}", fatal=True)


def _lines(cursor: Cursor) -> Iterator[Candidate | Refusal]:
    while cursor.peek():
        line = cursor.line
        try:
            value: JsonValue = DECODER.decode(cursor.rest_of_line(MAX_VALUE))
        except TooLongError as error:
            yield _unreadable(line, str(error))
        except RecursionError:
            yield _unreadable(line, "nested too deeply")
        except JSONDecodeError as error:
            yield _unreadable(line, f"not JSON: {error.msg} at character {error.pos + 1}")
        else:
            yield from _unwrap(value, Position(line), in_graph=False)


def _values(cursor: Cursor, pointer: str, depth: int, *, in_graph: bool) -> Iterator[Candidate | Refusal]:
    """Yield the objects of the next value. Short values are decoded whole, and long values one member at a time."""
    kind, line = cursor.peek(), cursor.line
    open_it = kind in ("{", "[") and depth < MAX_DEPTH
    try:
        value, _ = cursor.value(STREAM_FROM if open_it else MAX_VALUE)
    except TooLongError:
        if not open_it:
            raise
        if kind == "[":
            yield from _elements(cursor, pointer, depth, in_graph=in_graph)
        else:
            yield from _members(cursor, pointer, depth, in_graph=in_graph)
    else:
        yield from _unwrap(value, Position(line, pointer), in_graph=in_graph)


def _elements(cursor: Cursor, pointer: str, depth: int, *, in_graph: bool) -> Iterator[Candidate | Refusal]:
    cursor.take("[")
    if cursor.peek() == "]":
        cursor.take("]")
        return
    index = 0
    while True:
        yield from _values(cursor, f"{pointer}/{index}", depth + 1, in_graph=in_graph)
        if cursor.take(",]") == "]":
            return
        index += 1


def _members(cursor: Cursor, pointer: str, depth: int, *, in_graph: bool) -> Iterator[Candidate | Refusal]:
    """Yield the elements of a large object's containers, one at a time.

    An object without containers is itself a record.
    """
    line = cursor.line
    members: Node = {}
    left = MAX_VALUE
    contained = False
    cursor.take("{")
    if cursor.peek() == "}":
        cursor.take("}")
        return
    closed = False
    while not closed:
        if cursor.peek() != '"':
            cursor.take('"')
        key, length = cursor.value(left)
        cursor.take(":")
        if key in CONTAINERS and cursor.peek() == "[":
            contained = True
            inside = in_graph or key == GRAPH
            yield from _elements(cursor, f"{pointer}/{key}", depth, in_graph=inside)
        else:
            value, more = cursor.value(left - length)
            members[str(key)] = value
            left -= length + more
        closed = cursor.take(",}") == "}"
    if not contained:
        yield from _unwrap(members, Position(line, pointer), in_graph=in_graph)


def _unwrap(value: JsonValue, position: Position, *, in_graph: bool) -> Iterator[Candidate | Refusal]:
    """Yield the objects inside a decoded value, in file order. Null members are left out."""
    nodes: Nodes = {}
    # A stack replaces recursion, because a hostile file can be nested deeply. Members are pushed in reverse order.
    stack = [(value, position.pointer, in_graph, nodes)]
    while stack:
        value, pointer, in_graph, nodes = stack.pop()
        place = Position(position.line, pointer)
        if value is None:
            continue
        if isinstance(value, list):
            stack.extend((value[i], f"{pointer}/{i}", in_graph, nodes) for i in reversed(range(len(value))))
        elif not isinstance(value, dict):
            yield Refusal(place, (Problem("", "not_an_object", "a single value, but an object is expected"),))
        elif containers := [key for key in CONTAINERS if isinstance(value.get(key), list | dict)]:
            stack.extend(
                (
                    value[key],
                    f"{pointer}/{key}",
                    in_graph or key == GRAPH,
                    nodes_of(value[key]) if key == GRAPH else nodes,
                )
                for key in reversed(containers)
            )
        elif "DataFeedItem" in types_of(value):
            if value.get("dateDeleted"):
                yield Refusal(place, (Problem("/dateDeleted", "withdrawn", "withdrawn by its publisher"),))
            else:
                stack.append((value.get("item"), f"{pointer}/item", in_graph, nodes))
        elif isinstance(reviews := value.get("claimReview"), list) and not types_of(value):
            yield from _reviews_of_claim(value, reviews, place)
        else:
            yield Candidate(place, value, in_graph, nodes=nodes)


def _reviews_of_claim(claim: Node, reviews: list[JsonValue], place: Position) -> Iterator[Candidate]:
    """Yield a claim from Google's API once for each of its reviews."""
    for index, review in enumerate(reviews or [None]):
        yield Candidate(Position(place.line, f"{place.pointer}/claimReview/{index}"), {**claim, "claimReview": review})


def _unreadable(line: int, detail: str, *, fatal: bool = False) -> Refusal:
    detail += " (the rest of the file was not read)" if fatal else ""
    return Refusal(Position(line), (Problem("", "unreadable", detail),))
