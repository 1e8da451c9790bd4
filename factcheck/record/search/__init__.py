"""Full-text search in published reviews and claims: queries, ranking, counts, snippets and spelling suggestions.

This package also splits texts into words and counts how common each word is. Finding claims that say the same as a text
belongs in `matching`.
"""
