"""AVeriTeC's annotated claims (averitec/dev.jsonl) in the project's own import format.

Nothing is added to what the file says. The fact-check's address stays the archive's, as the file has it; the
publisher's site is the host inside that address. `source_url` is not always an address ("Metadata", or a
host without a scheme): such words become the source's title. Only extractive answers are quotes; a question
without an answer has no source. Nine rows annotate a claim of the same page once more: `merged` joins them.
"""

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ARCHIVED = re.compile(r"https://web\.archive\.org/web/\d+/(.+)")


def converted(path: Path) -> list[dict[str, Any]]:
    """One record of the own format for each line of the file, in its order."""
    with path.open(encoding="utf-8") as lines:
        return [record(json.loads(line)) for line in lines]


def merged(records: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """One record for each page and claim: the evidence of all its rows, their justifications one below the other."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for each in records:
        key = (each["original_url"], each["claim"]["text"])
        first = found.get(key)
        if first is None:
            found[key] = each
        else:
            summary = f"{first['summary']}\n\n{each['summary']}"
            found[key] = {**first, "summary": summary, "sources": first["sources"] + each["sources"]}
    return list(found.values())


def record(row: dict[str, Any]) -> dict[str, Any]:
    page = row["fact_checking_article"]
    day, month, year = row["claim_date"].split("-")
    speaker = (row["speaker"] or "").strip()
    said_at = row["original_claim_url"]
    archived = ARCHIVED.fullmatch(page)
    return {
        "original_url": page,
        "summary": row["justification"],
        "claim": {
            "text": row["claim"],
            "claimed_on": f"{year}-{int(month):02}-{int(day):02}",
            "location": row["location_ISO_code"],
            "claimant": {"type": "person", "name": speaker} if speaker else None,
            "appearances": [{"url": said_at, "archive_url": row.get("cached_original_claim_url")}] if said_at else [],
        },
        "verdict": {"original": {"label": row["label"]}},
        "sources": [
            source(answer) for question in row["questions"] for answer in question["answers"] if answer["source_url"]
        ],
        "publisher": {"site": urlsplit(archived[1] if archived else page).netloc.removeprefix("www.")},
        "archive_url": page,
    }


def source(answer: dict[str, Any]) -> dict[str, Any]:
    url, cached = answer["source_url"], answer.get("cached_source_url")
    return {
        "title": None if is_url(url) else url,
        "url": url if is_url(url) else None,
        "quote": answer["answer"] if answer["answer_type"] == "Extractive" else None,
        "archive_url": cached if cached and is_url(cached) else None,
    }


def is_url(text: str) -> bool:
    return text.startswith(("http://", "https://"))
