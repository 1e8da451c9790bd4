"""Has this been checked before? Finds published claims that say the same as a text, by words and by meaning.

Embeddings, their vectors and the scoring of candidates belong here.
The words that people type into the search box belong in `search`.
"""
