"""Full-text search in published reviews and claims: queries, ranking, counts, and snippets.

This package also splits text into words and counts how common each word is. The search for claims that say the same
thing as a post belongs in `matching`.
"""
