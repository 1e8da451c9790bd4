"""Rows for readers, derived from the log: reviews, claims, merges, references, corrections and demands.

Each projection has `apply` and `rebuild`, and `rebuild_record` makes the same rows again.
Search and matching have their own packages. Nothing here changes the log.
"""
