"""The differences between a post and a claim: a negation, a number, a name or a date.

This package contains pure functions without access to the database. Scores and the order of results belong in
`matching`.
"""
