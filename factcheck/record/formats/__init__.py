"""Conversions of published values: canonical JSON, ClaimReview, Markdown, texts and URLs.

The functions are pure, so they don't use the database, the log or the read model. Formats of imported files belong in
`imports`.
"""
