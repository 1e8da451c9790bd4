"""Statements: the content of reviews, demands and merges, declared as typed models.

Each kind of statement has its own module. The types of values, the checks and the JSON Schema are also in this package.
The package doesn't import Django, read drafts or build statements. The editorial package builds statements.
"""
