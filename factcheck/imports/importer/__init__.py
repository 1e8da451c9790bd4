"""The part of an import that turns other publishers' records into drafts in a newsroom.

This package makes all changes that an import makes to the newsroom's rows. Reading files belongs in
`factcheck.imports.readers`, and decisions belong in `factcheck.editorial.proposals`.
"""
