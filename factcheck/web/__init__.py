"""Passed by each request: the client's network, limits, the log of requests, remembered responses, search places.

This package doesn't depend on reviews, drafts or log entries. The views are in `factcheck.website` and `api`.
"""
