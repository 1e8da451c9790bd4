"""Rules for people: roles and what they permit, taking away from accounts, e-mails, and time zones.

How people prove who they are belongs in `factcheck.editorial.sign_in`.
"""
