"""Statements: the content of reviews, demands and merges, defined as typed models.

Each kind of statement has its own module. The types of values, the checks and the JSON Schema are also in this package.
It doesn't import Django, read drafts or build statements. The editorial package builds statements.
"""
