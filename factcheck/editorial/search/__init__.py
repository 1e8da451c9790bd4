"""The desk's search: the newsroom's own drafts by the code of the public search, and encrypted texts in memory.

The search for published claims that may be the same is in `similar_claims`. Pages of results belong in `desk`.
"""
