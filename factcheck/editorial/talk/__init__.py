"""Comments that colleagues write beside the text: who writes them, and what a comment may contain.

The tables are in `editorial.models.talk`, and the pages in `desk.talk`. Decisions belong in `proposals`.
"""
