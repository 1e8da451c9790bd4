"""RSS, Atom and JSON feeds of reviews and corrections.

The feed of changes for mirrors is in `api.views.changes`, the ClaimReview DataFeed in `api.views.datafeed`.
"""
