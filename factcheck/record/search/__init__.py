"""Full-text search in published reviews and claims: queries, ranking, counts, snippets and spelling suggestions.

This package also splits texts into words and counts how common each word is. Code that finds claims that say the same
thing as a text belongs in `matching`.
"""
