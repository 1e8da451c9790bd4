"""Requests from outside: messages from readers, and demands to change or remove a review.

The rules belong in `factcheck.editorial.messages` and `factcheck.editorial.proposals`.
"""
