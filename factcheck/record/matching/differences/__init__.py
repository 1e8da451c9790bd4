"""The differences between a post and a claim: a negation, a number, a name or a date.

This package contains pure functions of two texts. Scores and the order of results belong in `matching`.
"""
