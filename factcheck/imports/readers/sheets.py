"""The reader of newsrooms' sheets, whose columns have the names that people choose.

The clean room has turned the file into rows of texts. A row about another publisher's review becomes a record. Every
other row becomes a record of a review on the newsroom's own site, which the importer makes a claim to check.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from factcheck.imports.readers.csv_rows import set_value
from factcheck.imports.readers.files import Candidate
from factcheck.imports.readers.jsonld_graphs import Node
from factcheck.imports.readers.normalise import calendar_date, language_tag, tidy, web_address
from factcheck.imports.readers.records import record_of
from factcheck.imports.readers.results import Position, Problem, Record, Refusal
from factcheck.imports.readers.word_dates import word_date

# The names of each field's columns by language.
NAMES: dict[str, dict[str, list[str]]] = tomllib.loads(Path(__file__).with_name("column_names.toml").read_text("utf-8"))
LISTS = ("claim.appearances", "sources", "topics")  # several columns can fill each of these fields
_DATES = ("reviewed_on", "claim.claimed_on", "due_on")
_MAX_TITLES = 20  # rows above the header
_LANGUAGES = {"english": "en", "tieng anh": "en", "vietnamese": "vi", "tieng viet": "vi"}
_URLS = re.compile(r"(?:https?://|www\.)[^\s,;<>\"]+", re.IGNORECASE)
_DATE = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](?:20)?(\d{2})(?!\d)", re.ASCII)
# A record or a refusal, and the owner and the due date of a claim to check, as in the sheet.
Row = tuple[Record | Refusal, dict[str, Any]]


def fold(name: str) -> str:
    """Return the words of a name without case, accents and punctuation."""
    letters = unicodedata.normalize("NFD", name.casefold().replace("đ", "d"))
    return " ".join(re.findall(r"[^\W_]+", "".join(each for each in letters if not unicodedata.combining(each))))


_FIELDS = {fold(name): key for key, names in NAMES.items() for each in names.values() for name in each}


def find_header(rows: Sequence[Sequence[str]]) -> int:
    """Return the index of the row with the most known names, or else of the first row with several cells."""
    known = [len({_FIELDS.get(fold(cell)) for cell in row} - {None}) for row in rows[:_MAX_TITLES]]
    several = [sum(map(bool, row)) > 1 for row in rows]
    return known.index(max(known)) if any(known) else several.index(True) if any(several) else 0


def guess_columns(header: Sequence[str]) -> list[str]:
    """Return the field of each column, or "" for a column that nobody knows or that repeats a name."""
    keys = [_FIELDS.get(fold(name), "") for name in header]
    return [key if key in LISTS or key not in keys[:place] else "" for place, key in enumerate(keys)]


def read_rows(rows: Sequence[Sequence[str]], columns: Sequence[str], site: str, words: "Words") -> Iterator[Row]:
    """Yield the rows below the header. `site` is the newsroom's.

    Rows of merged cells repeat the values of the first row, so their sources and other lists belong to the first row.
    """
    found: list[tuple[int, dict[str, str], dict[str, str]]] = []
    for number, cells in enumerate(rows[(begin := find_header(rows) + 1) :], begin + 1):
        single, lists = dict[str, str](), dict[str, str]()
        for key, cell in zip(columns, cells, strict=False):
            if key and cell:
                values = lists if key in LISTS else single
                values[key] = f"{values[key]}\n{cell}" if key in values else cell
        if found and single and single == found[-1][1]:
            found[-1][2].update({key: f"{found[-1][2].get(key, '')}\n{cell}" for key, cell in lists.items()})
        elif single or lists:
            found.append((number, single, lists))
    words.find_order(cell for _row, single, _lists in found for key, cell in single.items() if key in _DATES)
    for number, single, lists in found:
        yield _row(Position(number), single | lists, site, words)


def _row(position: Position, cells: dict[str, str], site: str, words: "Words") -> Row:
    values = {key: words.value(key, tidy(cell)) for key, cell in cells.items()}
    left_out = tuple(
        Problem(f"/{key}", "unreadable_cell", cells[key][:200]) for key, read in values.items() if not read
    )
    card = {key: values.pop(key) for key in ("owner", "due_on") if values.get(key)}
    if not values.get("claim.text"):
        return Refusal(position, (Problem("/claim/text", "no_claim_text", "the claim is missing"),)), card
    if not (values.get("original_url") and values.get("verdict.original.label")):
        values |= {"original_url": f"https://{site}/", "verdict.original.label": "?"}
    node: Node = {}
    for key, value in values.items():
        set_value(node, key, value or None)
    result = record_of(Candidate(position, node, is_row=True), words.language)
    assert result is not None
    return (replace(result, dropped=left_out) if isinstance(result, Record) else result), card


@dataclass
class Words:
    """What the words of a sheet mean. `topics` has the slugs of topics by folded label.

    Dates begin with the day, unless a date of the sheet can only begin with the month.
    """

    language: str
    topics: Mapping[str, str]
    month_first: bool = False

    def find_order(self, cells: Iterable[str]) -> None:
        pairs = [(int(date[1]), int(date[2])) for date in map(_DATE.match, cells) if date]
        self.month_first = any(two > 12 for _one, two in pairs) and all(one <= 12 for one, _two in pairs)

    def value(self, key: str, text: str) -> Any:
        """Return the value in the own format, or None if the text can't be read."""
        urls = [url for each in _URLS.findall(text) if (url := web_address(re.sub("^www", "https://www", each)))]
        line = " ".join(text.split())
        if key in _DATES:
            one, two, year = date.groups() if (date := _DATE.match(text)) else ("", "", "")
            day = f"20{year}-{one}-{two}" if self.month_first else f"20{year}-{two}-{one}"
            return calendar_date(text) or calendar_date(day) or word_date(text, self.language)
        if key == "topics":
            names = {fold(label): label.strip(" #") for label in re.split(r"[\n;,|]", text) if fold(label)}
            slugs = {self.topics.get(name) or name.replace(" ", "-")[:60]: label for name, label in names.items()}
            return [{"slug": slug, "labels": {self.language or "en": label}} for slug, label in slugs.items()]
        if key in ("sources", "claim.appearances"):
            titles = [line] if key == "sources" and line else []
            return [{"url": url} for url in dict.fromkeys(urls)] or [{"title": title} for title in titles]
        special: dict[str, Any] = {
            "original_url": next(iter(urls), None),
            "language": _LANGUAGES.get(fold(text)) or language_tag(text),
            "claim.claimant": {"type": "person", "name": line},
        }
        return special.get(key, text if key in ("claim.text", "summary") else line)
