"""Finds published claims that say the same thing as a text, by words and by meaning.

This package contains embeddings, their vectors and the scoring of candidates. Searches from the search box belong in
`search`.
"""
