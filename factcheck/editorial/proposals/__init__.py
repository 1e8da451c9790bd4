"""Decisions that take two people: one workflow, and a policy for each kind of proposal.

All code that submits statements or decides on them belongs in this package. Drafts, the desk's pages and the record
belong elsewhere.
"""
