"""Subjects that reviews refer to: claimants, merged claims, publishers, scales and topics.

The form of a claim belongs in `factcheck.editorial.desk.writing`.
"""
