"""The search page: the text of the search box, results by words, meaning and URL, and claims that say the same.

The ranking itself is in `record.search` and `record.matching`.
"""
