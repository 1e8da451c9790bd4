"""The work of programs with a token: they log claims and write drafts as the token's account.

`api/intake.py` calls these functions. Only people can submit, approve and publish. The database refuses these actions
in a token's transaction (`editorial/sql/tokens.sql`).
"""
