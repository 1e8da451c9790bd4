"""Signing in: sessions, second factors, limits on attempts, and the events of all three.

Pages belong in `factcheck.editorial.desk`. Roles and permissions belong in `factcheck.editorial.people.roles`.
"""
