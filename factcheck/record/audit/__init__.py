"""Checks of the record: verification, comparison with a kept checkpoint, proof files, and rotation of the log's key.

Verification from outside uses the same functions of the log. Nothing here changes a published review.
"""
