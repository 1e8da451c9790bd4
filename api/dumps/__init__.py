"""Bulk dumps: the public tables in several formats, as of one log entry (docs/reference/dumps.md).

The dumps are part of the API because its JSON Schema defines the columns. `manage.py make_dumps` writes them. A server
that only serves dumps doesn't load the libraries for writing dumps. `record.dump_files` keeps track of the files.
"""
