"""Everything that has been published: the public log, and the rows that are shown to readers.

This package doesn't deal with drafts, the desk or HTTP. It imports no other package of the project except `database`
and `tools`. The rules that the database enforces are in `sql/`.
"""
