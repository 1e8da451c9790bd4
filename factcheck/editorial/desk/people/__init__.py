"""People at the desk: accounts and memberships, signing in, passwords, and the audit log.

The rules belong in `factcheck.editorial.people` and `factcheck.editorial.sign_in`.
"""
