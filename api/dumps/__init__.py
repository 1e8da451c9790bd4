"""Bulk dumps: tables of what is public, in several formats, as of one entry of the log (docs/dumps.md).

The API's, because its schema says what the columns are. Written by `manage.py make_dumps`; a server that
only serves them does not load the libraries that write them.
"""
