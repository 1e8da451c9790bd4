"""Encrypted backups of the whole site in one file, and how to read them again.

A backup is a tar archive, encrypted with age to a public key. The modules here don't know what the database contains.
The commands ``backup`` and ``restore`` combine them with the checks of the record.
"""
