"""Newsrooms' sheets, whose columns have the names that people choose, as CSV in the project's own format.

The clean room has turned the file into rows of texts. A row that isn't about another publisher's review gets the URL
of the newsroom's own site. The importer makes a claim to check of it.
"""

import csv
import io
import json
import re
import tomllib
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from factcheck.imports.readers.normalise import calendar_date, tidy, web_address

Rows = Sequence[Sequence[str]]
# The names of each field's columns by language.
NAMES: dict[str, dict[str, list[str]]] = tomllib.loads(Path(__file__).with_name("column_names.toml").read_text("utf-8"))
LISTS = ("claim.appearances", "sources", "topics")  # several columns can fill each of these fields
_CARD = ("owner", "due_on")  # not of the own format, but of the card of a claim to check
_DATES = ("reviewed_on", "claim.claimed_on", "due_on")
_URLS = re.compile(r"https?://[^\s,;<>\"]+", re.IGNORECASE)
_DATE = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](?:20)?(\d{2})(?!\d)", re.ASCII)


def fold(name: str) -> str:
    """Return the words of a name without case, accents and punctuation."""
    letters = unicodedata.normalize("NFD", name.casefold().replace("đ", "d"))
    return " ".join(re.findall(r"[^\W_]+", "".join(each for each in letters if not unicodedata.combining(each))))


_FIELDS = {fold(name): key for key, names in NAMES.items() for each in names.values() for name in each}


def find_field(name: str) -> str:
    """Return the field of a column, or "" if nobody knows the name."""
    return _FIELDS.get(fold(name), "")


def split_rows(rows: Rows) -> tuple[int, Sequence[str], Rows]:
    """Return the number of the header's row, the header, and the rows below it. Rows above it can be titles."""
    known = [len({*map(find_field, row)}) for row in rows[:20]]
    begin = known.index(max(known)) if known else 0
    return begin + 1, rows[begin] if rows else [], rows[begin + 1 :]


def to_csv(rows: Rows, columns: Sequence[str], site: str) -> tuple[str, dict[int, dict[str, Any]]]:
    """Return CSV in the own format, with each row in its own line, and the `title`, `card` and `unread` cells by line.

    Rows of merged cells repeat the values of the first row, so their sources and other lists belong to the first row.
    Dates begin with the day, unless a date of the sheet can only begin with the month. A row without a verdict or a
    page of its own gets the page of the newsroom's site, `site`.
    """
    found: dict[int, tuple[dict[str, str], dict[str, str]]] = {}
    last: tuple[dict[str, str], dict[str, str]] = ({}, {})
    for number, cells in enumerate(rows[(begin := split_rows(rows)[0]) :], begin + 1):
        single, lists = dict[str, str](), dict[str, str]()
        for key, cell in zip(columns, cells, strict=False):
            if key and cell:
                values = lists if key in LISTS else single
                values[key] = f"{values.get(key, '')} {cell}" if key in LISTS else values.get(key, cell)
        if single and single == last[0]:
            last[1].update({key: f"{last[1].get(key, '')} {cell}" for key, cell in lists.items()})
        elif single or lists:
            found[number] = last = (single, lists)
    dates = [_DATE.match(cell) for single, _lists in found.values() for key, cell in single.items() if key in _DATES]
    pairs = [(int(date[1]), int(date[2])) for date in dates if date]
    month_first = any(two > 12 for _one, two in pairs) and all(one <= 12 for one, _two in pairs)
    out, notes = io.StringIO(), dict[int, dict[str, Any]]()
    keys = [key for key in NAMES if key not in _CARD]
    writer = csv.DictWriter(out, [*keys, "claim.claimant.type"], lineterminator="\n")
    writer.writeheader()
    for number in range(2, len(rows) + 1):
        single, lists = found.get(number, ({}, {}))
        texts = {key: tidy(cell, one_line=True) for key, cell in (single | lists).items()}
        row = {key: _value(key, text, month_first) for key, text in texts.items()}
        unread = {key: text for key, text in texts.items() if not row[key]}
        card = {key: row.pop(key) for key in _CARD if key in row}
        notes[number] = {"title": texts.get("claim.text", "")[:200], "unread": unread, "card": card}
        if row and not (row.get("original_url") and row.get("verdict.original.label")):
            row |= {"original_url": f"https://{site}/", "verdict.original.label": "?"}
        row |= {"claim.claimant.type": "person"} if row.get("claim.claimant.name") else {}
        writer.writerow(row) if row else out.write("\n")
    return out.getvalue(), notes


def _value(key: str, text: str, month_first: bool) -> str:
    """Return the cell of the own format, or "" if the text can't be read."""
    urls = dict.fromkeys(url for each in _URLS.findall(text) if (url := web_address(each)))
    if key in _DATES:
        one, two, year = date.groups() if (date := _DATE.match(text)) else ("", "", "")
        day = f"20{year}-{one}-{two}" if month_first else f"20{year}-{two}-{one}"
        return calendar_date(text) or calendar_date(day) or ""
    if key == "topics":
        slugs = [fold(label).replace(" ", "-")[:60] for label in re.split("[;,|]", text)]
        return json.dumps([{"slug": slug} for slug in slugs if slug])
    if key in ("sources", "claim.appearances") and (urls or key == "claim.appearances"):
        return json.dumps([{"url": url} for url in urls]) if urls else ""
    if key == "original_url":
        return next(iter(urls), "")
    return json.dumps([{"title": text}]) if key == "sources" else text
