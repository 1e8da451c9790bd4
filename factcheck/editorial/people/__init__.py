"""Rules for people: roles and what they permit, taking rights away from accounts, e-mails, and time zones.

Passwords, second factors and sessions belong in `factcheck.editorial.sign_in`.
"""
