"""What programs may do with a token: log claims and write drafts, as the account that made it. Never more than that.

`api/intake.py` is who calls. Submitting, approving and publishing are for people, and the database refuses them to a
transaction that a token has begun (`editorial/sql/tokens.sql`).
"""
