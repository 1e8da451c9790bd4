"""Turns records of other publishers into drafts of a newsroom.

Everything that an import changes in the newsroom's rows belongs here. Reading files belongs to
`factcheck.imports.readers`, and decisions belong to `factcheck.editorial.proposals`.
"""
