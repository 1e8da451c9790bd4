"""Passed by each request: limits, the log of requests, remembered responses, and places for long work.

This package doesn't depend on reviews, drafts or log entries. The views are in `factcheck.website` and `api`.
"""
