"""Readers of other publishers' files: ClaimReview, Google's `claims:search`, and the project's own JSON Lines or CSV.

A reader turns a file into records and gives reasons for refusals. Readers don't use the database or the settings,
because large files are read in a process that has neither. Writing drafts belongs in `factcheck.imports.importer`.
"""
