"""Drafts of reviews: their rows, the statement built from the rows, saved states, translations and discarding.

Pages belong in `factcheck.editorial.desk.writing`, and the decision on a draft in `factcheck.editorial.proposals`.
"""
