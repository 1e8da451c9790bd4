"""RSS, Atom and JSON feeds of reviews and corrections.

The changes feed for mirrors is in `api.views.changes`. The ClaimReview DataFeed is in `api.views.datafeed`.
"""
