"""Reviews of other publishers, imported from files and from Google's `claims:search`.

`readers` turns files into records, and `importer` turns records into drafts. Decisions about imports don't belong here
but to `factcheck.editorial.proposals`.
"""
