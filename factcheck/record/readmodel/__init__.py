"""Rows for readers, derived from the log: reviews, claims, merges, references, corrections and demands.

Each projection has `apply` and `rebuild`, and `rebuild_record` recreates the same rows. Search and matching have their
own packages. This package never changes the log.
"""
