"""Readers of other publishers' files: ClaimReview, Google's `claims:search`, and this project's JSON Lines or CSV.

A reader turns a file into records and gives reasons for refusals. Readers use neither the database nor the settings,
because large files are read in a process that has neither. Writing drafts belongs in `factcheck.imports.importer`.
"""
