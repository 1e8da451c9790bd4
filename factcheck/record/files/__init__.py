"""Files that readers can download: pictures and how they are decoded and compared, dumps, and the ClaimReview feed.

This package doesn't know reviews. Rows about pictures are in the read model.
"""
