"""Publish reviews until the file STOP exists: `python bench/endurance/publishing.py STOP LOG`.

Each publication that returned is a line "<time> published <sequence> <digest>" in LOG, and each error a line too.
"""

import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "factcheck.settings")

import django

django.setup()

from django.db import DatabaseError, InterfaceError, connections

from factcheck.editorial.errors import EditorialError
from factcheck.record.errors import RecordError
from tests.drafts import make_claim, make_newsroom, make_review, publish_review

PAUSE = 0.3  # seconds between two publications


def main(stop: Path, log: Path) -> None:
    newsroom = make_newsroom("endurance.example")
    number = 0
    with log.open("a", buffering=1) as lines:
        while not stop.exists():
            number += 1
            try:
                claim = make_claim(newsroom, text=f"Trạm bơm số {number} đã ngừng chạy vì lũ.")
                entry = publish_review(newsroom, make_review(newsroom, claim, headline=f"Trạm bơm {number} vẫn chạy"))
            except (DatabaseError, InterfaceError, EditorialError, RecordError, OSError) as error:
                lines.write(f"{time.time():.3f} refused {type(error).__name__}: {str(error).splitlines()[0]}\n")
                connections.close_all()
                time.sleep(1)
            else:
                lines.write(f"{time.time():.3f} published {entry.sequence} {entry.digest}\n")
            time.sleep(PAUSE)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
