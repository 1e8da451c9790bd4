"""The search for published claims that say the same thing as a post, by words and by meaning.

This package contains embeddings, their vectors and the scores of candidates. Queries from the search box belong in
`search`.
"""
