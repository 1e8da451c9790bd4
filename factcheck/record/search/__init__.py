"""Full-text search in published reviews and claims: queries, ranking, counts, snippets and spelling suggestions.

Texts are split into words here, and a table counts how common each word is.
Finding claims that say the same as a text belongs in `matching`.
"""
