"""Drafts by program: with a token, a program can log claims and write drafts as the token's account.

`api/intake.py` calls these functions. Submitting, approving and publishing are for people and don't belong here. The
database refuses them in a transaction of a token (`editorial/sql/tokens.sql`).
"""
