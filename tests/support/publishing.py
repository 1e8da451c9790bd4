"""A process that publishes reviews until it is stopped: `python -P tests/support/publishing.py PAUSE`.

Each line of its output is the id of a review whose publication was acknowledged, and its number in the log.
"""

import sys
import time

import django

django.setup()

from django.db import DatabaseError, InterfaceError, connections  # noqa: E402

from tests.support.drafts import make_newsroom  # noqa: E402

if __name__ == "__main__":
    newsroom = None
    while True:
        try:
            newsroom = newsroom or make_newsroom()
            entry = newsroom.publish_review(newsroom.make_review())
            print(entry.subject, entry.sequence, flush=True)
        except (DatabaseError, InterfaceError) as problem:
            print(f"{problem}"[:300].replace("\n", " "), file=sys.stderr, flush=True)
            connections.close_all()
        time.sleep(float(sys.argv[1]))
