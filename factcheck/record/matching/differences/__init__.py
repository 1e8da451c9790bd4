"""Finds where a post contradicts a claim: a negation, a number, a name or a date that differs.

This package contains pure functions of two texts. Scores and the order of results belong in `matching`.
"""
