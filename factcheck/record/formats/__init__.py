"""Conversions of published values: canonical JSON, ClaimReview, Markdown, ratings, texts and URLs.

These are pure functions. They read no database and know neither the log nor the read model.
Formats of files that others send belong in `imports`.
"""
