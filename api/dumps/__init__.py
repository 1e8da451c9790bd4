"""Bulk dumps (docs/reference/dumps.md).

The dumps are part of the API because its JSON Schema defines the columns. `manage.py make_dumps` writes the files. A
server that only sends files doesn't load the libraries for writing dumps. `record.files.dump_files` keeps track of the
files.
"""
