"""Bulk dumps: the public tables in several formats, as of one log entry (docs/reference/dumps.md).

They are a part of the API because its JSON Schema defines the columns. `manage.py make_dumps` writes them. A server
that only serves dumps doesn't load the libraries for writing. The record's own files are in `record.dump_files`.
"""
