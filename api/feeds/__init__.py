"""RSS, Atom and JSON feeds of reviews and corrections.

The file of the ClaimReview feed is made here too. The changes feed for mirrors is in `api.views.changes`.
"""
