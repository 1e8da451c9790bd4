"""Bulk dumps and the file of the ClaimReview feed (docs/reference/dumps.md).

The dumps are part of the API because its JSON Schema defines the columns. `manage.py make_dumps` and `make_feed` write
the files. A server that only sends files doesn't load the libraries for writing dumps. `record.dump_files` keeps track
of the files.
"""
