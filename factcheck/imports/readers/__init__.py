"""Readers of other publishers' files: ClaimReview, Google's `claims:search`, and the project's own JSON Lines or CSV.

A reader turns a file into records, or gives the reasons for a refusal. Nothing here uses the database or the settings,
because large files are read in a process without them. Writing drafts belongs to `factcheck.imports.importer`.
"""
