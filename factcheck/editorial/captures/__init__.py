"""Captures: how copies of cited pages and files are made, stored and handed out as evidence.

The worker fetches a page and writes a WARC file with the exact bytes of all requests and responses. Everything in a
capture is hostile.
"""
