"""Drafts of reviews: their rows, the statement built from them, saved states, translations, and throwing away.

Pages belong in `factcheck.editorial.desk.writing`, and the decision on a draft in `factcheck.editorial.proposals`.
"""
