"""Imports of other publishers' reviews, from files and from Google's `claims:search`.

`readers` turns files into records, and `importer` turns records into drafts. Decisions on imports belong in
`factcheck.editorial.proposals`.
"""
