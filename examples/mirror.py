"""A mirror of a fact-check record, which copies the record's changes feed into an SQLite file.

    python3 examples/mirror.py https://factcheck.example mirror.sqlite          # runs until Ctrl-C
    python3 examples/mirror.py https://factcheck.example mirror.sqlite --once   # runs until nothing is new

The mirror only needs the standard library. You can stop it at any time, and it continues where it stopped. The table
`bodies` contains the API's JSON for each review and demand. For a withdrawn review, the JSON is the tombstone. For an
erased review, it is the public notice, and the mirror deletes the text. For a merged or split claim, it is the merge or
split.
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

WAIT = 30  # seconds for which the server may hold a request until there is a new entry
PAUSE = 5  # seconds between two requests if too many clients are waiting for the server
PATIENCE = 300  # the longest pause in seconds if the server isn't responding
SCHEMA = """
CREATE TABLE IF NOT EXISTS origin (site TEXT NOT NULL, since INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS bodies (
    subject TEXT PRIMARY KEY, kind TEXT NOT NULL, sequence INTEGER NOT NULL, body TEXT NOT NULL
);
"""


class Mirror:
    """The SQLite file, with its position in the feed."""

    def __init__(self, site: str, file: Path) -> None:
        self.site = site.rstrip("/")
        self.database = sqlite3.connect(file)
        # This makes SQLite overwrite deleted content in the file.
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
        """Return the next entries, oldest first."""
        query = {"page_size": 100, "wait": wait, **({"since": self.since} if self.since >= 0 else {})}
        address = f"{self.site}/api/v1/changes/?{urlencode(query)}"
        with urllib.request.urlopen(address, timeout=wait + 60) as response:  # noqa: S310 (the person names the site)
            entries: list[dict[str, Any]] = json.load(response)["results"]
        return entries

    def take(self, entries: list[dict[str, Any]]) -> None:
        """Store a page of entries together with the new position."""
        with self.database:
            for entry in entries:
                if entry["sequence"] != self.since + 1:
                    raise SystemExit(f"Entry {entry['sequence']} came after {self.since}. The log has a gap.")
                self.since = entry["sequence"]
                if entry["body"] is not None:
                    row = [entry["subject"], entry["kind"], entry["sequence"], canonical(entry["body"])]
                    self.database.execute("INSERT OR REPLACE INTO bodies VALUES (?, ?, ?, ?)", row)
                elif entry["kind"] == "review.erasure":
                    # A later entry may contain a body again. Until then, the mirror must not show anything.
                    self.database.execute("DELETE FROM bodies WHERE subject = ?", [entry["subject"]])
            self.database.execute("UPDATE origin SET since = ?", [self.since])

    def close(self) -> None:
        self.database.close()


def canonical(body: Any) -> str:
    """Return the body as the server stores it, with sorted keys and without spaces (RFC 8785)."""
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def follow(mirror: Mirror, once: bool) -> None:
    pause, waited = PAUSE, 0
    while True:
        began = time.monotonic()
        try:
            entries = mirror.ask(0 if once else WAIT)
        except urllib.error.HTTPError as error:
            if error.code < 500 and error.code != 429:
                raise SystemExit(f"{mirror.site} responded with {error.code}: {error.read(2000).decode()}") from None
            wait = error.headers.get("Retry-After", "")
            # With --once, a site that never answers must not keep the program running.
            if wait.isdecimal() and 0 < float(wait) <= (PATIENCE - waited if once else PATIENCE):
                print(f"{mirror.site} asks to wait for {wait} s.", file=sys.stderr, flush=True)
                time.sleep(int(wait))
                waited += int(wait)
                continue
            problem: Exception = error
        except (OSError, http.client.HTTPException, ValueError) as error:  # no response, or an incomplete response
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
            raise SystemExit(f"{mirror.site} isn't responding: {problem}")
        print(f"{mirror.site} isn't responding ({problem}). Next attempt in {pause} s.", file=sys.stderr, flush=True)
        time.sleep(pause)
        pause = min(pause * 2, PATIENCE)


def main() -> None:
    parser = argparse.ArgumentParser(description="Copies a fact-check record's changes feed into an SQLite file.")
    parser.add_argument("site", help="URL of the site, for example https://factcheck.example")
    parser.add_argument("file", type=Path, help="the SQLite file, which is created if it is missing")
    parser.add_argument("--once", action="store_true", help="stop when there are no new entries")
    options = parser.parse_args()
    if not options.site.startswith(("http://", "https://")):
        parser.error("the site's URL must start with http:// or https://")
    mirror = Mirror(options.site, options.file)
    try:
        follow(mirror, options.once)
    except KeyboardInterrupt:
        pass
    finally:
        mirror.close()


if __name__ == "__main__":
    sys.exit(main())
