"""A mirror of a fact-check record: follows its feed of changes into an SQLite file.

    python3 examples/mirror.py https://factcheck.example mirror.sqlite          # goes on until Ctrl-C
    python3 examples/mirror.py https://factcheck.example mirror.sqlite --once   # until nothing is new

It needs the standard library alone. Stop it whenever you like; it goes on where it was. The table
`bodies` then has, for each review and demand, the JSON that the API gives for it: the review, the
tombstone of a withdrawn one, the public notice of an erased one, whose text goes from here as well. For a
claim that was merged into another one or split off again it has that merge or split.
"""

import argparse
import http.client
import json
import sqlite3
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

WAIT = 30  # seconds that the server may keep a request until something is new
PAUSE = 5  # seconds between two requests when it does not, because too many wait already
PATIENCE = 300  # seconds between two tries at most, when the server does not answer
SCHEMA = """
CREATE TABLE IF NOT EXISTS origin (site TEXT NOT NULL, since INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS bodies (
    subject TEXT PRIMARY KEY, kind TEXT NOT NULL, sequence INTEGER NOT NULL, body TEXT NOT NULL
);
"""


class Mirror:
    """The file, and how far it has come."""

    def __init__(self, site: str, file: Path) -> None:
        self.site = site.rstrip("/")
        self.database = sqlite3.connect(file)
        # What is erased is overwritten in the file, not only unlinked.
        self.database.execute("PRAGMA secure_delete = ON")
        self.database.executescript(SCHEMA)
        found = self.database.execute("SELECT site, since FROM origin").fetchone()
        if found is None:
            self.database.execute("INSERT INTO origin VALUES (?, -1)", [self.site])
            self.database.commit()
        elif found[0] != self.site:
            raise SystemExit(f"{file} mirrors {found[0]}, not {self.site}.")
        self.since: int = found[1] if found else -1

    def ask(self, wait: int) -> list[dict[str, Any]]:
        """The entries that follow, oldest first."""
        query = {"page_size": 100, "wait": wait, **({"since": self.since} if self.since >= 0 else {})}
        address = f"{self.site}/api/v1/changes/?{urlencode(query)}"
        with urllib.request.urlopen(address, timeout=wait + 60) as response:  # noqa: S310 (the person names the site)
            entries: list[dict[str, Any]] = json.load(response)["results"]
        return entries

    def take(self, entries: list[dict[str, Any]]) -> None:
        """Stores a page and how far it goes, both or neither."""
        with self.database:
            for entry in entries:
                if entry["sequence"] != self.since + 1:
                    raise SystemExit(f"Entry {entry['sequence']} came after {self.since}: the log has a gap.")
                self.since = entry["sequence"]
                if entry["body"] is not None:
                    row = [entry["subject"], entry["kind"], entry["sequence"], canonical(entry["body"])]
                    self.database.execute("INSERT OR REPLACE INTO bodies VALUES (?, ?, ?, ?)", row)
                elif entry["kind"] == "review.erasure":
                    # A later entry brings what may be shown again; until it comes, nothing may.
                    self.database.execute("DELETE FROM bodies WHERE subject = ?", [entry["subject"]])
            self.database.execute("UPDATE origin SET since = ?", [self.since])

    def close(self) -> None:
        self.database.close()


def canonical(body: Any) -> str:
    """The body as the server keeps it: sorted keys, nothing between them (RFC 8785)."""
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def follow(mirror: Mirror, once: bool) -> None:
    pause = PAUSE
    while True:
        began = time.monotonic()
        try:
            entries = mirror.ask(0 if once else WAIT)
        except urllib.error.HTTPError as error:
            if error.code < 500 and error.code != 429:
                raise SystemExit(f"{mirror.site} answered {error.code}: {error.read(2000).decode()}") from None
            problem: Exception = error
        except (OSError, http.client.HTTPException, ValueError) as error:  # no answer, or half of one
            problem = error
        else:
            mirror.take(entries)
            pause = PAUSE
            if entries:
                print(f"up to entry {mirror.since}", flush=True)
            elif once:
                return
            elif time.monotonic() - began < 1:
                time.sleep(PAUSE)
            continue
        if once:
            raise SystemExit(f"{mirror.site} does not answer: {problem}")
        print(f"{mirror.site} does not answer ({problem}); next try in {pause} s", file=sys.stderr, flush=True)
        time.sleep(pause)
        pause = min(pause * 2, PATIENCE)


def main() -> None:
    parser = argparse.ArgumentParser(description="Follows a fact-check record's feed of changes into an SQLite file.")
    parser.add_argument("site", help="address of the site, such as https://factcheck.example")
    parser.add_argument("file", type=Path, help="the SQLite file; made when it is not there")
    parser.add_argument("--once", action="store_true", help="stop when nothing is new")
    options = parser.parse_args()
    if not options.site.startswith(("http://", "https://")):
        parser.error("the site's address begins with https://")
    mirror = Mirror(options.site, options.file)
    try:
        follow(mirror, options.once)
    except KeyboardInterrupt:
        pass
    finally:
        mirror.close()


if __name__ == "__main__":
    sys.exit(main())
